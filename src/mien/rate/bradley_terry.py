"""Bradley-Terry strengths (Bradley, Terry 1952) by Newton's method, many samples at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from mien.core.errors import EvalError
from mien.rate.columns import Floats
from mien.rate.design import Design
from mien.rate.needs import scipy

RIDGE = 1e-4
"""Weight of the penalty on squares: a ten-thousandth of one judgement. It makes strengths sum to
zero, and holds those that a resample leaves without a loss or without a win."""

PRECISION = 1e-7
"""Longest last step, in logits; what is left after it is about its square."""

MOST_STEPS = 100
LONGEST_STEP = 2.0
"""In logits. Newton overshoots where fitted probabilities are near 0 or 1."""

BLOCK = 1 << 20
"""Cells times samples that are worked on at once, for the cache."""


def fit(design: Design) -> Floats:
    """Strengths, then terms, of all judgements, shape (models + terms,)."""
    return fit_samples(design, np.ones((design.n.shape[1], 1)))[:, 0]


def fit_samples(design: Design, weights: Floats, start: Floats | None = None) -> Floats:
    """The fit of each sample, shape (models + terms, samples).

    Args:
        design: Cells.
        weights: How often each cluster is in each sample, shape (clusters, samples).
        start: Where to begin, near the solution if known, shape (models + terms,).

    Raises:
        EvalError: If a fit does not settle.
    """
    outer, step = _outer(design.matrix), max(1, BLOCK // max(1, design.matrix.shape[0]))
    first = np.zeros(design.matrix.shape[1]) if start is None else start
    blocks = [
        _newton(design, outer, weights[:, i : i + step], first)
        for i in range(0, weights.shape[1], step)
    ]
    found = np.hstack(blocks)
    n_models = len(design.models)
    found[:n_models] -= found[:n_models].mean(axis=0)
    return found


def _newton(design: Design, outer: Any, weights: Floats, start: Floats) -> Floats:
    expit = scipy("special").expit
    matrix, across = design.matrix, design.matrix.T.tocsr()
    n, wins = design.n @ weights, design.wins @ weights
    size, samples = matrix.shape[1], weights.shape[1]
    found = np.repeat(start[:, None], samples, axis=1)
    ridge = RIDGE * np.eye(size)
    for _ in range(MOST_STEPS):
        chance = expit(matrix @ found)
        slope = across @ (wins - n * chance) - RIDGE * found
        curve = (outer @ (n * chance * (1.0 - chance))).T.reshape(samples, size, size) + ridge
        step = np.linalg.solve(curve, slope.T[:, :, None])[:, :, 0].T
        longest = np.abs(step).max(axis=0)
        found += step * np.minimum(1.0, LONGEST_STEP / np.maximum(longest, PRECISION))
        if longest.max() < PRECISION:
            return found
    raise EvalError("the fit does not settle: are there outcomes for every model, won and lost?")


def _outer(matrix: Any) -> Any:
    """Products of each row with itself, sparse, shape (size squared, cells).

    A cell has few entries, so a sum over cells costs a few multiplications each instead of the
    square of the number of models.
    """
    size = matrix.shape[1]
    entries = np.diff(matrix.indptr)
    of_row = np.repeat(np.arange(len(entries)), entries)
    repeats = entries[of_row]
    left = np.repeat(np.arange(len(matrix.indices)), repeats)
    within = np.arange(int(repeats.sum())) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    right = matrix.indptr[of_row[left]] + within
    place = matrix.indices[left].astype(np.int64) * size + matrix.indices[right]
    values = matrix.data[left] * matrix.data[right]
    shape = (size * size, matrix.shape[0])
    return scipy("sparse").csr_matrix((values, (place, of_row[left])), shape=shape)
