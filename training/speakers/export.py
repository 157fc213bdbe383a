"""A trained speaker net as an ONNX file, with its manner in the metadata."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import onnx
import torch

from mien.decoders.voice.diarize import Manner
from mien.decoders.voice.features import BANDS
from training.speakers.net import Net


def export(net: Net, path: Path, manner: Manner) -> None:
    """Write a net for windows of any length.

    Args:
        net: Trained.
        path: Of the ONNX file.
        manner: How its vectors are grouped.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        net.eval(),
        (torch.zeros(1, 150, BANDS),),
        path,
        input_names=["mel"],
        output_names=["vectors"],
        dynamic_axes={"mel": {0: "windows", 1: "frames"}, "vectors": {0: "windows"}},
        opset_version=17,
        dynamo=False,
    )
    write_manner(path, manner)


def write_manner(path: Path, manner: Manner) -> None:
    """Put how vectors are grouped into the metadata of a net's file."""
    model = onnx.load(path)
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, {"manner": json.dumps(asdict(manner))})
    onnx.save(model, path)
