"""The n-gram model: naive Bayes log ratios weighed by logistic regression, on soft labels.

Wang & Manning 2012 ("Baselines and Bigrams") with one regression a label; targets may be
shares, so that it can learn from the transformer as well as from the raters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from mien.decoders.words.clean import words
from mien.decoders.words.negation import mark_negation
from mien.decoders.words.ngrams import NGrams

SMALLEST_COUNT = 2
SMOOTHING = 1.0


@dataclass(frozen=True, slots=True)
class Linear:
    """Float weights of a linear model: (features, columns) and (columns,)."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def __call__(self, x: csr_matrix) -> NDArray[np.float32]:
        """Logits, shape (n, columns)."""
        return np.asarray(x @ self.weights + self.bias, np.float32)


def choose_grams(texts: Sequence[str], most: int) -> list[str]:
    """Words (with negation marks) and pairs met at least twice, the most frequent ones."""
    counts: Counter[str] = Counter()
    for text in texts:
        plain = words(text)
        met = {*plain, *mark_negation(plain)}
        met |= {f"{a} {b}" for a, b in pairwise(plain)}
        counts.update(met)
    kept = [(gram, n) for gram, n in counts.most_common() if n >= SMALLEST_COUNT]
    return [gram for gram, _ in kept[:most]]


def matrix(lookup: NGrams, texts: Sequence[str], features: int) -> csr_matrix:
    """Zero-one features of every text, shape (n, features)."""
    rows = [lookup.rows(words(text)) for text in texts]
    starts = np.cumsum([0, *map(len, rows)])
    flat = np.array([row for found in rows for row in found], np.int64)
    return csr_matrix((np.ones(len(flat), np.float32), flat, starts), (len(rows), features))


def fit(
    x: csr_matrix,
    targets: NDArray[np.float32],
    *,
    weights: NDArray[np.float32] | None = None,
    strength: float = 0.3,
) -> Linear:
    """One regression a label on features scaled by their log ratio.

    Args:
        x: Shape (n, features).
        targets: Shares, shape (n, labels).
        weights: Of each text, shape (n,).
        strength: Inverse of the penalty, C in common notation.
    """
    each = np.ones(x.shape[0], np.float32) if weights is None else weights
    columns = [_fit_one(x, targets[:, k], each, strength) for k in range(targets.shape[1])]
    return Linear(
        np.stack([w for w, _ in columns], 1), np.array([b for _, b in columns], np.float32)
    )


def _fit_one(
    x: csr_matrix, y: NDArray[np.float32], each: NDArray[np.float32], strength: float
) -> tuple[NDArray[np.float32], float]:
    with_label = SMOOTHING + x.T @ (y * each)
    without = SMOOTHING + x.T @ ((1 - y) * each)
    ratio = np.log((with_label / with_label.sum()) / (without / without.sum()))
    scaled = x.multiply(ratio[None]).tocsr()
    turned = scaled.T.tocsr()

    def cost(packed: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        w, b = packed[:-1], packed[-1]
        z = scaled @ w + b
        gap = (_sigmoid(z) - y) * each
        loss = float((each * (np.logaddexp(0, z) - y * z)).sum()) + w @ w / (2 * strength)
        return loss, np.append(turned @ gap + w / strength, gap.sum())

    prior = float(np.clip(y.mean(), 1e-5, 1 - 1e-5))
    start = np.zeros(x.shape[1] + 1)
    start[-1] = np.log(prior / (1 - prior))
    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": 60}).x
    return (found[:-1] * ratio).astype(np.float32), float(found[-1])


def _sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(z, -50, 50)))
