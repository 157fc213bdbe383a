"""All face heads as one graph: the first layers as one product, the others batched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.decoders.emonet.heads.tails import Floats
from mien.decoders.emonet.nodes import Nodes

if TYPE_CHECKING:
    from onnx import ModelProto

COARSE = 63.0
"""Steps of seven bits on either side of nought. With eight, two products of a processor without
VNNI overflow sixteen bits and saturate."""

FINE = 126.0
"""Steps of the fine part within one of the coarse part: together nearly fourteen bits."""

_TINY = 1e-30


class Kept(NamedTuple):
    """One layer as it is kept on the disk.

    Attributes:
        weight: Shape (inputs, outputs): float32, or int8 to be multiplied by `scale`.
        bias: Shape (outputs,).
        scale: Of each output, shape (outputs,), for int8; None for float32.
    """

    weight: NDArray[np.float32] | NDArray[np.int8]
    bias: Floats
    scale: Floats | None


def stacked(heads: Sequence[Sequence[Kept]]) -> ModelProto:
    """The graph from `embeddings`, float32 (n, width), to `scores`, float32 (n, heads).

    Rows do not depend on each other.

    Args:
        heads: The layers of each head, all of the same shapes and kinds.

    Raises:
        MissingExtra: If onnx is not installed.
    """
    nodes = Nodes()
    first, *others = zip(*heads, strict=True)
    wide = [np.concatenate([layer[part] for layer in first], axis=-1) for part in (0, 1)]
    values = _layer(nodes, "embeddings", wide[0], wide[1], _scales(first, -1))
    values = nodes.add("Reshape", nodes.add("Relu", values), nodes.ints(0, len(heads), -1))
    values = nodes.add("Transpose", values, perm=[1, 0, 2])
    for column in others:
        weight = np.stack([layer.weight for layer in column])
        bias = np.stack([layer.bias[None] for layer in column])
        if column is not others[0]:
            values = nodes.add("Relu", values)
        values = _layer(nodes, values, weight, bias, _scales(column))
    scores = nodes.add("Transpose", nodes.add("Squeeze", values, nodes.ints(2)), perm=[1, 0])
    width = len(first[0].weight)
    return nodes.model(("embeddings", ["n", width]), (scores, ["n", len(heads)]), {})


def _scales(column: Sequence[Kept], axis: int | None = None) -> Floats | None:
    """Scales of one layer of all heads: end to end for the wide one, else stacked."""
    scales = [layer.scale for layer in column if layer.scale is not None]
    if not scales:
        return None
    return np.concatenate(scales) if axis is not None else np.stack(scales)[:, None]


def _layer(
    nodes: Nodes,
    values: str,
    weight: NDArray[np.float32] | NDArray[np.int8],
    bias: Floats,
    scales: Floats | None,
) -> str:
    held = nodes.constant(weight)
    if scales is None:
        product = nodes.add("MatMul", values, held)
    else:
        product = _whole_product(nodes, values, held, nodes.constant(scales), weight.ndim)
    return nodes.add("Add", product, nodes.constant(bias))


def _whole_product(nodes: Nodes, values: str, held: str, scales: str, rank: int) -> str:
    """A product of whole numbers; each row of the values has a coarse and a fine part.

    One part alone costs up to three hundredths of a score's deviation on faces, whose embeddings
    have much in common; both parts together a hundredth of that, and what is left comes from the
    weights.
    """
    step = _step(nodes, values)
    told = nodes.add("Div", values, step)
    coarse = nodes.add("Round", told)
    rest = nodes.add("Mul", nodes.add("Sub", told, coarse), nodes.constant(np.float32(FINE)))
    both = nodes.add("Concat", coarse, nodes.add("Round", rest), axis=rank - 2)
    codes = nodes.add("Add", both, nodes.constant(np.float32(64)))
    codes = nodes.add("Cast", codes, to=2)  # uint8
    counts = nodes.add("MatMulInteger", codes, held, nodes.constant(np.uint8(64)))
    parts = nodes.split("Split", 2, nodes.add("Cast", counts, to=1), axis=rank - 2, num_outputs=2)
    fine = nodes.add("Mul", parts[1], nodes.constant(np.float32(1 / FINE)))
    whole = nodes.add("Mul", nodes.add("Add", parts[0], fine), scales)
    return nodes.add("Mul", whole, step)


def _step(nodes: Nodes, values: str) -> str:
    """The coarse step of each row: its largest value is `COARSE` of them."""
    largest = nodes.add("ReduceMax", nodes.add("Abs", values), nodes.ints(-1), keepdims=1)
    largest = nodes.add("Max", largest, nodes.constant(np.float32(_TINY)))
    return nodes.add("Div", largest, nodes.constant(np.float32(COARSE)))
