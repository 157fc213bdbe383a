"""From held-out logits to chances and thresholds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.guard.local.weights import Readout

Array = NDArray[np.float64]


def fit(
    logits: Array, is_true: NDArray[np.bool_], weights: Array | None = None
) -> tuple[float, float]:
    """Slope and offset of a log odds (Platt 2000), fitted by Newton's method on held-out logits.

    Args:
        logits: Shape (n,).
        is_true: Shape (n,).
        weights: How much each counts, shape (n,); by default all the same.
    """
    weights = np.ones(len(logits)) if weights is None else weights
    n_true, n = int(is_true.sum()), len(is_true)
    goal = np.where(is_true, (n_true + 1) / (n_true + 2), 1 / (n - n_true + 2))
    design = np.stack([logits, np.ones(n)], axis=1)
    fitted = np.array([1.0, 0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ fitted, -30, 30)))
        spread = weights * p * (1 - p)
        pull = design.T @ (weights * (goal - p)) - 1e-3 * (fitted - [1, 0])
        fitted = fitted + np.linalg.solve(
            (design * spread[:, None]).T @ design + 1e-3 * np.eye(2), pull
        )
    return float(max(fitted[0], 1e-3)), float(fitted[1])


def readout(
    true: Array, near: Array, ordinary: Array, *, near_share: float, ordinary_share: float
) -> Readout:
    """What a signal's logits mean, and the lowest threshold that keeps false alarms rare.

    Args:
        true: Held-out logits of sentences that show it.
        near: Of their twins that do not.
        ordinary: Of ordinary talk.
        near_share: Of near misses that may be raised.
        ordinary_share: Of ordinary messages that may be raised.
    """
    logits = np.concatenate([true, near, ordinary])
    twins = len(true) + len(near)
    # Ordinary talk counts as much as twins do, however many messages of it there are.
    weights = np.where(np.arange(len(logits)) < twins, 1.0, twins / max(len(ordinary), 1))
    slope, offset = fit(logits, np.arange(len(logits)) < len(true), weights)
    floor = max(_above(near, near_share), _above(ordinary, ordinary_share))
    chance = 1 / (1 + np.exp(-np.clip(slope * floor + offset, -30, 30)))
    return Readout(slope, offset, float(np.clip(chance, 0.05, 0.98)))


def _above(values: Array, share: float) -> float:
    """The lowest value that at most a share of values exceeds."""
    if len(values) == 0:
        return -np.inf
    ordered = np.sort(values)[::-1]
    return float(ordered[min(len(ordered) - 1, int(share * len(ordered)))]) + 1e-6
