"""The small net that reads a message: NumPy alone.

Table rows of each word, two convolutions over the words, the greatest and the mean answer of each
filter, one hidden layer, one logit a signal. Several such nets, taught from different random
beginnings, are averaged: on near misses one net alone is unsteady.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.guard.local.features import Token

Array = NDArray[np.float32]
LONGEST = 96
"""Words read at once; a longer message is read in windows."""

MOST_WINDOWS = 48
"""Of a longer message the first third of these and the last two thirds are read."""

_CACHE_LIMIT = 50_000


class Network:
    """Logits of signals from the words of a message.

    Args:
        table: One row an idea, a flag or a bucket of words, shape (rows, width).
        layers: `conv1`, `conv2` (taps, in, out), `hidden`, `out` (in, out), each with `_bias`.
    """

    def __init__(self, table: Array, layers: Mapping[str, Array]) -> None:
        self._table, self._layers = table, dict(layers)
        self._words: dict[tuple[int, ...], Array] = {}

    def __call__(self, parts: Sequence[Sequence[Token]]) -> Array:
        """Logits of parts of messages, none of them empty, shape (parts, signals)."""
        told = self._layers
        x, is_word = self._embed(parts)
        x = np.maximum(_convolve(x, told["conv1"], told["conv1_bias"], 1), 0) * is_word
        x = (x + np.maximum(_convolve(x, told["conv2"], told["conv2_bias"], 2), 0)) * is_word
        # No answer of a filter is below 0, so what is no word is never the greatest.
        pooled = np.concatenate([x.max(axis=1), x.sum(axis=1) / is_word.sum(axis=1)], axis=1)
        hidden = np.maximum(pooled @ told["hidden"] + told["hidden_bias"], 0)
        logits: Array = hidden @ told["out"] + told["out_bias"]
        return logits

    def _embed(self, parts: Sequence[Sequence[Token]]) -> tuple[Array, Array]:
        """Words of parts, shape (parts, longest, width), and where there are any (..., 1)."""
        # Parts overlap, and share the words before them.
        every = list({id(token): token for part in parts for token in part}.values())
        place = {id(token): row for row, token in enumerate(every)}
        longest = max(map(len, parts))
        at = np.zeros((len(parts), longest), np.intp)
        is_word = np.zeros((len(parts), longest, 1), np.float32)
        for row, part in enumerate(parts):
            at[row, : len(part)] = [place[id(token)] for token in part]
            is_word[row, : len(part)] = 1
        rows = np.concatenate([token.marks for token in every]).astype(np.intp)
        starts = np.cumsum([0, *(len(token.marks) for token in every[:-1])])
        table = np.add.reduceat(self._table[rows], starts, axis=0)
        table += np.stack([self._word(token.grams) for token in every])
        found: Array = table[at] * is_word
        return found, is_word

    def _word(self, grams: tuple[int, ...]) -> Array:
        found = self._words.get(grams)
        if found is None:
            found = self._table[list(grams)].mean(axis=0)
            if len(self._words) < _CACHE_LIMIT:
                self._words[grams] = found
        return found


def windows(tokens: Sequence[Token], longest: int = LONGEST) -> list[Sequence[Token]]:
    """The tokens in overlapping stretches, no more than `MOST_WINDOWS`."""
    if len(tokens) <= longest:
        return [tokens]
    step = longest // 2
    starts = list(range(0, len(tokens) - step, step))
    if len(starts) > MOST_WINDOWS:
        first = MOST_WINDOWS // 3
        starts = [*starts[:first], *starts[first - MOST_WINDOWS :]]
    return [tokens[start : start + longest] for start in starts]


def _convolve(x: Array, weights: Array, bias: Array, dilation: int) -> Array:
    """A convolution over words with zeros beyond both ends.

    Args:
        x: Shape (parts, words, in).
        weights: Shape (taps, in, out), an odd number of taps.
        bias: Shape (out,).
        dilation: Words from tap to tap.
    """
    taps, width, filters = weights.shape
    n, longest, _ = x.shape
    reach = dilation * (taps // 2)
    padded = np.zeros((n, longest + 2 * reach, width), np.float32)
    padded[:, reach : reach + longest] = x
    total: Array = np.broadcast_to(bias, (n, longest, filters)).copy()
    for tap in range(taps):
        total += padded[:, tap * dilation : tap * dilation + longest] @ weights[tap]
    return total


def dequantized(file: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, Array]:
    """The float arrays whose int8 values and steps a weight file holds."""
    return {
        name.removeprefix(prefix).removesuffix(":int8"): file[name].astype(np.float32)
        * file[name.removesuffix(":int8") + ":step"]
        for name in file
        if name.startswith(prefix) and name.endswith(":int8")
    }
