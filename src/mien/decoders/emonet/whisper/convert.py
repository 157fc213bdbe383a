"""Turns the published Whisper into graphs for onnxruntime, once, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mien.assets import AssetFile
from mien.decoders.emonet.whisper.files import CONFIG, open_tensors, read_geometry
from mien.decoders.emonet.whisper.float import Float
from mien.decoders.emonet.whisper.graph import Arithmetic, encoder_graph
from mien.decoders.emonet.whisper.int8 import Int8
from mien.decoders.emonet.whisper.weights import read_weights, turned

INT8 = "encoder-int8.onnx"
"""For a CPU: 103 MB where 967 MB were fetched."""
HALF = "encoder-float16.onnx"
"""For a GPU, and on a CPU for whoever sets `precision` to half."""


def convert_encoder(file: AssetFile, fetched: Path, folder: Path) -> Sequence[str]:
    """Write Whisper's encoder as two graphs; the decoder's tensors are never read.

    Args:
        file: The published `model.safetensors`.
        fetched: Where it lies.
        folder: The asset's own; `config.json` is in it already.

    Raises:
        BadWeights: If the file is damaged, or no Whisper.
        MissingWeights: If `config.json` is not in the folder.
        MissingExtra: If onnx or safetensors is not installed.
    """
    positions = read_geometry(folder / CONFIG).encoder.positions
    write_encoder(fetched, folder / CONFIG, folder / INT8, Int8(positions))
    write_encoder(fetched, folder / CONFIG, folder / HALF, Float(np.float16))
    return INT8, HALF


def write_encoder(fetched: Path, config: Path, path: Path, arithmetic: Arithmetic) -> None:
    """Write one graph.

    Raises:
        BadWeights: If the file is damaged, or no Whisper.
        MissingExtra: If onnx or safetensors is not installed.
    """
    geometry = read_geometry(config)
    with open_tensors(fetched) as tensors:
        weights = read_weights(geometry, tensors)
        if isinstance(arithmetic, Int8):
            weights = turned(weights, geometry)
        graph = encoder_graph(geometry, weights, arithmetic)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(graph.SerializeToString())
