"""SigLIP 2's picture tower as an ONNX graph, written a layer at a time.

In int8, weights have one scale a column and activations one scale a picture and layer, or a token
where tokens differ. Graphs of that form take one picture at a time, so that no picture changes what
another gives, and batches would not be faster (700 int8 operations a nanosecond on two threads
with the rows of one picture, 500 with those of eight). Attention, norms and the layers that work
on the last vector alone stay in float.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import MissingExtra
from mien.decoders.emonet.siglip.geometry import Geometry
from mien.decoders.emonet.siglip.weights import Block, Floats, Linear, Norm, Pool, Stem

Precision: TypeAlias = Literal["int8", "float16", "float32"]

MICROSOFT = "com.microsoft"
OPSET = 20  # the first with Gelu
GELU_LOWEST = -0.1701
_BELOW = 16  # of 255 steps, those for what is below zero behind a GELU
_INLINE_BYTES = 1024
_PAGE = 4096  # weights that begin on a page can be mapped


class GraphFile:
    """An ONNX file with its large tensors beside it, each written as soon as it is known.

    A context: what was written is removed if the block ends with an exception, and the ONNX
    file itself appears only in `save`.

    Args:
        path: Of the ONNX file; the tensors go to the same name with `.bin`.

    Raises:
        MissingExtra: If `mien[emonet]` is not installed.
    """

    def __init__(self, path: Path) -> None:
        try:
            import onnx
        except ImportError as error:
            raise MissingExtra("converting SigLIP 2", "emonet") from error
        self._onnx = onnx
        self.path = path
        self.data = path.with_suffix(".bin")
        self._file = self.data.open("wb")
        self._nodes: list[Any] = []
        self._tensors: list[Any] = []
        self._count = 0

    def __enter__(self) -> GraphFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if kind is not None:
            self.data.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)

    def tensor(self, array: NDArray[Any]) -> str:
        """The name under which nodes find the array."""
        name = self._name("w")
        if array.nbytes <= _INLINE_BYTES:
            self._tensors.append(self._onnx.numpy_helper.from_array(array, name))
            return name
        self._file.write(bytes(-self._file.tell() % _PAGE))
        kind = self._onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
        found = self._onnx.TensorProto(name=name, data_type=kind, dims=array.shape)
        found.data_location = self._onnx.TensorProto.EXTERNAL
        where = {"location": self.data.name, "offset": self._file.tell(), "length": array.nbytes}
        for key, value in where.items():
            found.external_data.add(key=key, value=str(value))
        self._file.write(np.ascontiguousarray(array).data)
        self._tensors.append(found)
        return name

    def node(self, op: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """The name of what an operation gives."""
        return self.nodes(op, 1, *inputs, domain=domain, **attributes)[0]

    def nodes(
        self, op: str, outputs: int, *inputs: str, domain: str = "", **attributes: Any
    ) -> list[str]:
        """The names of what an operation with several outputs gives."""
        names = [self._name("x") for _ in range(outputs)]
        self._nodes.append(
            self._onnx.helper.make_node(op, inputs, names, domain=domain, **attributes)
        )
        return names

    def save(self, pixels: Sequence[int | str], embedding: str) -> None:
        """Write the ONNX file.

        Args:
            pixels: Shape of the input of that name, bytes; a word stands for any number.
            embedding: The name of what comes out, floats.
        """
        helper, kinds = self._onnx.helper, self._onnx.TensorProto
        graph = helper.make_graph(
            [*self._nodes, helper.make_node("Identity", [embedding], ["embedding"])],
            "siglip2",
            [helper.make_tensor_value_info("pixels", kinds.UINT8, pixels)],
            [helper.make_tensor_value_info("embedding", kinds.FLOAT, [pixels[0], None])],
            self._tensors,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        self._file.flush()
        self.path.write_bytes(model.SerializeToString())

    def _name(self, stem: str) -> str:
        self._count += 1
        return f"{stem}{self._count}"


class TowerGraph:
    """Builds the tower into a file, in the order stem, blocks, pool.

    Args:
        file: Where to.
        geometry: Of the tower.
        precision: Of the matrix products with weights.
    """

    def __init__(self, file: GraphFile, geometry: Geometry, precision: Precision) -> None:
        self._file = file
        self._geometry = geometry
        self._is_int8 = precision == "int8"
        self._float: type[np.floating[Any]] = np.float16 if precision == "float16" else np.float32

    def stem(self, stem: Stem) -> str:
        """From `pixels`, bytes of shape (n, height, width, 3), to tokens."""
        side, patch = self._geometry.side, self._geometry.patch_px
        kind = 10 if self._float is np.float16 else 1
        pixels = self._file.node("Cast", "pixels", to=kind)
        parted = self._shaped(pixels, 0, side, patch, side, patch, 3)
        patches = self._file.node("Transpose", parted, perm=[0, 1, 3, 2, 4, 5])
        rows = self._shaped(patches, 0, side * side, 3 * patch**2)
        tokens = self._file.node("MatMul", rows, self._constant(stem.weight))
        return self._file.node("Add", tokens, self._constant(stem.bias))

    def block(self, tokens: str, block: Block, squeeze: Floats | None = None) -> str:
        """Tokens after one block.

        Args:
            tokens: Before it.
            block: Its weights.
            squeeze: What the MLP's hidden values are multiplied by, if by anything; the block's
                last weights must make up for it.
        """
        read = self._norm(tokens, block.norm1)
        query, key, value = self._linears(read, block.query, block.key, block.value)
        told = self._linears(self._attention(query, key, value), block.out)[0]
        tokens = self._file.node("Add", tokens, told)
        hidden = self._gelu(self._linears(self._norm(tokens, block.norm2), block.fc1)[0])
        if squeeze is not None:
            hidden = self._file.node("Mul", hidden, self._constant(squeeze))
        last = (
            self._by_row(hidden, block.fc2) if self._is_int8 else self._product(hidden, block.fc2)
        )
        return self._file.node("Add", tokens, last)

    def pool(self, tokens: str, pool: Pool) -> str:
        """One vector a picture, shape (n, width), float32, not normalised."""
        read = self._norm(tokens, pool.norm)
        key, value = self._linears(read, pool.key, pool.value)
        # One row a picture costs nothing in float, and no later layer evens out its error.
        count = self._file.node("Shape", key, start=0, end=1)
        shape = self._file.node("Concat", count, self._integers(1, self._geometry.width), axis=0)
        probe = self._constant(pool.probe.reshape(1, 1, -1))
        query = self._file.node("Expand", probe, shape)
        vector = self._product(self._attention(query, key, value), pool.out)
        hidden = self._gelu(self._product(self._norm(vector, pool.norm2), pool.fc1))
        vector = self._file.node("Add", vector, self._product(hidden, pool.fc2))
        vector = self._shaped(vector, 0, self._geometry.width)
        return self._file.node("Cast", vector, to=1)

    def _linears(self, x: str, *layers: Linear) -> list[str]:
        """What several layers make of the same input."""
        if not self._is_int8:
            return [self._product(x, layer) for layer in layers]
        rounded, scale, zero = self._file.nodes("DynamicQuantizeLinear", 3, x)
        return [
            self._int8(rounded, scale, zero, layer.weight, self._constant(layer.bias))
            for layer in layers
        ]

    def _by_row(self, x: str, layer: Linear) -> str:
        """A layer behind a GELU, with a scale for each row.

        Some tokens of trained towers hold values hundreds of times those of others; with one
        scale for all, the others would be rounded to nothing. GELU gives at least -0.17, so few
        steps below zero are enough.
        """
        largest = self._file.node("ReduceMax", x, self._integers(0, 2), keepdims=0)
        scale = self._file.node("Mul", largest, self._number(1 / (255 - _BELOW)))
        scale = self._file.node("Max", scale, self._number(-GELU_LOWEST / _BELOW))
        zeros = np.full(self._geometry.tokens, _BELOW, np.uint8)
        rounded = self._file.node("QuantizeLinear", x, scale, self._file.tensor(zeros), axis=1)
        unscaled = self._int8(rounded, self._number(1), self._file.tensor(zeros[0]), layer.weight)
        column = self._file.node("Unsqueeze", scale, self._integers(1))
        product = self._file.node("Mul", unscaled, column)
        return self._file.node("Add", product, self._constant(layer.bias))

    def _int8(self, x: str, scale: str, zero: str, weight: Floats, bias: str = "") -> str:
        rounded, scales = quantize(weight)
        weight_name, scales_name = self._file.tensor(rounded), self._file.tensor(scales)
        return self._file.node(
            "MatMulIntegerToFloat",
            *(x, weight_name, scale, scales_name, zero, "", bias),
            domain=MICROSOFT,
        )

    def _product(self, x: str, layer: Linear) -> str:
        product = self._file.node("MatMul", x, self._constant(layer.weight))
        return self._file.node("Add", product, self._constant(layer.bias))

    def _attention(self, query: str, key: str, value: str) -> str:
        heads = self._geometry.heads
        return self._file.node(
            "MultiHeadAttention", query, key, value, domain=MICROSOFT, num_heads=heads
        )

    def _norm(self, x: str, norm: Norm) -> str:
        weights = (self._constant(part) for part in norm)
        return self._file.node(
            "LayerNormalization", x, *weights, axis=-1, epsilon=self._geometry.epsilon
        )

    def _gelu(self, x: str) -> str:
        return self._file.node("Gelu", x, approximate="tanh")

    def _shaped(self, x: str, *shape: int) -> str:
        return self._file.node("Reshape", x, self._integers(*shape))

    def _integers(self, *values: int) -> str:
        return self._file.tensor(np.array(values, np.int64))

    def _number(self, value: float) -> str:
        return self._constant(np.array(value, np.float32))

    def _constant(self, array: Floats) -> str:
        return self._file.tensor(array.astype(self._float, copy=False))


def quantize(weight: Floats) -> tuple[NDArray[np.int8], Floats]:
    """A matrix as whole numbers of -127 to 127 and a scale for each column."""
    scales = np.maximum(np.abs(weight).max(axis=0), np.finfo(np.float32).tiny) / np.float32(127)
    return np.rint(weight / scales).astype(np.int8), scales.astype(np.float32)
