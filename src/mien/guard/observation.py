"""What an observer says of one turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from mien.guard.signals import Side, Signal
from mien.timeline import Turn


class Quote(NamedTuple):
    """Where in a turn a signal shows most.

    Attributes:
        from_char: First character.
        to_char: One past the last.
    """

    from_char: int
    to_char: int

    def of(self, text: str) -> str:
        """The words themselves."""
        return text[self.from_char : self.to_char]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The signals of one turn.

    Attributes:
        turn: Its index in the conversation.
        side: Whose turn it is.
        signals: Chance, 0 to 1, that careful readers would say the signal is there. A signal that
            the observer cannot judge is missing, never zero.
        raised: The signals at or above the observer's threshold.
        quotes: Where each raised signal shows most.
        level: Of a raised crisis, 1 (a wish to be dead) to 6 (behavior), after the structure of
            the Columbia scale; else 0.
        by: Name and version of the observer.
    """

    turn: int
    side: Side
    signals: Mapping[Signal, float] = field(default_factory=dict)
    raised: frozenset[Signal] = frozenset()
    quotes: Mapping[Signal, Quote] = field(default_factory=dict)
    level: int = 0
    by: str


class Observer(Protocol):
    """Judges a turn in the light of those before it; knows nothing of risk or policy."""

    @property
    def name(self) -> str:
        """Name and version, such as `local-guard-v1#5d0e77a2`."""

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """The signals of the last turn, which is the user's or the assistant's."""


def side_of(turn: Turn) -> Side | None:
    """Whose turn it is; None for the system's and tools', which are not judged.

    Without a role, as among people, everybody is a user.
    """
    if turn.role in (None, "user", "human"):
        return Side.USER
    return Side.ASSISTANT if turn.role == "assistant" else None


def observe_all(observer: Observer, turns: Sequence[Turn]) -> Iterable[Observation]:
    """The observation of each turn that is anybody's, each seen from its own time."""
    for index, turn in enumerate(turns):
        if side_of(turn) is not None:
            yield observer.observe(turns[: index + 1])


def glance(observer: Observer, turns: Sequence[Turn]) -> Observation:
    """The signals of the last turn where a stream waits: of a reply by an observer's quicker way.

    Raises:
        MienError: As its `observe`.
    """
    is_reply = bool(turns) and side_of(turns[-1]) is Side.ASSISTANT
    way = getattr(observer, "glance", observer.observe) if is_reply else observer.observe
    found: Observation = way(turns)
    return found
