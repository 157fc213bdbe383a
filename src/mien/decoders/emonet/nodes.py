"""Writes ONNX graphs node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import MissingExtra

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

MICROSOFT = "com.microsoft"
"""The domain of onnxruntime's own operators."""
OPSET = 21


class Nodes:
    """The nodes and constants of a graph in the making.

    Raises:
        MissingExtra: If onnx is not installed.
    """

    def __init__(self) -> None:
        try:
            import onnx
        except ImportError as error:
            raise MissingExtra("converting a network", "emonet") from error
        self._onnx = onnx
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, NDArray[Any]] = {}
        self._small: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output; the output's name."""
        return self.split(operator, 1, *inputs, domain=domain, **attributes)[0]

    def split(
        self, operator: str, parts: int, *inputs: str, domain: str = "", **attributes: Any
    ) -> list[str]:
        """Add a node with several outputs; their names."""
        stem = f"{operator}_{len(self._nodes)}"
        outputs = [f"{stem}_{i}" for i in range(parts)] if parts > 1 else [stem]
        made = self._onnx.helper.make_node(
            operator, inputs, outputs, stem, domain=domain, **attributes
        )
        self._nodes.append(made)
        return outputs

    def constant(self, array: NDArray[Any] | np.generic) -> str:
        """The name of a constant; equal small ones are kept once."""
        array = np.asarray(array)
        name = f"constant_{len(self._constants)}"
        if array.nbytes <= 1 << 12:
            name = self._small.setdefault((array.dtype.str, array.shape, array.tobytes()), name)
        self._constants[name] = array
        return name

    def ints(self, *values: int) -> str:
        """The name of a vector of integers, which axes and shapes are."""
        return self.constant(np.array(values, dtype=np.int64))

    def model(
        self,
        source: tuple[str, Sequence[int | str]],
        result: tuple[str, Sequence[int | str]],
        told: Mapping[str, str],
    ) -> ModelProto:
        """The whole, from one float32 input to one float32 output.

        Args:
            source: Name and shape of the input.
            result: Name of what the last node gave, and its shape.
            told: What the file shall say of itself.
        """
        helper, kind = self._onnx.helper, self._onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            self._nodes,
            "mien",
            [helper.make_tensor_value_info(source[0], kind, source[1])],
            [helper.make_tensor_value_info(result[0], kind, result[1])],
            [self._onnx.numpy_helper.from_array(a, name) for name, a in self._constants.items()],
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        made: ModelProto = helper.make_model(
            graph, opset_imports=opsets, producer_name="mien", ir_version=10
        )
        helper.set_model_props(made, dict(told))
        return made
