"""Measures of reply detectors: areas under the curve, intervals over chats, calibration."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Array = NDArray[np.float64]
Strings = NDArray[np.str_]


class Measured(NamedTuple):
    """A figure and its 95 % interval, chats resampled."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def area(labels: Array, scores: Array) -> float:
    """Area under the ROC curve; NaN with one class only."""
    n_true = int(labels.sum())
    n_false = len(labels) - n_true
    if not n_true or not n_false:
        return float("nan")
    ranks = rankdata(scores)
    return float((ranks[labels > 0].sum() - n_true * (n_true + 1) / 2) / (n_true * n_false))


def per_group(labels: Array, scores: Array, group: Strings) -> float:
    """The mean of the areas within each group."""
    areas = [area(labels[group == g], scores[group == g]) for g in np.unique(group)]
    return float(np.nanmean(areas))


def within(labels: Array, scores: Array, group: Strings) -> float:
    """The mean of the areas within each group, weighed by its pairs."""
    total = pairs = 0.0
    for g in np.unique(group):
        of = group == g
        n = float(labels[of].sum() * (1 - labels[of]).sum())
        if n:
            total, pairs = total + n * area(labels[of], scores[of]), pairs + n
    return total / pairs if pairs else float("nan")


def resampled(
    figure: Callable[[NDArray[np.intp], Strings], float], chat: Strings, times: int = 300
) -> Measured:
    """A figure over all rows, and its interval when chats are drawn again and again.

    Args:
        figure: Of some rows and the chat that each belongs to; a chat drawn twice counts as two.
        chat: Of each row.
        times: Draws.
    """
    rng = np.random.default_rng(0)
    rows = [np.flatnonzero(chat == name) for name in np.unique(chat)]
    drawn = []
    for _ in range(times):
        picked = rng.integers(0, len(rows), len(rows))
        names = np.repeat(np.arange(len(picked)).astype(str), [len(rows[i]) for i in picked])
        drawn.append(figure(np.concatenate([rows[i] for i in picked]), names))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Measured(figure(np.arange(len(chat)), chat), float(low), float(high))


def calibration_error(labels: Array, chances: Array, bins: int = 10) -> float:
    """Expected calibration error over bins of equal count."""
    order = np.argsort(chances)
    gaps = [
        len(part) * abs(float(labels[part].mean() - chances[part].mean()))
        for part in np.array_split(order, bins)
    ]
    return sum(gaps) / len(labels)


def wilson(k: int, n: int, z: float = 1.96) -> Measured:
    """A share and its Wilson interval."""
    if not n:
        return Measured(float("nan"), float("nan"), float("nan"))
    p, below = k / n, 1 + z * z / n
    middle = (p + z * z / (2 * n)) / below
    half = z * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / below
    return Measured(p, middle - half, middle + half)
