"""From shares to named labels: thresholds chosen on dev alone, and the figures they give."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float32]
GRID = np.arange(0.03, 0.70, 0.01)
FOLDS, REPEATS = 5, 5
PULLS = (10.0, 30.0, 100.0, 300.0, 1000.0)


def f1_per_label(targets: Shares, named: NDArray[np.bool_]) -> NDArray[np.float64]:
    """F1 of every label, 0 where it is neither named nor there."""
    hits = (named & (targets > 0)).sum(axis=0)
    either = named.sum(axis=0) + (targets > 0).sum(axis=0)
    scores: NDArray[np.float64] = 2 * hits / np.maximum(either, 1)
    return scores


def macro_f1(targets: Shares, named: NDArray[np.bool_]) -> float:
    """Mean F1 over labels."""
    return float(f1_per_label(targets, named).mean())


def micro_f1(targets: Shares, named: NDArray[np.bool_]) -> float:
    """F1 over all decisions together."""
    hits = (named & (targets > 0)).sum()
    return float(2 * hits / (named.sum() + (targets > 0).sum()))


def one_threshold(shares: Shares, targets: Shares) -> float:
    """The threshold that gives the best macro-F1 when all labels share it."""
    return float(GRID[int(_smooth(f1_by_threshold(shares, targets).mean(axis=1)).argmax())])


def choose_thresholds(
    shares: Shares, targets: Shares, seed: int = 0
) -> tuple[NDArray[np.float32], float]:
    """A threshold a label, the rarer the label the closer to the one shared by all.

    How strongly rare labels are pulled is chosen by cross-validation within the same texts:
    thresholds from four fifths, macro-F1 on the last one, mean over five ways to cut.

    Returns:
        Thresholds, shape (labels,), and the pull: texts' worth of trust in the shared one.
    """
    folds = np.random.default_rng(seed).integers(0, FOLDS, (REPEATS, len(targets)))
    scores = [
        np.mean([_cross_validated(shares, targets, f, pull) for f in folds]) for pull in PULLS
    ]
    best = PULLS[int(np.argmax(scores))]
    return _pulled(shares, targets, best), best


def _cross_validated(
    shares: Shares, targets: Shares, fold: NDArray[np.int64], pull: float
) -> float:
    named = np.zeros(targets.shape, bool)
    for k in range(FOLDS):
        rest, mine = fold != k, fold == k
        named[mine] = shares[mine] >= _pulled(shares[rest], targets[rest], pull)
    return macro_f1(targets, named)


def _pulled(shares: Shares, targets: Shares, pull: float) -> NDArray[np.float32]:
    table = f1_by_threshold(shares, targets)
    together = GRID[int(_smooth(table.mean(axis=1)).argmax())]
    # A running mean over neighbors keeps a lucky text from setting the threshold.
    own = GRID[np.apply_along_axis(_smooth, 0, table).argmax(axis=0)]
    trust = targets.sum(axis=0) / (targets.sum(axis=0) + pull)
    return np.asarray(trust * own + (1 - trust) * together, np.float32)


def f1_by_threshold(shares: Shares, targets: Shares) -> NDArray[np.float64]:
    """F1 of every label at every threshold of the grid, shape (thresholds, labels)."""
    passed = np.searchsorted(GRID, shares, side="right")
    table = np.zeros((len(GRID), shares.shape[1]))
    for k in range(shares.shape[1]):
        # How many texts pass each threshold: counts from the top down.
        counts = [
            np.bincount(passed[rows, k], minlength=len(GRID) + 1)[:0:-1].cumsum()[::-1]
            for rows in (slice(None), targets[:, k] > 0)
        ]
        table[:, k] = 2 * counts[1] / np.maximum(1, counts[0] + (targets[:, k] > 0).sum())
    return table


def _smooth(column: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.pad(column, 2, mode="edge")
    smoothed: NDArray[np.float64] = np.convolve(padded, np.ones(5) / 5, "valid")
    return smoothed


def interval(
    statistic: Callable[[Shares, NDArray[np.bool_]], float],
    targets: Shares,
    named: NDArray[np.bool_],
) -> tuple[float, float]:
    """95 % bootstrap interval over texts."""
    from training.cards import bootstrap

    return bootstrap(
        lambda rows: statistic(targets[rows], named[rows]), np.arange(len(targets)), draws=500
    )
