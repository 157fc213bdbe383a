"""Stretches of time, in seconds from the start of a source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of time from `start` to `end`, both in seconds, `start <= end`."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long the span lasts."""
        return self.end - self.start

    def overlap(self, other: Span) -> float:
        """Seconds that both spans share; 0 where they only touch.

        >>> Span(0, 2).overlap(Span(1.5, 4))
        0.5
        """
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    def cut(self, start: float, end: float) -> Span | None:
        """The part inside `start` to `end`, or None if nothing of it is."""
        low, high = max(self.start, start), min(self.end, end)
        return Span(low, high) if low < high else None


def merge(spans: Iterable[Span], gap: float = 0.0) -> Iterator[Span]:
    """Sorted spans with those joined that overlap or lie at most `gap` seconds apart.

    >>> list(merge([Span(0, 1), Span(1.2, 2), Span(3, 4)], gap=0.3))
    [Span(start=0, end=2), Span(start=3, end=4)]
    """
    held: Span | None = None
    for span in sorted(spans):
        if held is None:
            held = span
        elif span.start <= held.end + gap:
            held = Span(held.start, max(held.end, span.end))
        else:
            yield held
            held = span
    if held is not None:
        yield held


def round_time(seconds: float) -> float:
    """A time as it is written down: to the microsecond, the one place where times are rounded."""
    return round(float(seconds), 6)
