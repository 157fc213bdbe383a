"""The trained net as ONNX: int8 weights, one text a run, nothing but onnxruntime needed.

onnxruntime's dynamic quantization scales activations over all that is in a run, so in a batch
a text's result would depend on its neighbors. Every text is therefore run by itself, without
padding. `MatMulNBits` scales each row by itself and could be batched, but took 3.9 ms a text
against 2.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.words.net import HEADS, WIDTH

Arrays = Mapping[str, NDArray[np.float32]]
_MICROSOFT = "com.microsoft"


class Graph:
    """Collects nodes and weights under names."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, op: str, inputs: list[str], *, domain: str = "", **attributes: object) -> str:
        """A node with one output, whose name comes back."""
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(
            helper.make_node(op, inputs, [name], name=name, domain=domain, **attributes)
        )
        return name

    def weight(self, name: str, value: NDArray[np.generic]) -> str:
        """A stored array."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def linear(self, x: str, name: str, arrays: Arrays) -> str:
        """X @ weight.T + bias with int8 weights, activations rounded as the text needs."""
        values, scales = quantize_rows(arrays[f"{name}.weight"])
        inputs = [
            x,
            self.weight(f"{name}.q", values.T),
            self.weight(f"{name}.s", scales[:, 0]),
            "",
            self.weight(f"{name}.b", arrays[f"{name}.bias"]),
        ]
        return self.add("DynamicQuantizeMatMul", inputs, domain=_MICROSOFT)

    def norm(self, x: str, name: str, arrays: Arrays) -> str:
        """Layer normalization."""
        scale = self.weight(f"{name}.w", arrays[f"{name}.weight"])
        shift = self.weight(f"{name}.b", arrays[f"{name}.bias"])
        return self.add("LayerNormalization", [x, scale, shift], axis=-1, epsilon=1e-12)


def quantize_rows(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A table as signed bytes and one scale a row, shapes (rows, width) and (rows, 1)."""
    scales = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-12) / 127
    return np.round(table / scales).astype(np.int8), scales.astype(np.float32)


def build(arrays: Arrays, metadata: Mapping[str, str]) -> onnx.ModelProto:
    """The graph: `ids` (1, length) to `logits` (1, labels) and `pooled` (1, 3 * width).

    `pooled` holds the mean states after the embeddings, the third and the last layer, for
    the affect model.
    """
    g = Graph()
    x = g.norm(g.add("Add", [_embedding(g, arrays), _places(g, arrays)]), "norm", arrays)
    means = [x]
    last = max(int(name.split(".")[1]) for name in arrays if name.startswith("layers."))
    for i in range(last + 1):
        x = layer(g, x, f"layers.{i}", arrays)
        if i in (2, last):
            means.append(x)
    means = [g.add("ReduceMean", [m], axes=[1], keepdims=0) for m in means]
    g.nodes.append(helper.make_node("Concat", means, ["pooled"], axis=1))
    head = g.weight("head.w", arrays["head.weight"].T)
    product = g.add("MatMul", [means[-1], head])
    g.nodes.append(
        helper.make_node("Add", [product, g.weight("head.b", arrays["head.bias"])], ["logits"])
    )
    labels = len(arrays["head.bias"])
    graph = helper.make_graph(
        g.nodes,
        "words",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "length"])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, labels]),
            helper.make_tensor_value_info("pooled", TensorProto.FLOAT, [1, len(means) * WIDTH]),
        ],
        g.weights,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="mien")
    helper.set_model_props(model, dict(metadata))
    return model


def save(arrays: Arrays, metadata: Mapping[str, str], path: Path) -> int:
    """Write the graph; its size in bytes."""
    onnx.save(build(arrays, metadata), path)
    return path.stat().st_size


def _embedding(g: Graph, arrays: Arrays) -> str:
    return rows(g, "words", "ids", arrays)


def _places(g: Graph, arrays: Arrays) -> str:
    zero, one = g.weight("zero", np.array(0)), g.weight("one", np.array(1))
    length = g.add("Gather", [g.add("Shape", ["ids"]), one])
    return rows(g, "places", g.add("Range", [zero, length, one]), arrays)


def rows(g: Graph, name: str, numbers: str, arrays: Arrays) -> str:
    """Rows of a table of signed bytes, as floats."""
    values, scales = quantize_rows(arrays[f"{name}.weight"])
    found = g.add("Gather", [g.weight(f"{name}.q", values), numbers])
    scale = g.add("Gather", [g.weight(f"{name}.s", scales), numbers])
    return g.add("Mul", [g.add("Cast", [found], to=TensorProto.FLOAT), scale])


def layer(g: Graph, x: str, name: str, arrays: Arrays) -> str:
    """One encoder layer, states in and out."""
    together = g.linear(x, f"{name}.qkv", arrays)
    sizes = g.weight(f"{name}.sizes", np.array([WIDTH] * 3))
    q, k, v = (f"{name}.{part}" for part in "qkv")
    g.nodes.append(helper.make_node("Split", [together, sizes], [q, k, v], axis=2))
    met = g.add("MultiHeadAttention", [q, k, v], domain=_MICROSOFT, num_heads=HEADS)
    x = g.norm(g.add("Add", [x, g.linear(met, f"{name}.out", arrays)]), f"{name}.norm1", arrays)
    wide = g.add("Gelu", [g.linear(x, f"{name}.up", arrays)], domain=_MICROSOFT)
    wide = g.linear(wide, f"{name}.down", arrays)
    return g.norm(g.add("Add", [x, wide]), f"{name}.norm2", arrays)
