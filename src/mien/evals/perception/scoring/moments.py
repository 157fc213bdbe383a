"""Figures of two columns of numbers formed of sums, so that they can be resampled at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.evals.intervals import Interval, Resampling

Values = NDArray[np.float64]

_ROUNDING = 1e-5
"""What single precision may leave of a difference that is none, as a part of what was summed."""


_CELLS = 100


class Cell(NamedTuple):
    """Two readers of the same items: a model and a rater, or two raters.

    Attributes:
        item: Index of the item, shape (n,).
        one: What the first says, shape (n,).
        other: What the second says, shape (n,).
    """

    item: NDArray[np.integer]
    one: Values
    other: Values


class Moments:
    """The sums of some cells under every draw.

    Args:
        cells: Each of at least one item.
        resampling: Of the items.
    """

    def __init__(self, cells: Sequence[Cell], resampling: Resampling) -> None:
        parts = [resampling.sums(cell.item, _products(cell.one, cell.other)) for cell in cells]
        self._sums = np.stack(parts, axis=1)

    def kappa(self) -> Values:
        """Quadratic-weighted kappa of each cell, shape (draws + 1, cells).

        As `stats.quadratic_kappa`.
        """
        n, a, b, aa, bb, _, _, squared = self._parts()
        expected = (aa + bb) / n - 2 * (a / n) * (b / n)
        has_spread = expected > _ROUNDING * (aa + bb) / n
        return _over(expected - squared / n, np.where(has_spread, expected, 0.0))

    def pearson(self) -> Values:
        """Correlation of each cell, shape (draws + 1, cells); as `stats.pearson`."""
        n, a, b, aa, bb, ab, _, _ = self._parts()
        spread_a, spread_b = aa / n - (a / n) ** 2, bb / n - (b / n) ** 2
        # What rounding leaves of a constant's spread must not be divided by.
        has_spread = (spread_a > _ROUNDING * aa / n) & (spread_b > _ROUNDING * bb / n)
        size = np.where(has_spread, np.sqrt(np.abs(spread_a * spread_b)), 0.0)
        return np.clip(_over(ab / n - (a / n) * (b / n), size), -1.0, 1.0)

    def mae(self) -> Values:
        """Mean absolute error of each cell, shape (draws + 1, cells)."""
        parts = self._parts()
        return np.asarray(parts[6] / parts[0])

    def rmse(self) -> Values:
        """Root mean squared error of each cell, shape (draws + 1, cells)."""
        parts = self._parts()
        return np.sqrt(parts[7] / parts[0])

    def _parts(self) -> list[Values]:
        parts = [self._sums[:, :, k] for k in range(self._sums.shape[2])]
        # A draw may hold none of a cell's items: its figure is then NaN, not an error.
        parts[0] = np.where(parts[0] > 0, parts[0], np.nan)
        return parts


def mean_kappa(cells: Sequence[Cell], resampling: Resampling) -> Values:
    """Mean quadratic-weighted kappa of the cells that have one, shape (draws + 1,).

    Args:
        cells: One or more.
        resampling: Of the items.
    """
    # A hundred at a time: the sums of thousands of raters would fill a gigabyte.
    parts = [
        Moments(cells[at : at + _CELLS], resampling).kappa() for at in range(0, len(cells), _CELLS)
    ]
    return mean_over(np.concatenate(parts, axis=1))


def mean_over(values: Values) -> Values:
    """The mean over the last axis of what could be formed; NaN where nothing could."""
    formed = ~np.isnan(values)
    n = formed.sum(axis=-1)
    return _over(np.where(formed, values, 0.0).sum(axis=-1), n.astype(np.float64))


def mean_of(values: NDArray[Any], resampling: Resampling) -> Interval:
    """The mean of what is known, over items that are all clusters of their own."""
    known = np.asarray(values, dtype=np.float64)
    formed = ~np.isnan(known)
    rows = np.column_stack([np.where(formed, known, 0.0), formed])
    total, n = resampling.sums(np.arange(len(known)), rows.astype(np.float64)).T
    return resampling.interval(total / np.maximum(n, 1))


def _products(one: Values, other: Values) -> Values:
    apart = one - other
    return np.column_stack(
        [np.ones(len(one)), one, other, one**2, other**2, one * other, np.abs(apart), apart**2]
    )


def _over(top: Values, bottom: Values) -> Values:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(bottom > 0, top / bottom, np.nan))
