"""Notices that come by the clock, as laws on companion chatbots ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mien.core.errors import PolicyError
from mien.guard.tables import flag, number, only, word

NOTICES = ("ai", "ai_break", "emotion")
"""That this is an AI; that, and to take a break; that emotion is read from voice or face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A notice, when it is due, and to whom.

    Attributes:
        notice: One of `NOTICES`.
        at_start: Whether a session begins with it.
        every: How long a session may last without it; None for only at the start.
        minors_only: Whether it is for users who are known to be minors.
    """

    notice: str
    at_start: bool
    every: timedelta | None
    minors_only: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Timer:
        """A timer from a policy's table.

        Raises:
            PolicyError: If it makes no sense.
        """
        only(row, ("notice", "at_start", "every_minutes", "who"), "a timer")
        notice, who = word(row, "notice"), row.get("who", "all")
        if notice not in NOTICES:
            raise PolicyError(f"no notice is called {notice!r}: {', '.join(NOTICES)}")
        if who not in ("all", "minors"):
            raise PolicyError(f"who must be all or minors, not {who!r}")
        timed = "every_minutes" in row
        return cls(
            notice=notice,
            at_start=flag(row, "at_start"),
            every=timedelta(minutes=number(row, "every_minutes", low=1)) if timed else None,
            minors_only=who == "minors",
        )


def due(
    timers: tuple[Timer, ...],
    *,
    minor: bool,
    now: datetime | None,
    began: datetime | None,
    given: Mapping[str, datetime | None],
) -> tuple[str, ...]:
    """Which notices are due at a turn of the user, each once.

    Args:
        timers: Of the policy.
        minor: Whether the user is known to be a minor.
        now: When the turn was said; without times only starts are known.
        began: When the session began.
        given: Notices of this session, and when each came last.

    Returns:
        Names of notices; `ai_break` says what `ai` says, and replaces it.
    """
    found = dict.fromkeys(
        timer.notice
        for timer in timers
        if (minor or not timer.minors_only) and _is_due(timer, now, began, given)
    )
    if "ai_break" in found:
        found.pop("ai", None)
    return tuple(found)


def _is_due(
    timer: Timer,
    now: datetime | None,
    began: datetime | None,
    given: Mapping[str, datetime | None],
) -> bool:
    same = [name for name in given if name == timer.notice or name.startswith(f"{timer.notice}_")]
    if timer.at_start and not same:
        return True
    if timer.every is None or now is None:
        return False
    times = [at for name in same if (at := given[name]) is not None]
    since = max(times, default=began)
    return since is not None and now - since >= timer.every
