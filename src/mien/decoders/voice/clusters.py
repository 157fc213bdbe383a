"""Grouping vectors of voices without knowing how many there are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.decoders.voice.features import Floats

Labels = NDArray[np.int64]

MOST = 1000
"""Vectors that are grouped; of more, as many evenly spread ones, and the rest go to the nearest."""


class Merge(NamedTuple):
    """One step of the grouping: group `into` takes up group `other`, `likeness` before."""

    into: int
    other: int
    likeness: float


def spread(n: int) -> Labels:
    """The places of those of `n` vectors that are grouped, in order."""
    return np.unique(np.linspace(0, n - 1, min(n, MOST)).round().astype(np.int64))


def merges(vectors: Floats) -> list[Merge]:
    """All steps from each vector alone to one group, the most alike groups first.

    The likeness of two groups is the mean cosine over their pairs (average linkage), so one odd
    vector neither joins groups nor keeps them apart.

    Args:
        vectors: Of length one, shape (n, dimensions).
    """
    n = len(vectors)
    alike = (vectors @ vectors.T).astype(np.float64)
    np.fill_diagonal(alike, -np.inf)
    sizes = np.ones(n)
    nearest = alike.argmax(axis=1) if n else np.zeros(0, dtype=np.int64)
    best = alike.max(axis=1, initial=-np.inf)
    done: list[Merge] = []
    for _ in range(n - 1):
        into = int(best.argmax())
        other = int(nearest[into])
        into, other = min(into, other), max(into, other)
        done.append(Merge(into, other, float(alike[into, other])))
        row = (sizes[into] * alike[into] + sizes[other] * alike[other]) / (
            sizes[into] + sizes[other]
        )
        sizes[into] += sizes[other]
        row[into] = row[other] = -np.inf
        alike[into], alike[:, into] = row, row
        alike[other], alike[:, other], best[other] = -np.inf, -np.inf, -np.inf
        # Average linkage only lowers the best of a row, and only where it pointed at the pair.
        stale = (nearest == into) | (nearest == other) | (row > best)
        stale[into] = True
        for i in np.flatnonzero(stale & (sizes > 0) & (best > -np.inf)):
            nearest[i] = alike[i].argmax()
            best[i] = alike[i, nearest[i]]
    return done


def cut(n: int, done: list[Merge], steps: int) -> Labels:
    """Which group each of `n` vectors is in after the first `steps` merges, from 0."""
    groups = np.arange(n)
    for merge in done[:steps]:
        groups[groups == merge.other] = merge.into
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def latest_cuts(n: int, done: list[Merge], least: float) -> dict[int, int]:
    """After how many merges there are last so many groups of at least `least`, by their number."""
    sizes = np.ones(n)
    large = int((sizes >= least).sum())
    found = {large: 0}
    for steps, (into, other, _) in enumerate(done, 1):
        before = int(sizes[into] >= least) + int(sizes[other] >= least)
        sizes[into] += sizes[other]
        sizes[other] = 0
        large += int(sizes[into] >= least) - before
        found[large] = steps
    return found


def centers(vectors: Floats, labels: Labels) -> Floats:
    """The mean direction of each group, shape (groups, dimensions); labels below 0 count not."""
    found = [vectors[labels == k].mean(axis=0) for k in range(int(labels.max(initial=-1)) + 1)]
    stacked = np.stack(found)
    unit: Floats = stacked / np.maximum(np.linalg.norm(stacked, axis=1, keepdims=True), 1e-9)
    return unit
