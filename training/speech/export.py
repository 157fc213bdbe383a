"""Trained speech nets as one ONNX file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from mien.decoders.voice.features import BANDS
from mien.decoders.voice.speech import BLOCK
from training.speech.net import HIDDEN, REACH, STRIDE, SpeechNet


class Mean(nn.Module):
    """Several nets that answer as one; their states are stacked."""

    def __init__(self, nets: Sequence[SpeechNet]) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, frames: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Mean logits, and the states after them, shape (nets, 1, 64)."""
        told = [net.logits(frames, hidden[i : i + 1]) for i, net in enumerate(self.nets)]
        logits, after = zip(*told, strict=True)
        return torch.stack(logits).mean(0), torch.cat(after)


def export(nets: Sequence[SpeechNet], path: Path) -> None:
    """Write the mean of `nets` for blocks of any size."""
    frames = torch.zeros(1, BLOCK + REACH - STRIDE, BANDS)
    hidden = torch.zeros(len(nets), 1, HIDDEN)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        Mean(nets).eval(),
        (frames, hidden),
        path,
        input_names=["frames", "hidden"],
        output_names=["logits", "after"],
        dynamic_axes={"frames": {1: "frames"}, "logits": {1: "steps"}},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(path)
    model.producer_name = "mien"
    model.ir_version = min(model.ir_version, 10)
    onnx.checker.check_model(model)
    onnx.save(model, path)
