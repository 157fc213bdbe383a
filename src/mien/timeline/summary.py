"""A few numbers that stand for many readings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mien.emotions.emotion import Emotion
from mien.timeline.reading import Reading
from mien.timeline.schema import scores_array
from mien.timeline.timeline import Timeline


class Peak(NamedTuple):
    """Where an emotion is strongest."""

    emotion: Emotion
    share: float
    reading: Reading


def mean_shares(timeline: Timeline) -> dict[Emotion, float]:
    """The mean share of each judged emotion over told readings, each weighed by its seconds.

    Readings without times, and photos, weigh one each.
    """
    told = timeline.told()
    shares = scores_array(told.table).astype(np.float64)
    weights = np.array([_weight(reading) for reading in told])
    if not len(weights):
        return {}
    known = ~np.isnan(shares)
    mass = (weights[:, None] * np.where(known, shares, 0.0)).sum(axis=0)
    seconds = (weights[:, None] * known).sum(axis=0)
    return {e: float(mass[i] / seconds[i]) for i, e in enumerate(Emotion) if seconds[i] > 0}


def peaks(timeline: Timeline, least: float = 0.2) -> list[Peak]:
    """The strongest told reading of each emotion but neutral, strongest first.

    Args:
        timeline: Where to look.
        least: Smallest share that counts as a peak.
    """
    best: dict[Emotion, Peak] = {}
    for reading in timeline.told():
        for emotion, share in reading.scores.items():
            if share is None or share < least or emotion is Emotion.NEUTRAL:
                continue
            if emotion not in best or share > best[emotion].share:
                best[emotion] = Peak(emotion, share, reading)
    return sorted(best.values(), key=lambda peak: -peak.share)


def _weight(reading: Reading) -> float:
    if reading.start is None or reading.end is None or reading.end <= reading.start:
        return 1.0
    return reading.end - reading.start
