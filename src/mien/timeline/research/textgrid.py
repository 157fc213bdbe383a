"""Praat's TextGrid, the long text form.

Source: Praat manual, "TextGrid file formats" (Boersma and Weenink).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien.timeline.research.tiers import Interval, Tier, tiers_of
from mien.timeline.timeline import Timeline

_PER_SECOND = 1_000_000


def to_textgrid(timeline: Timeline) -> str:
    """A TextGrid of the timeline of one source; where nothing is told, intervals are empty."""
    tiers = tiers_of(timeline, _PER_SECOND)
    end = _end(timeline, tiers)
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        f"xmax = {_seconds(end)}",
        "tiers? <exists>",
        f"size = {len(tiers)}",
        "item []:",
    ]
    for number, tier in enumerate(tiers, 1):
        lines += _tier_lines(number, tier, end)
    return "\n".join(lines) + "\n"


def _end(timeline: Timeline, tiers: Sequence[Tier]) -> int:
    lengths = [round((origin.seconds or 0.0) * _PER_SECOND) for origin in timeline.origins]
    return max([*lengths, *(interval.end for tier in tiers for interval in tier.intervals), 1])


def _tier_lines(number: int, tier: Tier, end: int) -> Iterator[str]:
    filled = list(_filled(tier.intervals, end))
    yield f"    item [{number}]:"
    yield '        class = "IntervalTier"'
    yield f"        name = {_quoted(tier.name)}"
    yield "        xmin = 0"
    yield f"        xmax = {_seconds(end)}"
    yield f"        intervals: size = {len(filled)}"
    for i, interval in enumerate(filled, 1):
        yield f"        intervals [{i}]:"
        yield f"            xmin = {_seconds(interval.start)}"
        yield f"            xmax = {_seconds(interval.end)}"
        yield f"            text = {_quoted(interval.text)}"


def _filled(intervals: Sequence[Interval], end: int) -> Iterator[Interval]:
    """The intervals with empty ones between them: Praat's tiers have no gaps."""
    reached = 0
    for interval in intervals:
        if interval.start > reached:
            yield Interval(reached, interval.start, "")
        yield interval
        reached = interval.end
    if reached < end:
        yield Interval(reached, end, "")


def _seconds(units: int) -> str:
    whole, part = divmod(units, _PER_SECOND)
    return f"{whole}.{part:06}".rstrip("0").rstrip(".")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
