"""Whisper's encoder in plain floats: half precision for a GPU, single to compare with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien.decoders.emonet.nodes import MICROSOFT, Nodes
from mien.decoders.emonet.whisper.weights import Linear


class Float:
    """Products and attention as onnxruntime has them.

    Args:
        kind: `np.float16` or `np.float32`.
    """

    def __init__(self, kind: type[np.floating]) -> None:
        self.kind = kind
        self.name = np.dtype(kind).name

    def project(self, nodes: Nodes, x: str, linears: Sequence[Linear]) -> list[str]:
        """A product and a sum for each."""
        return [self._project(nodes, x, linear) for linear in linears]

    def attend(self, nodes: Nodes, asked: Sequence[str], heads: int, width: int) -> str:
        """Attention in blocks that fit the fast memory (Dao et al., 2022), nothing stored."""
        batches = [nodes.add("Unsqueeze", part, nodes.ints(0)) for part in asked]
        found = nodes.add(
            "MultiHeadAttention", *batches, domain=MICROSOFT, num_heads=heads, scale=1.0
        )
        return nodes.add("Squeeze", found, nodes.ints(0))

    def _project(self, nodes: Nodes, x: str, linear: Linear) -> str:
        weight = np.ascontiguousarray(linear.weight.T).astype(self.kind)
        x = nodes.add("MatMul", x, nodes.constant(weight))
        return nodes.add("Add", x, nodes.constant(linear.bias.astype(self.kind)))
