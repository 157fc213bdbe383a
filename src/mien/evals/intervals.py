"""How sure a figure is: what it would be with other people, and how many more items it needs."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.core.student import t_quantile

DRAWS = 1000
"""Resamples; the ends of an interval then move by about a hundredth of its width."""

LEAST_CLUSTERS = 5
"""Fewer speakers or files than this say nothing about others."""

NAN = float("nan")

_MISSED = float(np.exp(-LEAST_CLUSTERS))
"""The share of draws that hold none of so many clusters."""
_SAME = 1e-5
"""What single precision may leave of a difference that is none."""
_QUIET = 2**18
"""Multiplications up to which OpenBLAS stays in the caller's thread."""
_DEEP = 512


class Interval(NamedTuple):
    """A figure with its 95 % interval; the ends are NaN where too few speak for it."""

    value: float
    low: float = NAN
    high: float = NAN

    @property
    def half(self) -> float:
        """Half its width."""
        return (self.high - self.low) / 2.0


class Resampling:
    """Items drawn again by whole clusters (Efron 1979; Field and Welsh 2007), many times at once.

    Items of one speaker are no independent evidence. Every figure here is formed of sums over
    items, so a draw only weighs the sums of clusters, and thousands of draws are one product of
    matrices. All figures of one resampling share its draws: rows of a table are paired.

    Args:
        clusters: Of each item.
        draws: How many.
        seed: Of the draws.
    """

    def __init__(self, clusters: Sequence[str], draws: int = DRAWS, seed: int = 0) -> None:
        names, number = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
        self._number = number
        self.n_clusters = len(names)
        random = np.random.default_rng(seed)
        # A row a cluster: a figure needs those of its own items, and gathers them whole.
        self._weights = np.zeros((len(names), draws), dtype=np.float32)
        for draw in range(draws):
            drawn = random.integers(max(1, len(names)), size=len(names))
            self._weights[:, draw] = np.bincount(drawn, minlength=len(names))

    def sums(self, items: NDArray[np.integer], values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums of values under every draw, the first with each item once.

        The first is exact; those of draws, which only make intervals, have single precision.

        Args:
            items: Index of the item that each row belongs to, shape (m,).
            values: Shape (m, k).

        Returns:
            Shape (draws + 1, k).
        """
        whole = values.sum(axis=0)[None]
        if not self._weights.shape[1]:
            return np.asarray(whole)
        used, place = np.unique(self._number[items], return_inverse=True)
        per_cluster = np.stack(
            [np.bincount(place, weights=column, minlength=len(used)) for column in values.T]
        )
        drawn = _product(per_cluster.astype(np.float32), self._weights[used])
        return np.concatenate([whole, drawn.T.astype(np.float64)])

    def interval(self, figures: NDArray[np.float64]) -> Interval:
        """A figure under every draw, shape (draws + 1,), as its value and interval.

        Percentiles of the draws, moved by what separates their median from the value (drawing the
        same items twice lowers kappa of few items, and an interval beside its figure is none),
        and the value plus or minus the spread of the draws: each end is the farther of the two.
        Percentiles alone hold kappa and alpha of ten to twenty speakers 89 to 92 times in a
        hundred, since they lean towards the side that it is not missed on; the spread alone holds
        correlations and rare labels no more often. Both reach as far out as Student's t wants for
        so many clusters (Hesterberg 2015, section 4.4). No end lies beyond -1, 0 or 1 where no
        draw does, so that a share stays one and a correlation too; nor on a side of the value on
        which no draw lies.

        With fewer than `LEAST_CLUSTERS` clusters the ends are NaN; also where more draws cannot
        form the figure than would miss so many clusters: it rests on fewer.
        """
        value, drawn = float(figures[0]), figures[1:]
        formed = drawn[~np.isnan(drawn)]
        is_thin = len(formed) <= (1.0 - _MISSED) * len(drawn) - 1
        if np.isnan(value) or self.n_clusters < LEAST_CLUSTERS or is_thin or not len(formed):
            return Interval(value)
        down, up = _reach(value, formed, self.n_clusters)
        least, most = min(value, float(formed.min())), max(value, float(formed.max()))
        floor = max((bound for bound in (-1.0, 0.0) if bound <= least), default=-np.inf)
        ceiling = 1.0 if most <= 1 else np.inf
        return Interval(value, max(value - down, floor), min(value + up, ceiling))


def _reach(value: float, drawn: NDArray[np.float64], n: int) -> tuple[float, float]:
    """How far below and above its value a figure of n clusters is sought."""
    tail = _tail(n)
    low, middle, high = np.quantile(drawn, [tail, 0.5, 1.0 - tail])
    spread = -NormalDist().inv_cdf(tail) * float(drawn.std())
    down = max(float(middle - low), spread) if drawn.min() < value - _SAME else 0.0
    up = max(float(high - middle), spread) if drawn.max() > value + _SAME else 0.0
    return down, up


def _tail(n: int) -> float:
    """What is left out on either side of the draws of n clusters: 2.5 % of many, less of few.

    Percentiles of n clusters are as narrow as if their spread were known, by a factor of
    sqrt((n - 1) / n) too.
    """
    return NormalDist().cdf(-t_quantile(n - 1) * float(np.sqrt(n / (n - 1))))


def _product(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """The product of matrices in pieces too small for BLAS to wake its threads.

    Woken ten thousand times for products of a millisecond, they spend ten times as long on
    waiting for each other.
    """
    width = max(1, _QUIET // max(1, len(left) * min(_DEEP, left.shape[1])))
    found = np.zeros((len(left), right.shape[1]), dtype=np.float32)
    for at in range(0, left.shape[1], _DEEP):
        deep = slice(at, at + _DEEP)
        for begin in range(0, right.shape[1], width):
            wide = slice(begin, begin + width)
            found[:, wide] += left[:, deep] @ right[deep, wide]
    return found


def more_needed(interval: Interval, n: int, half: float = 0.05) -> int | None:
    """How many more items bring an interval to +-`half`, as its width falls with the root of n.

    None where there is no interval to go by. More of the same people help less.

    >>> more_needed(Interval(0.5, 0.4, 0.6), 100)
    300
    """
    if not np.isfinite(interval.half) or interval.half <= 0:
        return None
    return max(0, int(np.ceil(n * (interval.half / half) ** 2 - 1e-6)) - n)
