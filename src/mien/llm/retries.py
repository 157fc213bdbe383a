"""When to ask again, and how long to wait before it."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses that may pass by themselves."""

SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""Codes of a 429 that no waiting helps against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """A budget of tries and of time; whichever ends first.

    A server that says when to come back is obeyed, if that is within the time. Else waits double
    and are spread, so that callers who failed together do not come back together.

    Attributes:
        tries: Of one question, the first included.
        seconds: For one question with all its waits.
        first: Seconds before the second try.
        longest: Seconds of the longest wait.
    """

    tries: int = 4
    seconds: float = 180.0
    first: float = 0.5
    longest: float = 30.0

    def wait(self, tried: int, spent: float, wanted: float | None = None) -> float | None:
        """Seconds until the next try, or None if there is none.

        Args:
            tried: How often it was tried.
            spent: Seconds since the first try began.
            wanted: What the server said.
        """
        if tried >= self.tries:
            return None
        most = min(self.longest, self.first * 2.0 ** (tried - 1))
        spread = random.uniform(0.5, 1.0)  # noqa: S311  # guards nothing
        pause = most * spread if wanted is None else wanted
        return pause if spent + pause <= self.seconds else None


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that a server wants to be left alone; None if it does not say.

    Args:
        headers: With lower-case names.
        now: The time; by default the machine's.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    told = headers.get("retry-after")
    seconds = _number(told)
    if seconds is not None or told is None:
        return seconds
    try:
        until = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
