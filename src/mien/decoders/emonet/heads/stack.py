"""All wide matrices times one batch: each is read once for all clips, from the disk's own pages.

Weights are fed to one small graph as inputs. Nothing of them is copied, packed or held but what
the system keeps mapped, so that a set of heads starts in a moment, grows and shrinks by files,
and is shared by all processes that read it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from mien.core.config import Config
from mien.core.errors import MissingExtra
from mien.decoders.emonet.heads.quantize import MIDDLE, Activations, Cut, Floats, Matrix, unpack
from mien.decoders.session import CUDA, open_session, providers

if TYPE_CHECKING:
    import onnx
    import onnxruntime

BLOCK = 15
"""Pieces of 4-bit weights that are unpacked at once: 3 MB. Less is ruled by calls, more falls out
of the processor's cache."""

FADE = 256.0
"""Activations are divided by it on a GPU: products of half precision end at 65,504."""


class Engine(Protocol):
    """Something that multiplies clips with matrices."""

    def hold(self, matrix: Matrix) -> Any:
        """The matrix, ready to be multiplied many times."""

    def multiply(self, clips: Floats, held: Sequence[Any]) -> list[Floats]:
        """Each matrix times all clips.

        Args:
            clips: Float32 (n, columns).
            held: Matrices as `hold` gave them, all of the same cut.

        Returns:
            Float32 (n, rows) for each.
        """


def choose(config: Config) -> Engine:
    """The GPU where onnxruntime has one and the settings allow it, else the processor.

    Raises:
        ConfigError: If the device is not there.
        MissingExtra: If `mien[emonet]` is not installed.
    """
    if providers(config.device)[0] == CUDA:
        return GraphicsEngine(config.device)
    return ProcessorEngine(config.threads)


class ProcessorEngine:
    """8-bit products on the CPU; several threads take a matrix each.

    Args:
        threads: How many work at once.
    """

    def __init__(self, threads: int) -> None:
        self._session = _session(_integer_graph(), "cpu")
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="heads")
        self._room = threading.local()

    def hold(self, matrix: Matrix) -> Matrix:
        """The matrix itself: it stays where it is mapped."""
        return matrix

    def multiply(self, clips: Floats, held: Sequence[Matrix]) -> list[Floats]:
        """Each matrix times all clips; see `Engine`."""
        if not held:
            return []
        cut = held[0].cut
        rounded = Activations.empty(len(clips), cut)
        list(self._pool.map(lambda i: rounded.put(i, clips[i], cut), range(len(clips))))
        return list(self._pool.map(lambda matrix: self._product(rounded, matrix), held))

    def _product(self, inputs: Activations, matrix: Matrix) -> Floats:
        n = len(inputs.sums)
        total = np.zeros((2 * n, matrix.rows), np.float32)
        size = matrix.cut.pieces if matrix.bits == 8 else BLOCK
        for block in matrix.cut.blocks(size):
            total += self._part(inputs, matrix, block)
        product: Floats = total[:n] + total[n:]
        if matrix.bits == 4:
            # Codes count from 0 where the levels they stand for begin at -7.5.
            product -= MIDDLE * (inputs.sums @ matrix.scales)
        return product

    def _part(self, inputs: Activations, matrix: Matrix, block: slice) -> Floats:
        fed = {
            "inputs": inputs.codes[block],
            "input_scales": inputs.scales[block, :, None],
            "weights": self._codes(matrix, block),
            "weight_scales": matrix.scales[block, None, :],
        }
        (part,) = self._session.run_with_ort_values(["product"], _values(fed))
        found: Floats = part.numpy()
        return found

    def _codes(self, matrix: Matrix, block: slice) -> Any:
        if matrix.bits == 8:
            return matrix.codes[block]
        shape = (block.stop - block.start, matrix.cut.width, matrix.rows)
        room = getattr(self._room, "codes", None)
        if room is None or room.shape != shape:
            room = self._room.codes = np.empty(shape, np.uint8)
        return unpack(matrix.codes[block], room).view(np.int8)


class GraphicsEngine:
    """Half-precision products on a GPU that holds all weights as bytes: 1.15 MB a row.

    Of the published sets Small takes 4.1 GB of its memory and Large 8.1 GB, in small mode too.

    Args:
        device: As in `Config.device`.
    """

    def __init__(self, device: str) -> None:
        self._session = _session(_half_graph(), device)
        # Where the weights are put is where the session runs, also in a test without a GPU.
        self._place = "cuda" if CUDA in self._session.get_providers() else "cpu"

    def hold(self, matrix: Matrix) -> tuple[Cut, Any, Any]:
        """Its codes and scales in the GPU's memory."""
        scales = matrix.scales[:, None, :] * FADE
        if matrix.bits == 4:
            codes = (2 * unpack(matrix.codes)).view(np.int8) - np.int8(2 * MIDDLE)
            return matrix.cut, self._put(codes), self._put(scales / 2)
        return matrix.cut, self._put(matrix.codes), self._put(scales)

    def multiply(self, clips: Floats, held: Sequence[tuple[Cut, Any, Any]]) -> list[Floats]:
        """Each matrix times all clips; see `Engine`."""
        if not held:
            return []
        cut = held[0][0]
        pieces = cut.fold(clips).transpose(1, 0, 2) / np.float32(FADE)
        inputs = self._put(pieces.astype(np.float16))
        return [self._product(inputs, codes, scales) for _, codes, scales in held]

    def _product(self, inputs: Any, codes: Any, scales: Any) -> Floats:
        fed = {"inputs": inputs, "weights": codes, "weight_scales": scales}
        (product,) = self._session.run_with_ort_values(["product"], fed)
        found: Floats = product.numpy()
        return found

    def _put(self, array: Any) -> Any:
        import onnxruntime

        whole = np.ascontiguousarray(array)
        return onnxruntime.OrtValue.ortvalue_from_numpy(whole, self._place, 0)


def _values(arrays: dict[str, Any]) -> dict[str, Any]:
    """The arrays as onnxruntime takes them, none copied."""
    import onnxruntime

    wrap = onnxruntime.OrtValue.ortvalue_from_numpy
    return {name: wrap(np.ascontiguousarray(array)) for name, array in arrays.items()}


def _session(graph: onnx.ModelProto, device: str) -> onnxruntime.InferenceSession:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "product.onnx"
        path.write_bytes(graph.SerializeToString())
        return open_session(path, device=device, prepack=False)


def _integer_graph() -> onnx.ModelProto:
    """Sum over pieces of codes times codes times both scales."""
    helper, kinds = _onnx().helper, _onnx().TensorProto
    inputs = {
        "inputs": (kinds.UINT8, ["p", "m", "k"]),
        "weights": (kinds.INT8, ["p", "k", "h"]),
        "input_scales": (kinds.FLOAT, ["p", "m", 1]),
        "weight_scales": (kinds.FLOAT, ["p", 1, "h"]),
    }
    nodes = [
        helper.make_node("MatMulInteger", ["inputs", "weights", "zero"], ["counts"]),
        helper.make_node("Cast", ["counts"], ["sums"], to=kinds.FLOAT),
        helper.make_node("Mul", ["sums", "weight_scales"], ["scaled"]),
        helper.make_node("Mul", ["scaled", "input_scales"], ["parts"]),
    ]
    return _model(inputs, nodes, [helper.make_tensor("zero", kinds.UINT8, [], [64])])


def _half_graph() -> onnx.ModelProto:
    """Sum over pieces of halves times bytes times the bytes' scales."""
    helper, kinds = _onnx().helper, _onnx().TensorProto
    inputs = {
        "inputs": (kinds.FLOAT16, ["p", "m", "k"]),
        "weights": (kinds.INT8, ["p", "k", "h"]),
        "weight_scales": (kinds.FLOAT, ["p", 1, "h"]),
    }
    nodes = [
        helper.make_node("Cast", ["weights"], ["halves"], to=kinds.FLOAT16),
        helper.make_node("MatMul", ["inputs", "halves"], ["counts"]),
        helper.make_node("Cast", ["counts"], ["sums"], to=kinds.FLOAT),
        helper.make_node("Mul", ["sums", "weight_scales"], ["parts"]),
    ]
    return _model(inputs, nodes, [])


def _model(inputs: dict[str, Any], nodes: list[Any], constants: list[Any]) -> onnx.ModelProto:
    """The nodes with a sum of `parts` over the first axis behind them."""
    helper, kinds = _onnx().helper, _onnx().TensorProto
    given = [helper.make_tensor_value_info(name, *of) for name, of in inputs.items()]
    given_back = helper.make_tensor_value_info("product", kinds.FLOAT, ["m", "h"])
    axis = helper.make_tensor("axis", kinds.INT64, [1], [0])
    last = helper.make_node("ReduceSum", ["parts", "axis"], ["product"], keepdims=0)
    graph = helper.make_graph([*nodes, last], "product", given, [given_back], [*constants, axis])
    opset = helper.make_opsetid("", 18)
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=[opset], ir_version=9)
    return model


def _onnx() -> Any:
    try:
        import onnx
    except ImportError as error:
        raise MissingExtra("EmoNet", "emonet") from error
    return onnx
