"""Long texts in pieces that the models have seen the like of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LONGEST = 40
"""Words and marks in a passage: nearly all training texts are shorter."""

_ENDS = frozenset(".!?;")


def passages(words: list[str]) -> list[list[str]]:
    """The words cut after sentence ends into passages of at most `LONGEST`.

    Sentences are kept together while they fit; one that is too long is cut anywhere.

    >>> [len(part) for part in passages(["so", "sad", "."] * 20)]
    [39, 21]
    """
    if len(words) <= LONGEST:
        return [words]
    cut: list[list[str]] = []
    start, end = 0, 0
    for i, word in enumerate(words, start=1):
        if i - start > LONGEST:
            stop = end if end > start else i - 1
            cut.append(words[start:stop])
            start = stop
        if word in _ENDS:
            end = i
    return [*cut, words[start:]]


def strongest(shares: NDArray[np.float32], neutral: int) -> NDArray[np.float32]:
    """One row for all passages of a text: what shows anywhere, shows.

    Args:
        shares: Shape (passages, labels).
        neutral: The column that is a mean instead, for a text is neutral only as a whole.
    """
    together: NDArray[np.float32] = shares.max(axis=0)
    together[neutral] = shares[:, neutral].mean()
    return together


def weighted_mean(values: NDArray[np.float32], parts: Sequence[list[str]]) -> NDArray[np.float32]:
    """Mean over passages, each as heavy as it is long, shape (columns,)."""
    lengths = np.array([max(1, len(part)) for part in parts], np.float32)
    mean: NDArray[np.float32] = (values * lengths[:, None]).sum(axis=0) / lengths.sum()
    return mean
