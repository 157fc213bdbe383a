"""A timeline as tiers: lists of labeled intervals that do not overlap, in order of time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mien.timeline.reading import Channel, Reading
from mien.timeline.research.labels import dimension_label, one_line, top_label
from mien.timeline.timeline import Lane, Timeline

_ESTIMATES = ("emotion", "valence", "arousal")
_OURS = re.compile(
    rf"(?:^|.*\| )(?:{'|'.join(Channel)}) \| (?P<kind>{'|'.join(_ESTIMATES)}|text)"
    r"(?: \| [\w.-]+-v\d+)?(?: \(\d+\))?",
    re.DOTALL,
)


class Interval(NamedTuple):
    """A stretch of time with what is said of it; empty text where a decoder cannot tell.

    Attributes:
        start: Seconds times the tiers' `per_second`, a whole number.
        end: Likewise, after `start`.
        text: One line.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Tier:
    """Intervals of one person, channel and decoder.

    Attributes:
        name: Unique in a file, such as `Ana | voice | emotion`.
        kind: `emotion`, `valence`, `arousal` or `text`.
        lane: Whose it is.
        intervals: Sorted, without overlap.
    """

    name: str
    kind: str
    lane: Lane
    intervals: tuple[Interval, ...]


def is_estimate(name: str) -> bool:
    """Whether a tier of that name holds what a decoder estimated, not what somebody said.

    >>> is_estimate("Ana | voice | emotion"), is_estimate("Ana | words | text")
    (True, False)
    """
    found = _OURS.fullmatch(name)
    return found is not None and found["kind"] in _ESTIMATES


def tiers_of(timeline: Timeline, per_second: int) -> list[Tier]:
    """A tier for each person, channel, decoder and kind of what is known.

    Readings that overlap others of their tier, as when two speakers without names talk at once,
    go to a further tier with `(2)` behind its name, so that no time is changed.

    Args:
        timeline: Of one source; readings without a length are left out, see `without_length`.
        per_second: Units of the format's clock, such as 1000.
    """
    lanes = timeline.lanes
    names = _Names(lanes)
    found: list[Tier] = []
    for lane in lanes:
        part = timeline.of_lane(lane)
        timed = [reading for reading in part if has_length(reading, per_second)]
        timed.sort(key=lambda reading: (reading.start, reading.end))
        for kind, label in _KINDS.items():
            if any(_knows(reading, kind) for reading in timed):
                base = names.base(lane, kind)
                layers = _layers(timed, per_second, label)
                found += [Tier(names.unique(base), kind, lane, layer) for layer in layers]
    return found


def without_length(timeline: Timeline) -> int:
    """How many readings no tier can hold: photos, messages without times, less than 1 ms."""
    return sum(not has_length(reading, 1000) for reading in timeline)


def has_length(reading: Reading, per_second: int) -> bool:
    """Whether a reading lasts at least one unit of a format's clock."""
    if reading.start is None or reading.end is None:
        return False
    return round(reading.end * per_second) > round(reading.start * per_second)


_KINDS: dict[str, Callable[[Reading], str]] = {
    "emotion": top_label,
    "valence": lambda reading: dimension_label(reading, "valence"),
    "arousal": lambda reading: dimension_label(reading, "arousal"),
    "text": lambda reading: one_line(reading.text),
}


def _knows(reading: Reading, kind: str) -> bool:
    # An emotion tier is there even if all of it cannot be told: that is what was found.
    return kind == "emotion" or bool(_KINDS[kind](reading))


def _layers(
    readings: Iterable[Reading], per_second: int, label: Callable[[Reading], str]
) -> list[tuple[Interval, ...]]:
    layers: list[list[Interval]] = []
    for reading in readings:
        interval = _interval(reading, per_second, label(reading))
        free = next((layer for layer in layers if layer[-1].end <= interval.start), None)
        if free is None:
            layers.append([interval])
        else:
            free.append(interval)
    return [tuple(layer) for layer in layers]


def _interval(reading: Reading, per_second: int, text: str) -> Interval:
    start, end = reading.start or 0.0, reading.end or 0.0
    return Interval(round(start * per_second), round(end * per_second), text)


class _Names:
    """Names of tiers, each once."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._decoders = Counter((lane.person, lane.channel) for lane in lanes)
        self._used: set[str] = set()

    def base(self, lane: Lane, kind: str) -> str:
        parts = [one_line(lane.person)] if lane.person else []
        parts += [lane.channel.value, kind]
        if self._decoders[lane.person, lane.channel] > 1:
            parts.append(lane.decoder)
        return " | ".join(parts)

    def unique(self, base: str) -> str:
        name, n = base, 1
        while name in self._used:
            n += 1
            name = f"{base} ({n})"
        self._used.add(name)
        return name
