"""From held-out logits to chances and thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from mien.guard.local.weights import Readout
from mien.guard.signals import Signal

Array = NDArray[np.float64]


def fit(
    features: Array, is_true: NDArray[np.bool_], weights: Array | None = None
) -> tuple[float, ...]:
    """Slopes and offset of a log odds (Platt 2000), fitted on held-out logits.

    Args:
        features: Shape (n, k).
        is_true: Shape (n,).
        weights: How much each counts, shape (n,); by default all the same.

    Returns:
        A slope for each of k features, then the offset.
    """
    n, k = features.shape
    weights = np.ones(n) if weights is None else weights
    n_true = int(is_true.sum())
    goal = np.where(is_true, (n_true + 1) / (n_true + 2), 1 / (n - n_true + 2))
    design = np.column_stack([features, np.ones(n)])
    start = np.array([1.0 / k] * k + [0.0])

    def loss(fitted: Array) -> tuple[float, Array]:
        odds = design @ fitted
        p = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        far = fitted - start
        value = weights @ (np.logaddexp(0, odds) - goal * odds) + _HELD_BACK / 2 * far @ far
        return float(value), design.T @ (weights * (p - goal)) + _HELD_BACK * far

    bounds = [(1e-3, None)] * k + [(None, None)]
    done = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return tuple(done.x.tolist())


_HELD_BACK = 0.3
"""How strongly slopes are kept near the mean of the readings."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How often a signal may be wrong.

    Attributes:
        ordinary: Share of ordinary messages that it may raise.
        missed: Share of true ones that need not be looked at twice.
        looked: Share of ordinary messages that may be looked at twice for it.
        margin: Log odds by which a threshold lies above the ordinary messages that it leaves out: a
            few hundred tell little of the rarest ones.
        rate: Share of ordinary messages that show the signal, for chances that add up; None for the
            share among twins.
    """

    ordinary: float
    missed: float = 0.03
    looked: float = 0.05
    margin: float = 0.0
    rate: float | None = None


def readout(true: Array, near: Array, ordinary: Array, every: Array, limits: Limits) -> Readout:
    """What a signal's logits mean, and the lowest threshold for which it is rare in ordinary talk.

    Args:
        true: Held-out logits of the small nets and the encoder, shape (n, 2), where it is there.
        near: Of their twins that do not show it.
        ordinary: Of ordinary talk that does not show it.
        every: Of all ordinary talk: to look twice costs time, whatever is there.
        limits: Of false alarms and of second looks.
    """
    logits = np.concatenate([true, near, ordinary])
    is_true = np.arange(len(logits)) < len(true)
    twins = len(true) + len(near)
    # However many ordinary messages there are: twins are what is hard.
    share = _ORDINARY * twins / max(len(ordinary), 1)
    weights = np.where(np.arange(len(logits)) < twins, 1.0, share)
    slope, offset = fit(logits[:, :1], is_true, weights)
    nets, encoder, both_offset = fit(logits, is_true, weights)
    among_twins = float(weights[is_true].sum() / weights.sum())
    shift = 0.0 if limits.rate is None else _odds(limits.rate) - _odds(among_twins)
    offset, both_offset = offset + shift, both_offset + shift
    worth = max(float(np.quantile(true[:, 0], limits.missed)), above(every[:, 0], limits.looked))
    gate = _chance(slope * worth + offset)
    odds = ordinary @ [nets, encoder] + both_offset
    raised = above(odds, limits.ordinary) + limits.margin
    threshold = _chance(float(np.clip(raised, _odds(0.05) + shift, _odds(0.999) + shift)))
    return Readout(slope, offset, gate, (nets, encoder, both_offset), threshold)


_ORDINARY = 0.3
"""How much ordinary talk counts, of all twins together."""


def beyond_near(
    readouts: Mapping[Signal, Readout], near: Mapping[Signal, Array], share: float
) -> dict[Signal, Readout]:
    """The same with thresholds that a share of the near misses of all these signals reach.

    One threshold for all, as each has a few near misses of its own only.

    Args:
        readouts: What logits mean.
        near: Held-out logits of the nets and the encoder, shape (n, 2), of near misses.
        share: Of all near misses together.
    """
    told = [[by.chance(*row) for row in near[signal]] for signal, by in readouts.items()]
    floor = float(min(above(np.concatenate(told), share), 0.999))
    return {s: replace(by, threshold=max(by.threshold, floor)) for s, by in readouts.items()}


def _odds(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))


def _chance(odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def above(values: Array, share: float) -> float:
    """The lowest value that at most a share of values exceeds."""
    if len(values) == 0:
        return -np.inf
    ordered = np.sort(values)[::-1]
    return float(ordered[min(len(ordered) - 1, int(share * len(ordered)))]) + 1e-6
