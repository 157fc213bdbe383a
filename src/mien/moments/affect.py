"""Valence, arousal and dominance of several readings as one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from mien.moments.views import weight_of
from mien.timeline.reading import Reading

DIMENSIONS = ("valence", "arousal", "dominance")


class Level(NamedTuple):
    """A value from -1 to 1 with its standard deviation; both None if nobody gives one."""

    value: float | None = None
    sd: float | None = None


def affect(readings: Sequence[Reading]) -> dict[str, Level]:
    """Each dimension over all channels that give it."""
    told = [reading for reading in readings if reading.is_told]
    channels = [[r for r in told if r.channel is c] for c in {r.channel: None for r in told}]
    return {name: _level(channels, name) for name in DIMENSIONS}


def _level(channels: Sequence[Sequence[Reading]], name: str) -> Level:
    levels = [_of_channel(readings, name) for readings in channels]
    known = [(lv.value, lv.sd) for lv in levels if lv.value is not None and lv.sd]
    if not known:
        return Level()
    # By precision; where channels differ by more than they say they err, the error grows (Birge
    # 1932).
    precision = sum(1 / sd**2 for _, sd in known)
    mean = sum(value / sd**2 for value, sd in known) / precision
    spread = sum(((value - mean) / sd) ** 2 for value, sd in known)
    birge = max(1.0, spread / max(1, len(known) - 1))
    return Level(mean, math.sqrt(birge / precision))


def _of_channel(readings: Sequence[Reading], name: str) -> Level:
    """The mean by length and quality; readings of one stretch err alike, so their error stays."""
    given = [r for r in readings if getattr(r, name) is not None]
    if not given:
        return Level()
    weights = [weight_of(reading) for reading in given]
    total = sum(weights)
    mean = sum(w * getattr(r, name) for w, r in zip(weights, given, strict=True)) / total
    sds = [getattr(r, f"{name}_sd") for r in given]
    sd = sum(w * (0.5 if s is None else s) for w, s in zip(weights, sds, strict=True)) / total
    return Level(mean, sd)
