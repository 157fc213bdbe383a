"""Readings on an even grid, without losing or making any emotion."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import ScoresArray
from mien.core.errors import ConfigError
from mien.emotions.scores import Scores
from mien.timeline.reading import Channel, Reading, Verdict, stamp
from mien.timeline.timeline import Lane, Timeline

SECONDS = "seconds"
"""Key in `Reading.extra`: seconds of readings that went into a cell."""

_MEANS = ("valence", "arousal", "dominance", "confidence", "quality")


def resample(timeline: Timeline, step: float) -> Timeline:
    """One reading a cell of `step` seconds for each person and decoder.

    A cell's numbers are means over the told readings in it, weighted by their seconds there;
    `extra["seconds"]` says how many these were. The sum of share times seconds is therefore
    the same before and after. Cells without a told reading are left out, as are readings that
    last no time or have none: photos, and chats without times. Standard deviations are those
    of the readings, not of their mean, since errors of neighbors are not independent.

    Raises:
        ConfigError: If `step` is not positive.
    """
    if not step > 0 or not math.isfinite(step):
        raise ConfigError(f"a grid needs a step above 0 s, not {step!r}")
    found: list[Reading] = []
    for lane in timeline.lanes:
        readings = [r for r in timeline.of_lane(lane).told() if r.start is not None]
        found += _lane(lane, readings, step)
    found.sort(key=lambda r: (r.source, r.start))
    return replace(
        Timeline.of_readings(found),
        origins=timeline.origins,
        skipped=timeline.skipped,
        cards=timeline.cards,
    )


def _lane(lane: Lane, readings: list[Reading], step: float) -> list[Reading]:
    cells: dict[int, list[tuple[float, Reading]]] = {}
    for reading in readings:
        for index, seconds in _shared(reading, step):
            cells.setdefault(index, []).append((seconds, reading))
    return [_cell(lane, index, cells[index], step) for index in sorted(cells)]


def _shared(reading: Reading, step: float) -> list[tuple[int, float]]:
    start, end = reading.start or 0.0, reading.end or 0.0
    first, last = math.floor(start / step), math.floor(end / step)
    spans = [
        (index, min(end, (index + 1) * step) - max(start, index * step))
        for index in range(first, last + 1)
    ]
    return [(index, seconds) for index, seconds in spans if seconds > 0]


def _cell(lane: Lane, index: int, parts: list[tuple[float, Reading]], step: float) -> Reading:
    weights = np.array([seconds for seconds, _ in parts])
    readings = [reading for _, reading in parts]
    means: dict[str, Any] = {
        name: _mean(weights, [getattr(r, name) for r in readings]) for name in _MEANS
    }
    spreads: dict[str, Any] = {
        f"{name}_sd": _mean(weights, [getattr(r, f"{name}_sd") for r in readings])
        for name in ("valence", "arousal", "dominance")
    }
    reading = Reading(
        start=index * step,
        end=(index + 1) * step,
        channel=Channel(lane.channel),
        person=lane.person,
        scores=_mean_scores(weights, [r.scores.to_array() for r in readings]),
        scores_sd=_mean_scores(weights, [r.scores_sd.to_array() for r in readings]),
        verdict=Verdict.TOLD,
        adapted=readings[0].adapted,
        extra={SECONDS: float(weights.sum())},
        decoder=lane.decoder,
        **{**means, "confidence": means["confidence"] or 0.0, "quality": means["quality"] or 0.0},
        **spreads,
    )
    return stamp(reading, lane.source)


def _mean(weights: NDArray[np.float64], values: list[float | None]) -> float | None:
    known = np.array([value is not None for value in values])
    if not known.any():
        return None
    numbers = np.array([value or 0.0 for value in values])
    return float((weights * known * numbers).sum() / (weights * known).sum())


def _mean_scores(weights: NDArray[np.float64], rows: list[ScoresArray]) -> Scores:
    stacked = np.stack(rows).astype(np.float64)
    known = ~np.isnan(stacked)
    mass = (weights[:, None] * np.where(known, stacked, 0.0)).sum(axis=0)
    seconds = (weights[:, None] * known).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return Scores.from_array((mass / np.where(seconds > 0, seconds, np.nan)).astype(np.float32))
