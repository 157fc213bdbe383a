"""Emotions as the six basic ones and neutral, for corpora that know no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from mien.emotions.emotion import Emotion

_MEMBERS = {
    "anger": "anger impatience bitterness malevolence jealousy",
    "disgust": "disgust contempt sourness",
    "fear": "fear distress",
    "joy": "amusement elation pleasure contentment gratitude affection infatuation hope triumph "
    "pride awe relief teasing",
    "neutral": "neutral interest concentration contemplation longing fatigue numbness intoxication "
    "lust doubt confusion",
    "sadness": "sadness embarrassment shame disappointment pain helplessness",
    "surprise": "surprise",
}
"""After GoEmotions' own grouping; what it sums under surprise without being surprise, and wishes
and bodily states, count as neutral."""

FAMILIES = tuple(_MEMBERS)

FOLD: NDArray[np.float32] = np.array(
    [[emotion.value in _MEMBERS[family].split() for family in FAMILIES] for emotion in Emotion],
    np.float32,
)
"""Emotions to families, shape (41, 7); a row has one 1."""


def members(families: Iterable[str]) -> NDArray[np.float32]:
    """Which emotions belong to any of some families: ones and zeros, shape (41,)."""
    return np.asarray(FOLD[:, [FAMILIES.index(family) for family in families]].max(axis=1))


def weighted_f1(
    truth: NDArray[np.int64], answer: NDArray[np.int64], n: int, counts: bool = True
) -> float:
    """F1 a class, averaged by how often each is true, or evenly over those that occur."""
    pairs = np.bincount(truth * n + answer, minlength=n * n).reshape(n, n)
    right, true, said = pairs.diagonal(), pairs.sum(axis=1), pairs.sum(axis=0)
    f1 = 2 * right / np.maximum(true + said, 1)
    weights = true if counts else (true > 0)
    return float((f1 * weights).sum() / weights.sum())


def codes(labels: Iterable[str], meaning: Mapping[str, str]) -> NDArray[np.int64]:
    """Families of a corpus' labels as numbers; -1 for labels without a meaning."""
    found = [meaning.get(label) for label in labels]
    return np.array([-1 if one is None else FAMILIES.index(one) for one in found], np.int64)
