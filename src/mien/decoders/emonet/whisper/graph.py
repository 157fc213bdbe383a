"""Whisper's encoder as a graph for onnxruntime: one window in, its last hidden states out.

The same for every kind of arithmetic; what a product or attention is made of is the
arithmetic's business (`int8.py`, `float.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from mien.decoders.emonet.nodes import MICROSOFT, Nodes
from mien.decoders.emonet.whisper.files import Geometry
from mien.decoders.emonet.whisper.weights import Block, Linear, Norm, Weights

if TYPE_CHECKING:
    from onnx import ModelProto

Floats = NDArray[np.float32]

MEL = "mel"
"""The graph's input, shape (bands, 2 x positions)."""
_EPSILON = 1e-5
_FLOAT, _HALF = 1, 10  # onnx's numbers for the two


class Arithmetic(Protocol):
    """How numbers are multiplied.

    Attributes:
        name: What the file says of itself.
        kind: Of the numbers that pass from block to block.
    """

    name: str
    kind: type[np.floating]

    def project(self, nodes: Nodes, x: str, linears: Sequence[Linear]) -> list[str]:
        """Several products of one input of shape (n, into), each of shape (n, out)."""

    def attend(self, nodes: Nodes, asked: Sequence[str], heads: int, width: int) -> str:
        """What each moment makes of all others, shape (n, width).

        Args:
            nodes: Where to.
            asked: Queries, keys and values, each of shape (n, width).
            heads: Into which these are dealt.
            width: Of all heads.
        """


def encoder_graph(geometry: Geometry, weights: Weights, arithmetic: Arithmetic) -> ModelProto:
    """The encoder, up to and with its final norm.

    Raises:
        BadWeights: If a tensor is missing or does not fit.
        MissingExtra: If onnx is not installed.
    """
    return _Writer(geometry, arithmetic).write(weights)


class _Writer:
    def __init__(self, geometry: Geometry, arithmetic: Arithmetic) -> None:
        self._geometry = geometry
        self._arithmetic = arithmetic
        self._nodes = Nodes()
        self._width = geometry.width

    def write(self, weights: Weights) -> ModelProto:
        x = self._front(weights)
        for block in weights.blocks:
            x = self._block(x, block)
        x = self._norm(x, weights.last)
        if weights.leave is not None:
            x = self._product(x, weights.leave)
        if self._arithmetic.kind is np.float16:
            x = self._nodes.add("Cast", x, to=_FLOAT)
        positions = self._geometry.encoder.positions
        return self._nodes.model(
            (MEL, (self._geometry.bands, 2 * positions)),
            (x, (positions, self._width)),
            {"arithmetic": self._arithmetic.name},
        )

    def _front(self, weights: Weights) -> str:
        """Two convolutions over time, then where each moment is.

        All in floats: it is little work, and everything else rests on it.
        """
        nodes = self._nodes
        x = nodes.add("Cast", MEL, to=_HALF) if self._arithmetic.kind is np.float16 else MEL
        x = nodes.add("Transpose", x, perm=[1, 0])
        first, second = weights.hearing
        x = self._gelu(self._product(self._neighbors(x), first))
        x = self._gelu(self._product(self._pairs(x), second))
        if weights.enter is not None:
            x = self._product(x, weights.enter)
        return nodes.add("Add", x, self._constant(weights.places))

    def _neighbors(self, x: str) -> str:
        """Every frame with its neighbors, shape (frames, 3 x bands)."""
        nodes, frames = self._nodes, 2 * self._geometry.encoder.positions
        x = nodes.add("Pad", x, nodes.ints(1, 0, 1, 0))
        parts = [self._rows(x, step, frames + step) for step in range(3)]
        return nodes.add("Concat", *parts, axis=1)

    def _pairs(self, x: str) -> str:
        """Every second frame with its neighbors, shape (positions, 3 x width)."""
        nodes, positions = self._nodes, self._geometry.encoder.positions
        pairs = nodes.add("Reshape", x, nodes.ints(positions, 2 * self._width))
        odd = nodes.add(
            "Slice", pairs, nodes.ints(self._width), nodes.ints(2 * self._width), nodes.ints(1)
        )
        before = nodes.add("Pad", self._rows(odd, 0, positions - 1), nodes.ints(1, 0, 0, 0))
        return nodes.add("Concat", before, pairs, axis=1)

    def _block(self, x: str, block: Block) -> str:
        nodes, arithmetic = self._nodes, self._arithmetic
        queries, keys, values, out = block.attention
        normed = self._norm(x, block.first)
        asked = arithmetic.project(nodes, normed, (queries, keys, values))
        found = arithmetic.attend(nodes, asked, self._geometry.encoder.heads, self._width)
        x = nodes.add("Add", x, *arithmetic.project(nodes, found, (out,)))
        (wide,) = arithmetic.project(nodes, self._norm(x, block.second), (block.up,))
        return nodes.add("Add", x, *arithmetic.project(nodes, self._gelu(wide), (block.down,)))

    def _product(self, x: str, linear: Linear) -> str:
        x = self._nodes.add("MatMul", x, self._constant(linear.weight.T))
        return self._nodes.add("Add", x, self._constant(linear.bias))

    def _norm(self, x: str, norm: Norm) -> str:
        gain, shift = self._constant(norm.gain), self._constant(norm.shift)
        return self._nodes.add("LayerNormalization", x, gain, shift, axis=-1, epsilon=_EPSILON)

    def _gelu(self, x: str) -> str:
        return self._nodes.add("Gelu", x, domain=MICROSOFT)

    def _rows(self, x: str, start: int, stop: int) -> str:
        nodes = self._nodes
        return nodes.add("Slice", x, nodes.ints(start), nodes.ints(stop), nodes.ints(0))

    def _constant(self, array: Floats) -> str:
        return self._nodes.constant(np.ascontiguousarray(array).astype(self._arithmetic.kind))
