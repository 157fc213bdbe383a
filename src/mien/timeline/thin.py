"""Fewer rows of the same: told readings on an even grid, what has no length as it is."""

from __future__ import annotations

import re
from dataclasses import replace

from mien.core.errors import ConfigError
from mien.timeline.resample import resample
from mien.timeline.timeline import Timeline

_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0}


def thinned(timeline: Timeline, step: float) -> Timeline:
    """One row a cell of `step` seconds; see `resample`, but nothing without a length is lost.

    Photos and messages without times stay as they are, told or not; what has a length and is
    not told has no place on a grid of means and is left out.

    Args:
        timeline: Of any sources.
        step: Seconds.
    """
    still = [r for r in timeline if r.start is None or r.end is None or r.end <= r.start]
    even = resample(timeline, step)
    return replace(even, table=even.join(Timeline.of_readings(still)).table)


def seconds_of(text: str) -> float:
    """A step such as `1s`, `500ms` or `1m` in seconds.

    >>> seconds_of("500ms"), seconds_of("2"), seconds_of("1.5 m")
    (0.5, 2.0, 90.0)

    Raises:
        ConfigError: If it is none, or not above zero.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text)
    if match is None or match[2] not in _UNITS or not float(match[1]) > 0:
        raise ConfigError(f"{text!r} is no step: say 1s, 500ms or 1m")
    return float(match[1]) * _UNITS[match[2]]
