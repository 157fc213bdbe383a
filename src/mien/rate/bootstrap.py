"""What a table would be with other scenarios: whole clusters are drawn again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mien.rate.bradley_terry import fit, fit_samples
from mien.rate.columns import Floats
from mien.rate.connected import connected_samples
from mien.rate.design import Design

DRAWS = 1000
"""Resamples; the ends of an interval then move by about a hundredth of its width."""

LEAST_CLUSTERS = 5
"""Fewer scenarios than this say nothing about others."""


class Range(NamedTuple):
    """The two ends of a 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fit with what it would have been.

    Attributes:
        point: Strengths, then terms, shape (models + terms,).
        samples: The same of each resample, shape (models + terms, samples); none without
            intervals.
        dropped: Resamples in which the models fell apart.
        n_clusters: From how many clusters was drawn.
    """

    point: Floats
    samples: Floats
    dropped: int
    n_clusters: int

    @property
    def has_intervals(self) -> bool:
        """Whether there is anything to take an interval from."""
        return bool(self.samples.shape[1])


def draw_clusters(n_clusters: int, draws: int, seed: int) -> Floats:
    """How often each cluster is in each resample, shape (clusters, draws).

    One seed gives the same draws, so that everything computed from them is paired.
    """
    random = np.random.default_rng(seed)
    drawn = random.multinomial(n_clusters, np.full(n_clusters, 1.0 / n_clusters), size=draws)
    return np.ascontiguousarray(drawn.T, dtype=np.float64)


def resample(design: Design, weights: Floats) -> Fitted:
    """The fit and its bootstrap over clusters (Efron 1979; Field, Welsh 2007).

    Resamples in which models lost every link are left out, as they have no common scale; if
    that is more than half, or there are too few clusters, there are no intervals.

    Args:
        design: Cells.
        weights: From `draw_clusters`.
    """
    point, n_clusters = fit(design), weights.shape[0]
    whole = connected_samples(design.edges, design.n @ weights, len(design.models))
    dropped = int((~whole).sum())
    if n_clusters < LEAST_CLUSTERS or dropped * 2 > len(whole):
        return Fitted(point, np.empty((len(point), 0)), dropped, n_clusters)
    return Fitted(point, fit_samples(design, weights[:, whole], point), dropped, n_clusters)


def interval(samples: Floats) -> Range | None:
    """The middle 95 % of some figure over the resamples, shape (samples,); None of none."""
    if len(samples) == 0:
        return None
    low, high = np.percentile(samples, [2.5, 97.5])
    return Range(float(low), float(high))
