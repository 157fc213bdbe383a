"""From SigLIP 2 as published to what runs here: its picture tower as ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from mien.assets import AssetFile
from mien.core.config import load_config
from mien.decoders.emonet.siglip.geometry import Geometry, read_geometry
from mien.decoders.emonet.siglip.graph import GraphFile, Precision, TowerGraph
from mien.decoders.emonet.siglip.smooth import Smoothed, Smoother
from mien.decoders.emonet.siglip.weights import TowerWeights
from mien.decoders.session import CUDA, providers


def convert_tower(
    file: AssetFile,
    fetched: Path,
    folder: Path,
    *,
    precisions: Sequence[Precision] | None = None,
) -> Sequence[str]:
    """Keep of one published file what the picture tower needs.

    Configurations are kept as they are; the weights, which come after them, become an ONNX
    file for each precision, 0.47 GB in int8. Weights are read a layer at a time, in 0.6 GB of
    memory and about a minute.

    Args:
        file: Which of the published files it is.
        fetched: Where it lies.
        folder: The asset's own.
        precisions: Forms to write; by default int8, and float16 too where onnxruntime has CUDA
            or the setting `precision` is half.

    Returns:
        The names of the files written into the folder.

    Raises:
        BadWeights: If a file is damaged or of another model; then nothing of it is kept.
        MissingExtra: If `mien[emonet]` is not installed.
        ConfigError: If a setting is wrong.
    """
    if fetched.suffix == ".json" or file.name.endswith(".json"):
        (folder / file.name).write_bytes(fetched.read_bytes())
        return [file.name]
    geometry = read_geometry(folder)
    weights = TowerWeights(fetched, geometry)
    forms = precisions or _forms()
    with ExitStack() as stack:
        files = [stack.enter_context(GraphFile(form_path(folder, form))) for form in forms]
        for form, graph_file in zip(forms, files, strict=True):
            _write(weights, geometry, form, graph_file)
    return [path.name for graph_file in files for path in (graph_file.path, graph_file.data)]


def form_path(folder: Path, precision: Precision) -> Path:
    """Where the tower of that precision lies."""
    return folder / f"tower-{precision}.onnx"


def _forms() -> Sequence[Precision]:
    """Int8 always; half precision, 0.86 GB more, for a GPU or where it is set."""
    wants_half = CUDA in providers("auto") or load_config().precision == "half"
    return ("int8", "float16") if wants_half else ("int8",)


def _write(
    weights: TowerWeights, geometry: Geometry, precision: Precision, file: GraphFile
) -> None:
    graph = TowerGraph(file, geometry, precision)
    stem, pool = weights.stem(), weights.pool()
    tokens = graph.stem(stem)
    smoother = Smoother(geometry, stem) if precision == "int8" else None
    for index in range(geometry.layers):
        block = weights.block(index)
        smoothed = smoother.block(block) if smoother else Smoothed(block, None)
        tokens = graph.block(tokens, *smoothed)
    embedding = graph.pool(tokens, smoother.pool(pool) if smoother else pool)
    pictures = 1 if precision == "int8" else "n"
    file.save([pictures, geometry.image_px, geometry.image_px, 3], embedding)
