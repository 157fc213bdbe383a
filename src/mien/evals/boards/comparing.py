"""Which models differ: paired differences, corrected for how many there are."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Any

import numpy as np

from mien.core.student import t_quantile, two_sided
from mien.evals.estimate import Estimate, finite, mean
from mien.evals.result import ItemResult, Result

ALPHA = 0.05
POWER = 0.8
"""Chance of telling a true difference of the observed size apart, for `needed`."""

LEAST_CLUSTERS = 5
"""Fewer pieces of evidence than this tell no two models apart."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two models on the items that both have a score for.

    Attributes:
        better: The one with the higher mean on these items.
        worse: The other.
        value: Difference of their means, with error and interval; positive.
        p: Chance of a difference this large if there were none, by itself.
        holm: The same, corrected for all pairs that were compared (Holm 1979).
        needed: Clusters in all that would tell a true difference of this size apart at 5 %
            with a chance of 80 %, before any correction; None if it is 0.
    """

    better: str
    worse: str
    value: Estimate
    p: float
    holm: float
    needed: int | None

    @property
    def apart(self) -> bool:
        """Whether the two are told apart at 5 % after correction."""
        return self.holm <= ALPHA

    def to_dict(self) -> dict[str, Any]:
        """As JSON; what could not be formed is null."""
        value = self.value
        return {
            "better": self.better,
            "worse": self.worse,
            "difference": finite(value.value),
            "se": finite(value.se),
            "ci": [finite(value.low), finite(value.high)],
            "p": finite(self.p),
            "holm": finite(self.holm),
            "apart": self.apart,
            "items": value.n,
            "clusters": value.clusters,
            "needed": self.needed,
        }


def differences(runs: Sequence[Result], factor: float = 1.0) -> tuple[Difference, ...]:
    """All pairs of models, paired by item: what is hard for both cancels out.

    Args:
        runs: Of one task, with the same key; models have different names.
        factor: From the scale of items to that of the score.
    """
    scores = {run.model: item_means(run.items) for run in runs}
    scored = (item for run in runs for item in run.items if item.score is not None)
    clusters = {item.item: item.cluster for item in scored}
    found = [_paired(a, b, scores, clusters, factor) for a, b in combinations(scores, 2)]
    adjusted = holm([one.p for one in found])
    return tuple(
        Difference(one.better, one.worse, one.value, one.p, p, one.needed)
        for one, p in zip(found, adjusted, strict=True)
    )


def rank_groups(order: Sequence[str], pairs: Sequence[Difference]) -> list[list[str]]:
    """Models from the best down, cut into groups in which no two are told apart.

    Neighbors on either side of a cut may still not be told apart; what holds of two models says
    their difference.
    """
    apart = {frozenset((pair.better, pair.worse)) for pair in pairs if pair.apart}
    groups: list[list[str]] = []
    for model in order:
        if groups and not any(frozenset((model, one)) in apart for one in groups[-1]):
            groups[-1].append(model)
        else:
            groups.append([model])
    return groups


def item_means(items: Sequence[ItemResult]) -> dict[str, float]:
    """The score of each item, its epochs averaged; items without any are left out."""
    held: defaultdict[str, list[float]] = defaultdict(list)
    for item in items:
        if item.score is not None:
            held[item.item].append(item.score)
    return {name: sum(values) / len(values) for name, values in held.items()}


def holm(p: Sequence[float]) -> list[float]:
    """Holm's (1979) adjusted p-values, in the order given; NaN was not compared and stays.

    >>> [round(x, 3) for x in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    array = np.asarray(p, dtype=np.float64)
    order = np.argsort(array, kind="stable")[: int((~np.isnan(array)).sum())]
    steps = (len(order) - np.arange(len(order))) * array[order]
    adjusted = np.full_like(array, np.nan)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return [float(x) for x in adjusted]


def _paired(
    one: str,
    other: str,
    scores: dict[str, dict[str, float]],
    clusters: dict[str, str],
    factor: float,
) -> Difference:
    shared = [item for item in scores[one] if item in scores[other]]
    off = [factor * (scores[one][item] - scores[other][item]) for item in shared]
    found = mean(off, [clusters[item] for item in shared])
    if found.value < 0:
        one, other, found = other, one, found.times(-1.0)
    if found.clusters < LEAST_CLUSTERS or math.isnan(found.se):
        return Difference(one, other, found, math.nan, math.nan, None)
    p = _p(found)
    return Difference(one, other, found, p, p, _needed(found))


def _p(found: Estimate) -> float:
    if found.se == 0:
        # The same score on every item, or the same lead on every one.
        return 1.0 if found.value == 0 else 0.0
    return two_sided(found.value / found.se, found.clusters - 1)


def _needed(found: Estimate) -> int | None:
    """As the width falls with the root of the number of clusters."""
    if found.value == 0:
        return None
    z = t_quantile(max(found.clusters - 1, 1)) + NormalDist().inv_cdf(POWER)
    return max(LEAST_CLUSTERS, math.ceil(found.clusters * (z * found.se / found.value) ** 2))
