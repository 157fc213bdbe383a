"""From a trained net to an ONNX file: float first, then integers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

OPSET = 17
IR_VERSION = 9
"""Old enough for every onnxruntime since 1.15."""


def export_float(model: nn.Module, example: torch.Tensor, path: Path, output: str) -> None:
    """Write a model whose batch size is free; its input is called `crops`.

    Args:
        model: Takes one tensor and gives one.
        example: An input of the right shape.
        path: Where to.
        output: What the output is called.
    """
    model.eval()
    model = model.to(memory_format=torch.contiguous_format)
    torch.onnx.export(
        model,
        (example.contiguous(),),
        str(path),
        input_names=["crops"],
        output_names=[output],
        dynamic_axes={"crops": {0: "n"}, output: {0: "n"}},
        opset_version=OPSET,
        dynamo=False,
    )


class _Feed:
    """Calibration pictures for onnxruntime's quantiser, 32 a batch."""

    def __init__(self, crops: NDArray[np.float32]) -> None:
        self._parts = iter(np.array_split(crops, max(1, len(crops) // 32)))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        part = next(self._parts, None)
        return None if part is None else {"crops": part}


def quantise(source: Path, target: Path, crops: NDArray[np.float32]) -> None:
    """Convolutions in integers (static, QDQ, a scale a channel); the rest stays float.

    Args:
        source: A float model.
        target: Where to.
        crops: Training pictures that ranges are read from, n x 1 x side x side.
    """
    from onnxruntime.quantization import (
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Feed(_Feed, CalibrationDataReader):
        pass

    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.onnx"
        quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready),
            str(target),
            Feed(crops),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            # Seven bits of weight: processors without VNNI add pairs of products in 16 bits,
            # which eight would overflow without a word (onnxruntime's quantisation guide).
            reduce_range=True,
            op_types_to_quantize=["Conv"],
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )


def write_metadata(path: Path, values: Mapping[str, Any]) -> None:
    """Put named values into a model file, as JSON unless they are text."""
    import onnx

    model = onnx.load(str(path))
    model.ir_version = min(model.ir_version, IR_VERSION)
    del model.metadata_props[:]
    for name, value in values.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = name, value if isinstance(value, str) else json.dumps(value)
    onnx.save(model, str(path))
