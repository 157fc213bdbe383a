"""Who said what, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message or one spoken passage.

    Attributes:
        index: Position in the conversation, from 0.
        speaker: A label, or None if unknown.
        role: `user`, `assistant`, `system`, `tool`, or None outside of chats with a model.
        text: The words as they were written.
        start: Seconds from the start of the recording, or None.
        end: Seconds, or None.
        at: When it was said, with an offset from UTC, or None.
    """

    index: int
    text: str
    speaker: str | None = None
    role: str | None = None
    start: float | None = None
    end: float | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Turns in order, without any sound or pictures."""

    id: str
    turns: tuple[Turn, ...]
    title: str | None = None
    language: str | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """Speakers in order of their first turn."""
        return tuple(dict.fromkeys(t.speaker for t in self.turns if t.speaker is not None))

    @property
    def is_timed(self) -> bool:
        """Whether every turn has a start and an end in seconds."""
        return bool(self.turns) and all(
            turn.start is not None and turn.end is not None for turn in self.turns
        )
