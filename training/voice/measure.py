"""Measures of the voice nets: recalls by label, arousal, calibration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.voice.corpora import LABELS, Clip

FOUR = ("angry", "happy", "sad", "neutral")
"""Labels that nearly all corpora share; cross-corpus figures are given on them."""


def indices(clips: Sequence[Clip]) -> NDArray[np.int64]:
    """Label numbers, -1 for none."""
    return np.array([clip.index for clip in clips], dtype=np.int64)


def answers(logits: NDArray[np.float32], allowed: Sequence[str]) -> NDArray[np.int64]:
    """The strongest of the allowed labels, shape (n,)."""
    masked = np.full_like(logits, -np.inf)
    columns = [LABELS.index(label) for label in allowed]
    masked[:, columns] = logits[:, columns]
    chosen: NDArray[np.int64] = masked.argmax(axis=1)
    return chosen


def uar(truth: NDArray[np.int64], told: NDArray[np.int64]) -> float:
    """Unweighted average recall over the labels that occur."""
    counts = np.bincount(truth)
    right = np.bincount(truth[truth == told], minlength=len(counts))
    return float(np.mean(right[counts > 0] / counts[counts > 0]))


def recalls(truth: NDArray[np.int64], told: NDArray[np.int64]) -> dict[str, float]:
    """Recall of each label that occurs."""
    return {LABELS[i]: float((told[truth == i] == i).mean()) for i in np.unique(truth)}


def high_arousal(clips: Sequence[Clip]) -> NDArray[np.float64]:
    """1 high, 0 low, NaN neither, shape (n,)."""
    return np.array([clip.arousal for clip in clips], dtype=np.float64)
