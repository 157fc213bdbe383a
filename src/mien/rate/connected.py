"""Who can be compared with whom: one scale needs a way from every model to every other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.charts.numbers import listed
from mien.core.errors import EvalError
from mien.rate.columns import Codes, Columns, Floats
from mien.rate.needs import scipy

MOST_NAMED = 4
"""Models of a component that an error names."""


def parts(columns: Columns) -> list[list[str]]:
    """Models that were compared with each other, directly or through others, largest first."""
    labels = _components(columns.first, columns.second, len(columns.models), "weak")
    grouped: dict[int, list[str]] = {}
    for model, label in zip(columns.models, labels, strict=True):
        grouped.setdefault(int(label), []).append(model)
    return sorted(grouped.values(), key=lambda names: (-len(names), names))


def require_connected(columns: Columns) -> None:
    """Check that all models have a common scale.

    Raises:
        EvalError: If they fall into parts that were never compared; names them.
    """
    found = parts(columns)
    if len(found) > 1:
        told = " | ".join(_some(names) for names in found)
        raise EvalError(
            f"no common scale: the models fall into {len(found)} parts that were never compared "
            f"with each other ({told}): judge some pairs across, or rate each part by itself"
        )


def rated(columns: Columns, outcomes: Sequence[Floats]) -> NDArray[np.bool_]:
    """Which models have a finite strength, shape (models,).

    A strength is finite if the models cannot be cut in two so that one side always won (Ford
    1957): each has, through any chain of others, a win and a loss against each. The largest
    such set is kept; where two are equally large, the one with more judgements, then by name.

    Args:
        columns: Judgements.
        outcomes: Shares, shape (n,) each; a set has to hold for all of them.
    """
    kept = np.ones(len(columns.models), dtype=bool)
    while True:
        before = kept.sum()
        for share in outcomes:
            kept = _largest(columns, share, kept)
        if kept.sum() == before:
            return kept


def linked_samples(links: Codes, n: Floats, n_models: int) -> NDArray[np.bool_]:
    """Which models hang together in each sample, shape (models, samples).

    The largest part of each sample; of equally large ones that with the first model by name.

    Args:
        links: First and second model of each pair, shape (pairs, 2).
        n: Judgements of each pair in each sample, shape (pairs, samples).
        n_models: How many there are.
    """
    pair, sample = np.nonzero(n)
    ends = links[pair] + (sample * n_models)[:, None]
    labels = _components(ends[:, 0], ends[:, 1], n.shape[1] * n_models, "weak")
    sizes = np.bincount(labels)[labels].reshape(n.shape[1], n_models)
    by_sample = labels.reshape(n.shape[1], n_models)
    largest = np.take_along_axis(by_sample, sizes.argmax(axis=1)[:, None], axis=1)
    return np.asarray((by_sample == largest).T)


def _largest(columns: Columns, share: Floats, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    inside = kept[columns.first] & kept[columns.second] & ~np.isnan(share)
    first, second, share = columns.first[inside], columns.second[inside], share[inside]
    winner = np.concatenate([first[share > 0], second[share < 1]])
    loser = np.concatenate([second[share > 0], first[share < 1]])
    labels = _components(winner, loser, len(kept), "strong")
    judged = np.bincount(np.concatenate([first, second]), minlength=len(kept))
    best = max(
        np.unique(labels[kept]),
        key=lambda label: (
            int((labels == label)[kept].sum()),
            int(judged[labels == label].sum()),
            -int(np.flatnonzero(labels == label)[0]),
        ),
    )
    return np.asarray(kept & (labels == best))


def _components(start: Codes, end: Codes, n: int, connection: str) -> Codes:
    graph = scipy("sparse").coo_matrix((np.ones(len(start)), (start, end)), shape=(n, n))
    search = scipy("sparse.csgraph").connected_components
    _, labels = search(graph.tocsr(), directed=True, connection=connection)
    return np.asarray(labels, dtype=np.intp)


def _some(names: Sequence[str]) -> str:
    shown = [repr(name) for name in names[:MOST_NAMED]]
    rest = len(names) - len(shown)
    return listed(shown) if rest <= 0 else f"{', '.join(shown)} and {rest} more"
