"""Agreement, correlation, error and recognition: each figure with its formula's source.

Values that are missing are NaN; a figure that cannot be formed, such as a correlation with a
constant, is NaN, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]
Level: TypeAlias = Literal["nominal", "ordinal", "interval"]

NAN = float("nan")


def quadratic_kappa(one: Values, other: Values) -> float:
    """Cohen's kappa with quadratic weights (Cohen 1968), for grades or for numbers between them.

    1 - sum w O / sum w E with w = (i - j)^2, in the closed form that needs no table: the mean
    squared difference over the one expected of independent raters with these marginals. It is
    Lin's concordance correlation with n in place of n - 1 (Schuster 2004).

    Args:
        one: Grades, shape (n,).
        other: Grades of the same items, shape (n,).
    """
    # One grade for all says nothing, also where its mean is rounded to another number.
    if len(one) == 0 or np.ptp(np.concatenate([one, other])) == 0:
        return NAN
    apart = float(np.mean((one - other) ** 2))
    expected = float(np.var(one) + np.var(other) + (np.mean(one) - np.mean(other)) ** 2)
    return 1.0 - apart / expected if expected > 0 else NAN


@dataclass(frozen=True, slots=True)
class QuantileMap:
    """From a model's scores to grades by equal ranks, so that its marginal is the raters'.

    What it gives is grades of its fit; how far a model's scale strays from the raters' no
    longer counts, only its order does. Fitted on the items that are then scored it is an oracle.

    Attributes:
        scores: Sorted, of the fit, shape (n,).
        grades: Sorted, of the fit, shape (m,).
    """

    scores: Values
    grades: Values

    @classmethod
    def fit(cls, scores: Values, grades: Values) -> QuantileMap:
        """From scores, shape (n,), and grades of the same kind of items, shape (m,)."""
        return cls(np.sort(scores), np.sort(grades))

    def __call__(self, scores: Values) -> Values:
        """The grade of the same rank for each score; equal scores get the grade of their middle."""
        low = np.searchsorted(self.scores, scores, side="left")
        high = np.searchsorted(self.scores, scores, side="right")
        rank = (low + high) / (2 * len(self.scores))
        place = np.minimum((rank * len(self.grades)).astype(int), len(self.grades) - 1)
        return np.asarray(self.grades[place])


def krippendorff_alpha(counts: Values, grades: Values, level: Level) -> float:
    """Krippendorff's alpha (2011, "Computing Krippendorff's alpha-reliability", part D).

    Observed over expected disagreement of all pairs of ratings of one unit; units with fewer
    than two ratings tell nothing and are left out, so any rating may be missing.

    Args:
        counts: How many raters gave each value to each unit, shape (units, values).
        grades: The values in ascending order, shape (values,); used by `interval` alone.
        level: How far two values are apart: equal or not, by ranks, or by their difference.
    """
    pairs = rating_pairs(counts).sum(axis=0)
    return float(alpha_of_pairs(pairs[None], grades, level)[0])


def rating_pairs(counts: Values) -> Values:
    """How often two values met in each unit: its share of the coincidence matrix.

    Args:
        counts: Shape (units, values).

    Returns:
        Shape (units, values, values); zero for units with fewer than two ratings.
    """
    n = counts.sum(axis=1)
    weights = np.where(n > 1, 1.0 / np.maximum(n - 1.0, 1.0), 0.0)
    met = counts[:, :, None] * counts[:, None, :]
    places = np.arange(counts.shape[1])
    met[:, places, places] -= counts
    return np.asarray(met * weights[:, None, None])


def alpha_of_pairs(pairs: Values, grades: Values, level: Level) -> Values:
    """Krippendorff's alpha of summed coincidence matrices, many at once.

    Args:
        pairs: Shape (m, values, values).
        grades: As in `krippendorff_alpha`.
        level: Likewise.

    Returns:
        Shape (m,); NaN where all ratings are equal or none is paired.
    """
    totals = pairs.sum(axis=2)
    n = totals.sum(axis=1)
    apart = _squared_distances(totals, grades, level)
    observed = (pairs * apart).sum(axis=(1, 2))
    expected = np.einsum("mi,mij,mj->m", totals, apart, totals)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(expected > 0, 1.0 - (n - 1.0) * observed / expected, NAN))


def _squared_distances(totals: Values, grades: Values, level: Level) -> Values:
    """Between all values, for each matrix of pairs, shape (m, values, values)."""
    m, k = totals.shape
    if level == "nominal":
        return np.broadcast_to(1.0 - np.eye(k), (m, k, k))
    # Ordinal: the ratings between two values, with half of those at either end.
    by_rank = np.cumsum(totals, axis=1) - totals / 2.0
    scale = np.broadcast_to(grades, (m, k)) if level == "interval" else by_rank
    return np.asarray((scale[:, :, None] - scale[:, None, :]) ** 2)


def cronbach_alpha(ratings: Values, k: float | None = None) -> float:
    """Cronbach's alpha (1951) with raters as the parts of a test.

    k c / (v + (k - 1) c) with v the mean variance of a rater and c the mean covariance of two,
    over the items that both rated; without missing ratings this is k / (k - 1) (1 - sum of
    variances / variance of the sum). It grows with k, as two halves of a test do.

    Args:
        ratings: Shape (items, raters), NaN where one is missing.
        k: How many raters the alpha is for; by default all of them.
    """
    there = ~np.isnan(ratings)
    if there.sum() == 0:
        return NAN
    k = float(ratings.shape[1]) if k is None else k
    # Around one middle, which changes no covariance: sums of squares of large grades lose digits.
    centred = np.where(there, ratings - np.nanmean(ratings), 0.0)
    n = there.T.astype(np.float64) @ there
    sums = centred.T @ there
    products = centred.T @ centred
    with np.errstate(invalid="ignore", divide="ignore"):
        covariances = (products - sums * sums.T / n) / (n - 1.0)
    own, pairs = np.diag_indices(len(n)), np.tril_indices(len(n), -1)
    c = _weighted_mean(covariances[pairs], n[pairs])
    v = _weighted_mean(covariances[own], n[own])
    total = v + (k - 1.0) * c
    return k * c / total if total > 0 else NAN


def _weighted_mean(values: Values, n: Values) -> float:
    """The mean of what two or more items speak for, by how many do; NaN if none does."""
    kept = n > 1
    return float(np.average(values[kept], weights=n[kept])) if kept.any() else NAN


def ranks(values: Values) -> Values:
    """Ranks from 1, equal values share their mean rank, shape (n,)."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[inverse], dtype=np.float64)


def pearson(one: Values, other: Values) -> float:
    """Pearson's product-moment correlation (1895)."""
    if len(one) < 2:
        return NAN
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    # What is left of a constant after its mean is taken away is rounding, not spread.
    is_flat = np.ptp(one) == 0 or np.ptp(other) == 0
    return NAN if is_flat or size == 0 else float(np.clip((a @ b) / size, -1.0, 1.0))


def spearman(one: Values, other: Values) -> float:
    """Spearman's rank correlation (1904): Pearson's of the ranks, ties at their mean rank."""
    return pearson(ranks(one), ranks(other))


def mean_absolute_error(one: Values, other: Values) -> float:
    """Mean distance, in the unit of the values."""
    return float(np.mean(np.abs(one - other))) if len(one) else NAN


def root_mean_squared_error(one: Values, other: Values) -> float:
    """Root of the mean squared distance, in the unit of the values."""
    return float(np.sqrt(np.mean((one - other) ** 2))) if len(one) else NAN


def confusion(truth: NDArray[np.intp], said: NDArray[np.intp], n_labels: int) -> Values:
    """Counts of truth (row) and answer (column), shape (labels, labels + 1).

    Args:
        truth: Label of each item.
        said: Answered label; -1 for none, which is counted in the last column.
        n_labels: How many labels there are.
    """
    columns = np.where(said < 0, n_labels, said)
    flat = np.bincount(truth * (n_labels + 1) + columns, minlength=n_labels * (n_labels + 1))
    return flat.reshape(n_labels, n_labels + 1).astype(np.float64)


def accuracy(table: Values) -> float:
    """Share of items that were answered rightly; no answer is a wrong one."""
    total = float(table.sum())
    return float(np.trace(table)) / total if total else NAN


def unweighted_average_recall(table: Values) -> float:
    """Mean recall of the labels that occur (UAR, Schuller et al. 2009), also balanced accuracy."""
    there = table.sum(axis=1)
    recalls = np.diag(table)[there > 0] / there[there > 0]
    return float(recalls.mean()) if len(recalls) else NAN


def macro_f1(table: Values) -> float:
    """Mean F1 of the labels that occur or were answered (van Rijsbergen 1979)."""
    hits = np.diag(table)
    both = table.sum(axis=1) + table[:, :-1].sum(axis=0)
    used = both > 0
    return float((2 * hits[used] / both[used]).mean()) if used.any() else NAN


def f1_of_tags(truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> Values:
    """F1 of each tag, shape (tags,); NaN for one that neither occurs nor was said.

    Args:
        truth: Shape (items, tags).
        said: Shape (items, tags).
    """
    hits = (truth & said).sum(axis=0)
    both = truth.sum(axis=0) + said.sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.where(both > 0, 2 * hits / np.maximum(both, 1), NAN)
