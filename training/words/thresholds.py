"""From shares to named labels: thresholds chosen on dev alone, and the figures they give."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float32]
GRID = np.arange(0.03, 0.70, 0.01)
FOLDS = 5


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
    scores = [macro_f1(targets, shares >= t) for t in GRID]
    # The middle of the plateau moves less from sample to sample than its tip.
    return float(np.mean(GRID[np.array(scores) > max(scores) - 0.002]))


def choose_thresholds(
    shares: Shares, targets: Shares, seed: int = 0
) -> tuple[NDArray[np.float32], float]:
    """A threshold a label, the rarer the label the closer to the one shared by all.

    How strongly rare labels are pulled is chosen by cross-validation within the same texts:
    thresholds from four fifths, macro-F1 on the last one.

    Returns:
        Thresholds, shape (labels,), and the pull: texts' worth of trust in the shared one.
    """
    fold = np.random.default_rng(seed).integers(0, FOLDS, len(targets))
    pulls = (0.0, 10.0, 30.0, 100.0, 300.0, 1e9)
    scores = {pull: _cross_validated(shares, targets, fold, pull) for pull in pulls}
    best = max(scores, key=lambda pull: scores[pull])
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
    together = one_threshold(shares, targets)
    table = np.stack([f1_per_label(targets, shares >= t) for t in GRID])
    # A running mean over five neighbors keeps a lucky text from setting the threshold.
    smooth = np.apply_along_axis(lambda c: np.convolve(c, np.ones(5) / 5, "same"), 0, table)
    own = GRID[2:-2][smooth[2:-2].argmax(axis=0)]
    trust = targets.sum(axis=0) / (targets.sum(axis=0) + pull)
    return np.asarray(trust * own + (1 - trust) * together, np.float32)


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
