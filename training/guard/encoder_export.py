"""The encoder as ONNX: int8 weights, one passage a run, nothing but onnxruntime needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from mien.guard.local.passages import READS
from training.guard.encoder_net import LAYERS, EncoderNet
from training.words.export import Arrays, Graph, layer, rows

_OPSET, _MICROSOFT = 17, "com.microsoft"


def save(net: EncoderNet, vocabulary: Sequence[str], about: Mapping[str, str], path: Path) -> int:
    """Write a net and its vocabulary; the size of the file in bytes."""
    arrays = {
        name: value.detach().numpy().astype(np.float32) for name, value in net.state_dict().items()
    }
    model = _model(arrays)
    helper.set_model_props(model, {**about, "reads": READS, "vocabulary": "\n".join(vocabulary)})
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    return path.stat().st_size


def _model(arrays: Arrays) -> onnx.ModelProto:
    """`ids` and `own`, both (1, length), to `logits` (1, outputs)."""
    g = Graph()
    zero, one = g.weight("zero", np.array(0)), g.weight("one", np.array(1))
    length = g.add("Gather", [g.add("Shape", ["ids"]), one])
    places = rows(g, "places", g.add("Range", [zero, length, one]), arrays)
    owners = g.add("Gather", [g.weight("owners", arrays["owners.weight"]), "own"])
    x = g.add("Add", [rows(g, "words", "ids", arrays), places])
    x = g.norm(g.add("Add", [x, owners]), "norm", arrays)
    for number in range(LAYERS):
        x = layer(g, x, f"layers.{number}", arrays)
    mean = _mean_of_own(g, x)
    product = g.add("MatMul", [mean, g.weight("head.w", arrays["head.weight"].T)])
    bias = g.weight("head.b", arrays["head.bias"])
    g.nodes.append(helper.make_node("Add", [product, bias], ["logits"]))
    row: list[str | int | None] = [1, "length"]
    graph = helper.make_graph(
        g.nodes,
        "guard",
        [helper.make_tensor_value_info(name, TensorProto.INT64, row) for name in ("ids", "own")],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, _outputs(arrays)])],
        g.weights,
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="mien")


def _mean_of_own(g: Graph, x: str) -> str:
    """The mean state of the pieces that are the message's, shape (1, width)."""
    share = g.add("Cast", ["own"], to=TensorProto.FLOAT)
    column = g.add("Unsqueeze", [share, g.weight("last", np.array([2]))])
    # The axis stands in an input from opset 13 on, but only for sums.
    along = g.weight("along", np.array([1]))
    total = g.add("ReduceSum", [g.add("Mul", [x, column]), along], keepdims=0)
    return g.add("Div", [total, g.add("ReduceSum", [share, along], keepdims=1)])


def _outputs(arrays: Mapping[str, NDArray[np.float32]]) -> int:
    return len(arrays["head.bias"])
