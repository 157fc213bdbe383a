"""The fast model: single words and pairs, one row of weights each, summed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mien.decoders.words.negation import MARK, mark_negation

Gram = str | tuple[str, str]


class NGrams:
    """Looks up the features of a text.

    Args:
        grams: One a line; a pair has a space between its words.
    """

    def __init__(self, grams: Sequence[str]) -> None:
        self._rows: dict[Gram, int] = {}
        for row, gram in enumerate(grams):
            first, space, second = gram.partition(" ")
            self._rows[(first, second) if space else gram] = row

    def rows(self, words: list[str]) -> list[int]:
        """Numbers of the known words and pairs of a text, each once, in order."""
        look_up = self._rows.get
        marked = mark_negation(words)
        found: list[int | None] = list(map(look_up, marked))
        if marked is not words:
            found = [
                look_up(word) if row is None and mark.endswith(MARK) else row
                for row, mark, word in zip(found, marked, words, strict=True)
            ]
        found += map(look_up, pairwise(words))
        known = dict.fromkeys(found)
        known.pop(None, None)
        return list(known)  # type: ignore[arg-type]  # None was taken out


class LinearSum:
    """Sums of int8 rows, scaled per column, with a bias.

    Args:
        weights: Shape (features, columns), int8.
        scale: What one step of each column is worth, shape (columns,).
        bias: Shape (columns,).
    """

    def __init__(
        self, weights: NDArray[np.int8], scale: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> None:
        # A last row of zeros gives texts without a known feature something to sum.
        rows = np.vstack([weights, np.zeros((1, weights.shape[1]), np.int8)])
        self._weights = rows.astype(np.int16)
        self._scale = scale.astype(np.float32)
        self._bias = bias.astype(np.float32)

    def __call__(self, texts: Sequence[list[int]]) -> NDArray[np.float32]:
        """Sums for each text's rows, shape (n, columns).

        Integer sums are exact, so a text's result cannot depend on its neighbors.
        """
        if not texts:
            return np.zeros((0, len(self._bias)), np.float32)
        none = len(self._weights) - 1
        flat = [row for rows in texts for row in (rows or [none])]
        lengths = [len(rows) or 1 for rows in texts]
        starts = np.concatenate([[0], np.cumsum(lengths[:-1])]).astype(np.intp)
        sums = np.add.reduceat(self._weights[flat], starts, axis=0, dtype=np.int32)
        scored: NDArray[np.float32] = sums * self._scale + self._bias
        return scored
