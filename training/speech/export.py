"""The trained speech net as an ONNX file."""

from __future__ import annotations

import math
from pathlib import Path

import onnx
import torch

from mien.decoders.voice.features import BANDS
from mien.decoders.voice.speech import BLOCK
from training.speech.net import HIDDEN, REACH, STRIDE, SpeechNet


def export(net: SpeechNet, path: Path, threshold: float) -> None:
    """Write the net for blocks of fixed size, its last bias moved so that 0.5 is the threshold."""
    with torch.no_grad():
        net.judge.bias -= math.log(threshold / (1 - threshold))
    frames = torch.zeros(1, BLOCK + REACH - STRIDE, BANDS)
    hidden = torch.zeros(1, 1, HIDDEN)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        net.eval(),
        (frames, hidden),
        path,
        input_names=["frames", "hidden"],
        output_names=["speech", "after"],
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(path)
    model.producer_name = "mien"
    model.ir_version = min(model.ir_version, 10)
    onnx.checker.check_model(model)
    onnx.save(model, path)
