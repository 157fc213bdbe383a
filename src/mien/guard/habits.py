"""How a person uses an assistant, where turns tell their times: hours, nights, share of words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mien.guard.observation import Observation
from mien.guard.signals import Side, Signal
from mien.timeline import Turn

_NIGHT = range(5)
"""Local hours from midnight on in which most people sleep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What adds up over a conversation apart from its signals.

    Attributes:
        user_words: Words of the user so far.
        assistant_words: Words of the assistant so far.
        n_user: Turns of the user.
        n_night: Those written between midnight and five, local time.
        began: When the session began; a gap of `idle` begins another.
        last: When the last turn was said.
        asked: Whether the user's last turn asked for a reality check.
        reassured: Reality checks that were answered by reinforcing, or without any grounding.
    """

    user_words: int = 0
    assistant_words: int = 0
    n_user: int = 0
    n_night: int = 0
    began: datetime | None = None
    last: datetime | None = None
    asked: bool = False
    reassured: int = 0

    @property
    def hours(self) -> float:
        """How long the session has lasted; 0 where no times are known."""
        if self.began is None or self.last is None:
            return 0.0
        return (self.last - self.began).total_seconds() / 3600

    @property
    def assistant_share(self) -> float:
        """The assistant's share of all words."""
        return self.assistant_words / max(self.user_words + self.assistant_words, 1)

    @property
    def night_share(self) -> float:
        """The share of the user's turns that were written at night."""
        return self.n_night / max(self.n_user, 1)


def follow(habits: Habits, turn: Turn, seen: Observation, idle: timedelta) -> Habits:
    """The habits after one more turn."""
    habits = _timed(habits, turn.at, idle)
    words = len(turn.text.split())
    if seen.side is Side.ASSISTANT:
        return replace(
            habits,
            assistant_words=habits.assistant_words + words,
            asked=False,
            reassured=habits.reassured + (habits.asked and _reassures(seen)),
        )
    at_night = turn.at is not None and turn.at.hour in _NIGHT
    return replace(
        habits,
        user_words=habits.user_words + words,
        n_user=habits.n_user + 1,
        n_night=habits.n_night + at_night,
        asked=Signal.REALITY_CHECK in seen.raised,
    )


def _timed(habits: Habits, at: datetime | None, idle: timedelta) -> Habits:
    if at is None:
        return habits
    is_new = habits.last is None or at - habits.last > idle
    # Clocks of two machines differ by seconds: a session never runs backwards.
    last = at if habits.last is None else max(at, habits.last)
    return replace(habits, began=at if is_new else habits.began, last=last)


def _reassures(seen: Observation) -> bool:
    grounds = {Signal.PUSHBACK, Signal.DE_ESCALATION, Signal.SAFE_REDIRECTION, Signal.SEEK_HELP}
    return Signal.DELUSION_REINFORCEMENT in seen.raised or not seen.raised & grounds
