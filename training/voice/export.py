"""Trained voice nets as one ONNX file: the mean of their logits, constants in the metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from mien.decoders.voice.features import BANDS, N_STATISTICS
from training.voice.net import VoiceNet


class Mean(nn.Module):
    """Several nets that answer as one."""

    def __init__(self, nets: Sequence[VoiceNet]) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(
        self, mel: Tensor, pitch: Tensor, relative: Tensor, known: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Mean logits of the labels, and mean valence, arousal and log spreads."""
        told = [net(mel, pitch, relative, known) for net in self.nets]
        labels = torch.stack([t.labels for t in told]).mean(0)
        affect = torch.stack([t.affect for t in told]).mean(0)
        return labels, affect


def export(nets: Sequence[VoiceNet], path: Path, facts: Mapping[str, object]) -> None:
    """Write the mean of `nets` for one utterance of any length.

    Args:
        nets: Trained.
        path: Of the ONNX file.
        facts: Constants of the decoder, kept as JSON under `readout`.
    """
    examples = (
        torch.zeros(1, 200, BANDS),
        torch.zeros(1, 100, 2),
        torch.zeros(1, N_STATISTICS),
        torch.zeros(1, 1),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        Mean(nets).eval(),
        examples,
        path,
        input_names=["mel", "pitch", "relative", "known"],
        output_names=["labels", "affect"],
        dynamic_axes={"mel": {1: "frames"}, "pitch": {1: "pitches"}},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(path)
    model.producer_name = "mien"
    model.ir_version = min(model.ir_version, 10)
    model.metadata_props.add(key="readout", value=json.dumps(facts))
    onnx.checker.check_model(model)
    onnx.save(model, path)
