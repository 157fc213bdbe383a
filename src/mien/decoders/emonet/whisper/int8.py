"""Whisper's encoder in integers of eight bits, attention and all.

A product of u8 and s8 runs four times as fast as one of floats where a CPU has VNNI. What is
multiplied is brought to integers while the window passes, each moment by a scale of its own,
weights by one scale an output.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.decoders.emonet.nodes import MICROSOFT, Nodes
from mien.decoders.emonet.whisper.weights import Linear

_LEVELS = 127
_MIDDLE = np.uint8(128)
_TINY = np.float32(1e-12)  # a scale of an input that is all zeros
_BLOCK = 512
"""Moments whose shares are held at once: 3 MB, which stay in the cache."""


class _Part(NamedTuple):
    """A head's queries, keys or values in integers, and what a level of them is worth."""

    whole: str
    scale: str


class Int8:
    """Products of integers for onnxruntime's CPU.

    Args:
        positions: Moments of a window.
    """

    name = "int8"
    kind = np.float32

    def __init__(self, positions: int) -> None:
        self._positions = positions

    def project(self, nodes: Nodes, x: str, linears: Sequence[Linear]) -> list[str]:
        """Bring each row to integers once, multiply, and give each row its scale back."""
        scale = self._scale(nodes, x, 1)
        middle = nodes.constant(np.full(self._positions, _MIDDLE))
        whole = nodes.add("QuantizeLinear", x, scale, middle, axis=0)
        column = nodes.add("Unsqueeze", scale, nodes.ints(1))
        return [self._project(nodes, whole, column, linear) for linear in linears]

    def attend(self, nodes: Nodes, asked: Sequence[str], heads: int, width: int) -> str:
        """Attention, head by head and block by block.

        Neither a constant in the keys nor one in the values changes what attention finds,
        but for the second being added to it; without them both need fewer levels, and what
        rounding takes from small shares is lost evenly.
        """
        queries, keys, values = asked
        mean = nodes.add("ReduceMean", values, nodes.ints(0), keepdims=1)
        shifted = nodes.add("ReduceMean", keys, nodes.ints(0), keepdims=1)
        dealt = [
            self._deal(nodes, x, heads, width)
            for x in (queries, nodes.add("Sub", keys, shifted), nodes.add("Sub", values, mean))
        ]
        asks = self._whole(nodes, dealt[0], heads, (1, 2), np.full(heads, _MIDDLE))
        middle = np.zeros(heads * self._positions, dtype=np.int8)
        rows = nodes.add("Reshape", dealt[1], nodes.ints(-1, width // heads))
        holds = self._whole(nodes, rows, heads, (1,), middle)
        tells = self._whole(nodes, dealt[2], heads, (1, 2), np.zeros(heads, dtype=np.int8))
        found = [self._head(nodes, *sides) for sides in zip(asks, holds, tells, strict=True)]
        whole = nodes.add("Concat", *found, axis=1) if heads > 1 else found[0]
        return nodes.add("Add", whole, mean)

    def _project(self, nodes: Nodes, whole: str, column: str, linear: Linear) -> str:
        scale = np.maximum(np.abs(linear.weight).max(axis=1), _TINY) / np.float32(_LEVELS)
        weight = np.rint(linear.weight / scale[:, None]).astype(np.int8)
        y = nodes.add(
            "MatMulIntegerToFloat",
            whole,
            nodes.constant(np.ascontiguousarray(weight.T)),
            nodes.constant(np.float32(1.0)),
            nodes.constant(scale),
            nodes.constant(_MIDDLE),
            domain=MICROSOFT,
        )
        y = nodes.add("Mul", y, column)
        return nodes.add("Add", y, nodes.constant(linear.bias)) if linear.bias.any() else y

    def _deal(self, nodes: Nodes, x: str, heads: int, width: int) -> str:
        """Each head's part, shape (heads, positions, width / heads)."""
        shape = nodes.ints(self._positions, heads, width // heads)
        return nodes.add("Transpose", nodes.add("Reshape", x, shape), perm=[1, 0, 2])

    def _whole(
        self, nodes: Nodes, x: str, heads: int, axes: tuple[int, ...], middle: NDArray[Any]
    ) -> list[_Part]:
        """Each head's part in integers, with one scale or one for each moment."""
        scale = self._scale(nodes, x, *axes)
        whole = nodes.add("QuantizeLinear", x, scale, nodes.constant(middle), axis=0)
        parts = nodes.split("Split", heads, whole, axis=0, num_outputs=heads)
        scales = nodes.split("Split", heads, scale, axis=0, num_outputs=heads)
        if len(axes) == 2:
            parts = [nodes.add("Squeeze", part, nodes.ints(0)) for part in parts]
        return [_Part(*pair) for pair in zip(parts, scales, strict=True)]

    def _head(self, nodes: Nodes, queries: _Part, held: _Part, told: _Part) -> str:
        keys = nodes.add("Transpose", held.whole, perm=[1, 0])
        sizes = self._blocks()
        blocks = (
            nodes.split("Split", len(sizes), queries.whole, nodes.ints(*sizes), axis=0)
            if len(sizes) > 1
            else [queries.whole]
        )
        found = []
        for size, block in zip(sizes, blocks, strict=True):
            likeness = nodes.add(
                "MatMulIntegerToFloat",
                block,
                keys,
                queries.scale,
                held.scale,
                nodes.constant(_MIDDLE),
                domain=MICROSOFT,
            )
            shares = nodes.add("Softmax", likeness, axis=-1)
            found.append(self._weigh(nodes, shares, size, told))
        return nodes.add("Concat", *found, axis=0) if len(found) > 1 else found[0]

    def _weigh(self, nodes: Nodes, shares: str, size: int, told: _Part) -> str:
        """Values by shares; each row's largest share is the highest level."""
        largest = nodes.add("ReduceMax", shares, nodes.ints(1), keepdims=0)
        scale = nodes.add("Mul", largest, nodes.constant(np.float32(1 / 255)))
        zero = nodes.constant(np.zeros(size, dtype=np.uint8))
        whole = nodes.add("QuantizeLinear", shares, scale, zero, axis=0)
        one = nodes.constant(np.float32(1.0))
        found = nodes.add(
            "MatMulIntegerToFloat", whole, told.whole, one, told.scale, domain=MICROSOFT
        )
        return nodes.add("Mul", found, nodes.add("Unsqueeze", scale, nodes.ints(1)))

    def _blocks(self) -> list[int]:
        n = -(-self._positions // _BLOCK)
        cuts = [round(i * self._positions / n) for i in range(n + 1)]
        return [stop - start for start, stop in pairwise(cuts)]

    def _scale(self, nodes: Nodes, x: str, *axes: int) -> str:
        """The step at which the largest of each row or head is the highest level."""
        size = nodes.add("Abs", x)
        largest = nodes.add("ReduceMax", size, nodes.ints(*axes), keepdims=0)
        step = nodes.add("Mul", largest, nodes.constant(np.float32(1 / _LEVELS)))
        return nodes.add("Max", step, nodes.constant(_TINY))
