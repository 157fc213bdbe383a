"""Which models differ, and which share a rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.rate.bootstrap import Fitted, Range, half_widths, spread
from mien.rate.columns import Floats
from mien.rate.needs import scipy

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Differences:
    """Paired differences of all models.

    Attributes:
        value: Strength of the row minus that of the column, shape (models, models).
        half: Half its 95 % interval.
        p: Chance of a difference this large if there were none, by itself.
        holm: The same, corrected for all pairs that are compared.
        apart: Whether the two are told apart.
    """

    value: Floats
    half: Floats
    p: Floats
    holm: Floats
    apart: NDArray[np.bool_]


def differences(fitted: Fitted, n_models: int) -> Differences:
    """All pairs from the same resamples, so that what sways both alike cancels out."""
    strength, samples = fitted.point[:n_models], fitted.samples[:n_models]
    value, shape = strength[:, None] - strength[None, :], (n_models, n_models)
    half, p, holm = (np.full(shape, np.nan) for _ in range(3))
    if fitted.has_intervals:
        one, other = np.triu_indices(n_models, 1)
        drawn = samples[one] - samples[other]
        for table, found in (
            (half, half_widths(drawn, fitted.n_clusters)),
            (p, chance(value[one, other], spread(drawn), fitted.n_clusters)),
        ):
            table[one, other] = table[other, one] = found
        holm[one, other] = holm[other, one] = holm_corrected(p[one, other])
    apart = np.nan_to_num(holm, nan=1.0) <= ALPHA
    return Differences(value, half, p, holm, apart)


def chance(value: Floats, sd: Floats, n_clusters: int) -> Floats:
    """Two-sided p of `value` being 0, by Student's t with a degree for each cluster but one.

    The tails that a correction for many pairs needs lie beyond what a thousand resamples show,
    so only their spread is taken from them; with few clusters t is the careful choice (Cameron,
    Miller 2015).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(value == 0, 0.0, np.abs(value) / sd)
    return np.asarray(2.0 * scipy("special").stdtr(n_clusters - 1, -t))


def holm_corrected(p: Floats) -> Floats:
    """Holm's (1979) adjusted p-values: what is at most alpha is told apart at level alpha.

    What is NaN was not compared, and stays NaN.
    """
    order = np.argsort(p, kind="stable")[: int((~np.isnan(p)).sum())]
    steps = (len(order) - np.arange(len(order))) * p[order]
    adjusted = np.full_like(p, np.nan)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted


def rank_groups(order: Sequence[int], apart: NDArray[np.bool_]) -> list[list[int]]:
    """Models from the best down, cut into groups in which no two are told apart.

    A group takes the next model as long as it is not told apart from any member. Neighbors on
    either side of a cut may still not be told apart: what holds of two models says their
    difference.

    Args:
        order: Models from the best down.
        apart: Which pairs are told apart, shape (models, models).
    """
    groups: list[list[int]] = []
    for model in order:
        if groups and not apart[model, groups[-1]].any():
            groups[-1].append(model)
        else:
            groups.append([model])
    return groups


def possible_ranks(strength: Floats, apart: NDArray[np.bool_]) -> list[Range]:
    """Best and worst rank of each model, by how many are told to be better and worse."""
    n = len(strength)
    better = (apart & (strength[None, :] > strength[:, None])).sum(axis=1)
    worse = (apart & (strength[None, :] < strength[:, None])).sum(axis=1)
    return [Range(1 + int(b), n - int(w)) for b, w in zip(better, worse, strict=True)]
