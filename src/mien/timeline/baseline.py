"""How far a reading lies from the same person's usual."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mien.emotions.emotion import Emotion
from mien.timeline.reading import Adapted, Reading
from mien.timeline.timeline import Timeline

LEAST = 8
"""Told readings that a person's usual needs; with fewer there is nothing to compare with."""

_FLOOR_SHARE = 0.02
_FLOOR_DIMENSION = 0.05
_MAD_TO_SD = 1.4826  # of a normal distribution

_Usual = dict[str, tuple[float, float]]
_Key = tuple[str, str, str | None]


def relative_to_baseline(timeline: Timeline, baseline: Timeline | None = None) -> Timeline:
    """The readings with `z_...` numbers in `extra`: distance from the person's own usual.

    A usual is the median over the person's told readings by that decoder, and a distance is
    counted in robust standard deviations (1.4826 times the median absolute deviation, with a
    floor so that a motionless face does not make every twitch an event). Shares themselves
    stay what raters would say. People whose usual rests on fewer than `LEAST` readings are
    left as they are.

    Args:
        timeline: What to compare.
        baseline: Readings of the same people at rest, matched by decoder and label; by
            default the timeline itself.
    """
    is_own = baseline is None
    usual = _usual_by_lane(baseline if baseline is not None else timeline, is_own)
    readings = [
        _related(reading, usual[_key(reading, is_own)])
        if reading.is_told and _key(reading, is_own) in usual
        else reading
        for reading in timeline.readings
    ]
    return replace(
        Timeline.of_readings(readings),
        origins=timeline.origins,
        skipped=timeline.skipped,
        cards=timeline.cards,
    )


def _key(reading: Reading, is_own: bool) -> _Key:
    # A label means one person within its source: Face 1 of two files are two people.
    return (reading.source if is_own else "", reading.decoder, reading.person)


def _usual_by_lane(timeline: Timeline, is_own: bool) -> dict[_Key, _Usual]:
    held: dict[_Key, list[Reading]] = {}
    for reading in timeline.told():
        held.setdefault(_key(reading, is_own), []).append(reading)
    return {key: _usual(readings) for key, readings in held.items() if len(readings) >= LEAST}


def _usual(readings: list[Reading]) -> _Usual:
    columns: dict[str, list[float]] = {}
    for reading in readings:
        for name, value in _numbers(reading).items():
            columns.setdefault(name, []).append(value)
    return {
        name: (float(np.median(values)), _spread(name, values))
        for name, values in columns.items()
        if len(values) >= LEAST
    }


def _spread(name: str, values: list[float]) -> float:
    deviation = float(np.median(np.abs(np.array(values) - np.median(values))))
    is_dimension = name in ("valence", "arousal", "dominance")
    return max(_MAD_TO_SD * deviation, _FLOOR_DIMENSION if is_dimension else _FLOOR_SHARE)


def _numbers(reading: Reading) -> dict[str, float]:
    dimensions = {name: getattr(reading, name) for name in ("valence", "arousal", "dominance")}
    shares = {emotion.value: reading.scores[emotion] for emotion in Emotion}
    return {k: float(v) for k, v in {**dimensions, **shares}.items() if v is not None}


def _related(reading: Reading, usual: _Usual) -> Reading:
    distances = {
        f"z_{name}": round((value - usual[name][0]) / usual[name][1], 6)
        for name, value in _numbers(reading).items()
        if name in usual
    }
    return replace(reading, extra={**reading.extra, **distances}, adapted=Adapted.BASELINE)
