"""Trained voice nets as one ONNX file: the mean of their logits, constants in the metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from mien.decoders.voice.features import BANDS, N_STATISTICS
from training.voice.predict import Pair, joined


class Mean(nn.Module):
    """Several pairs of nets that answer as one."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        super().__init__()
        self.voices = nn.ModuleList([pair.voice for pair in pairs])
        self.summaries = nn.ModuleList([pair.summary for pair in pairs])

    def forward(
        self, mel: Tensor, pitch: Tensor, statistics: Tensor, relative: Tensor, known: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Mean logits of labels, of high arousal, and valence, arousal and log spreads."""
        told = [
            joined(voice(mel, pitch, relative, known), summary(statistics, relative, known))
            for voice, summary in zip(self.voices, self.summaries, strict=True)
        ]
        labels, high, affect = (torch.stack(part).mean(0) for part in zip(*told, strict=True))
        return labels, high, affect


def export(pairs: Sequence[Pair], path: Path, facts: Mapping[str, object]) -> None:
    """Write the mean of `pairs` for one utterance of any length.

    Args:
        pairs: Trained.
        path: Of the ONNX file.
        facts: Constants of the decoder, kept as JSON under `readout`.
    """
    examples = (
        torch.zeros(1, 200, BANDS),
        torch.zeros(1, 100, 2),
        torch.zeros(1, N_STATISTICS),
        torch.zeros(1, N_STATISTICS),
        torch.zeros(1, 1),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        Mean(pairs).eval(),
        examples,
        path,
        input_names=["mel", "pitch", "statistics", "relative", "known"],
        output_names=["labels", "high", "affect"],
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
