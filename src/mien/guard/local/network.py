"""The small nets that read a message: NumPy alone.

Table rows of each word, two convolutions over the words, the greatest and the mean answer of each
filter, one hidden layer, one logit a signal. Several such nets, taught from different random
beginnings, are averaged: on near misses one net alone is unsteady.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
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
_AT_ONCE = 16
"""Parts: more take memory and no less time."""

_SMALL = 1 << 18
"""Multiplications that OpenBLAS does in one thread."""


class Networks:
    """Mean logits of several nets of one shape, by the same products for all.

    Args:
        nets: Of each, `table`, one row an idea, a flag or a bucket of words, shape (rows, width);
            `conv1`, `conv2` (taps, in, out), `hidden`, `out` (in, out), each with `_bias`.
    """

    def __init__(self, nets: Sequence[Mapping[str, Array]]) -> None:
        self._count = len(nets)
        self._table = np.concatenate([net["table"] for net in nets], axis=1)
        self._layers = {name: np.stack([net[name] for net in nets]) for name in nets[0]}
        del self._layers["table"]
        self._words: dict[tuple[int, ...], Array] = {}

    def __call__(self, parts: Sequence[Sequence[Token]]) -> Array:
        """Logits of parts of messages, none of them empty, shape (parts, signals)."""
        starts = range(0, len(parts), _AT_ONCE)
        return np.concatenate([self._some(parts[i : i + _AT_ONCE]) for i in starts])

    def _some(self, parts: Sequence[Sequence[Token]]) -> Array:
        told = self._layers
        x, is_word = self._embed(parts)
        x = np.maximum(_convolve(x, told["conv1"], told["conv1_bias"], 1), 0) * is_word
        x = (x + np.maximum(_convolve(x, told["conv2"], told["conv2_bias"], 2), 0)) * is_word
        # No answer of a filter is below 0, so what is no word is never the greatest.
        pooled = np.concatenate([x.max(axis=2), x.sum(axis=2) / is_word.sum(axis=1)], axis=2)
        hidden = np.maximum(pooled @ told["hidden"] + told["hidden_bias"][:, None], 0)
        logits: Array = (hidden @ told["out"] + told["out_bias"][:, None]).mean(axis=0)
        return logits

    def _embed(self, parts: Sequence[Sequence[Token]]) -> tuple[Array, Array]:
        """Words of parts, shape (nets, parts, longest, width), and where there are any."""
        # Parts overlap, and share the words before them.
        every = list({id(token): token for part in parts for token in part}.values())
        place = {id(token): row for row, token in enumerate(every)}
        longest = max(map(len, parts))
        at = np.zeros((len(parts), longest), np.intp)
        is_word = np.zeros((len(parts), longest, 1), np.float32)
        for row, part in enumerate(parts):
            at[row, : len(part)] = [place[id(token)] for token in part]
            is_word[row, : len(part)] = 1
        rows = np.fromiter(chain.from_iterable(token.marks for token in every), np.intp)
        starts = np.cumsum([0, *(len(token.marks) for token in every[:-1])])
        table = np.add.reduceat(self._table[rows], starts, axis=0)
        table += np.array([self._word(token.grams) for token in every])
        apart = table.reshape(len(every), self._count, -1).transpose(1, 0, 2)
        found: Array = apart[:, at] * is_word
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
    """A convolution over words with zeros beyond both ends, for each net its own.

    Args:
        x: Shape (nets, parts, words, in).
        weights: Shape (nets, taps, in, out), an odd number of taps.
        bias: Shape (nets, out).
        dilation: Words from tap to tap.
    """
    nets, taps, width, filters = weights.shape
    _, n, longest, _ = x.shape
    reach = dilation * (taps // 2)
    padded = np.zeros((nets, n, longest + 2 * reach, width), np.float32)
    padded[:, :, reach : reach + longest] = x
    steps = range(0, taps * dilation, dilation)
    beside = np.concatenate([padded[:, :, step : step + longest] for step in steps], axis=3)
    flat = beside.reshape(nets, n * longest, taps * width)
    total = _product(flat, weights.reshape(nets, taps * width, filters)) + bias[:, None]
    return total.reshape(nets, n, longest, filters)


def _product(rows: Array, weights: Array) -> Array:
    """`rows @ weights`, some rows at a time: for more, BLAS wakes threads that only wait.

    Args:
        rows: Shape (nets, n, in).
        weights: Shape (nets, in, out).
    """
    nets, n, width = rows.shape
    some = max(1, _SMALL // weights[0].size)
    parts = -(-n // some)
    padded = np.zeros((nets, parts * some, width), np.float32)
    padded[:, :n] = rows
    found = padded.reshape(nets, parts, some, width) @ weights[:, None]
    return found.reshape(nets, parts * some, -1)[:, :n]


def dequantized(file: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, Array]:
    """The float arrays whose int8 values and steps a weight file holds."""
    return {
        name.removeprefix(prefix).removesuffix(":int8"): file[name].astype(np.float32)
        * file[name.removesuffix(":int8") + ":step"]
        for name in file
        if name.startswith(prefix) and name.endswith(":int8")
    }
