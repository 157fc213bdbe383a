"""How sure a figure is: what it would be with other people, and how many more items it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DRAWS = 1000
"""Resamples; the ends of an interval then move by about a hundredth of its width."""

Rows = NDArray[np.intp]


class Interval(NamedTuple):
    """A figure with its 95 % interval; both ends are NaN where none can be computed."""

    value: float
    low: float
    high: float

    @property
    def half(self) -> float:
        """Half its width."""
        return (self.high - self.low) / 2.0


def bootstrap(
    statistic: Callable[[Rows], NDArray[np.float64]],
    clusters: Sequence[str],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> list[Interval]:
    """Figures with percentile intervals over resampled clusters (Efron 1979; Field, Welsh 2007).

    Whole clusters are drawn with replacement: items of one speaker are no independent evidence.
    One seed gives the same draws for the same clusters, so that rows of a table are paired.

    Args:
        statistic: Takes indices of items, some of them repeated, and gives figures, shape (k,).
        clusters: Of each item.
        draws: How many resamples.
        seed: Of the draws.

    Returns:
        One interval a figure; with fewer than two clusters its ends are NaN.
    """
    names, number = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    values = statistic(np.arange(len(number)))
    if len(names) < 2:
        return [Interval(float(v), float("nan"), float("nan")) for v in values]
    order = np.argsort(number, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(number))[:-1])
    random = np.random.default_rng(seed)
    drawn = np.empty((draws, len(values)))
    for i in range(draws):
        chosen = random.integers(len(names), size=len(names))
        drawn[i] = statistic(np.concatenate([members[c] for c in chosen]))
    return [_percentiles(float(v), drawn[:, k]) for k, v in enumerate(values)]


def _percentiles(value: float, drawn: NDArray[np.float64]) -> Interval:
    formed = drawn[~np.isnan(drawn)]
    if np.isnan(value) or len(formed) < len(drawn) / 2:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.percentile(formed, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def more_needed(interval: Interval, n: int, half: float = 0.05) -> int | None:
    """How many more items bring an interval to +-`half`, as its width falls with the root of n.

    None where there is no interval to go by. Items of people who are in it already help less.

    >>> more_needed(Interval(0.5, 0.4, 0.6), 100)
    300
    """
    if not np.isfinite(interval.half) or interval.half <= 0:
        return None
    return max(0, int(np.ceil(n * (interval.half / half) ** 2 - 1e-9)) - n)
