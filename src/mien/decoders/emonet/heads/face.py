"""The 44 heads of a face set: converted one by one, run together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.assets import AssetFile
from mien.core.config import Config
from mien.core.errors import BadWeights, MissingExtra, MissingWeights
from mien.decoders.emonet.checkpoint import read_checkpoint
from mien.decoders.emonet.heads.face_graph import Kept, stacked
from mien.decoders.emonet.heads.tails import Floats, Layer, layers
from mien.decoders.emonet.suites import Head
from mien.decoders.session import open_session

if TYPE_CHECKING:
    from mien.decoders.emonet.install import Installed

EXACT_BYTES = 1 << 20
"""Of one head: Small's .6 MB are kept as they are, Large's 7.3 MB as whole numbers of a byte."""

AT_ONCE = 32
"""Faces a pass: what they are between the layers still fits the processor's cache."""


def convert_head(
    file: AssetFile, fetched: Path, folder: Path, *, exact: bool | None = None
) -> Sequence[str]:
    """Keep a published head as safetensors in `folder`; the names of what was written.

    Args:
        file: Which of the set's files it is.
        fetched: Where it lies.
        folder: The set's own place.
        exact: Keep float32 whatever the size. By default large heads become whole numbers of a
            byte with a scale for each output, which moves a score by about a hundredth of its
            own deviation over faces.

    Raises:
        BadWeights: If it is damaged or no head.
        MissingExtra: If safetensors is not installed.
    """
    found = layers(read_checkpoint(fetched), fetched)
    if not all(np.isfinite(part).all() for layer in found for part in layer):
        raise BadWeights(f"{fetched} holds weights that are no numbers: pull it again")
    weighs = sum(part.nbytes for layer in found for part in layer)
    exact = weighs <= EXACT_BYTES if exact is None else exact
    tensors: dict[str, NDArray[Any]] = {}
    for i, layer in enumerate(found):
        is_exact = exact or i == len(found) - 1
        tensors |= {f"{i}.{key}": value for key, value in _kept(layer, is_exact).items()}
    name = _kept_name(file.name)
    _safetensors().save_file(tensors, folder / name)
    return [name]


class FaceHeads:
    """Heads of one set, stacked.

    Args:
        heads: Which.
        kept: The layers of each, of the same shapes.
        threads: Threads they may use.

    Raises:
        MissingExtra: If onnx is not installed.
    """

    def __init__(
        self, heads: tuple[Head, ...], kept: Sequence[Sequence[Kept]], threads: int = 1
    ) -> None:
        self.heads = heads
        self.width = len(kept[0][0].weight)
        """How many numbers an embedding must have."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "heads.onnx"
            path.write_bytes(stacked(kept).SerializeToString())
            self._session = open_session(path, threads)

    @classmethod
    def open(cls, installed: Installed, config: Config) -> FaceHeads:
        """The heads that are on this machine.

        Args:
            installed: What is here of a face set.
            config: Its `threads` are used.

        Raises:
            MissingWeights: If a file is missing.
            BadWeights: If one is damaged, or they do not belong together.
            MissingExtra: If `mien[emonet]` is not installed.
        """
        paths = [installed.folder / _kept_name(head.file) for head in installed.heads]
        kept = [_read(path) for path in paths]
        for path, layers_ in zip(paths, kept, strict=True):
            if _form(layers_) != _form(kept[0]):
                raise BadWeights(f"{path} has another form than {paths[0].name}: pull it again")
        return cls(installed.heads, kept, config.threads)

    def score(self, embeddings: Floats) -> Floats:
        """What each head says of each face, float32 (n, heads); not bounded.

        Args:
            embeddings: L2-normalised, float32 (n, width).
        """
        parts = [
            self._session.run(None, {"embeddings": embeddings[first : first + AT_ONCE]})[0]
            for first in range(0, len(embeddings), AT_ONCE)
        ]
        none = np.zeros((0, len(self.heads)), dtype=np.float32)
        return np.concatenate([none, *parts])


def _kept(layer: Layer, exact: bool) -> dict[str, NDArray[Any]]:
    weight = np.ascontiguousarray(layer.weight.T)
    if exact:
        return {"weight": weight, "bias": np.ascontiguousarray(layer.bias)}
    scale = np.maximum(np.abs(weight).max(axis=0) / np.float32(127), np.float32(1e-30))
    codes = np.rint(weight / scale).astype(np.int8)
    return {"weight": codes, "bias": np.ascontiguousarray(layer.bias), "scale": scale}


def _kept_name(published: str) -> str:
    return published.removesuffix(".pth") + ".safetensors"


def _read(path: Path) -> tuple[Kept, ...]:
    if not path.is_file():
        raise MissingWeights(f"{path} is missing: pull the set again")
    library = _safetensors()
    try:
        tensors = library.load_file(path)
        return tuple(
            Kept(tensors[f"{i}.weight"], tensors[f"{i}.bias"], tensors.get(f"{i}.scale"))
            for i in range(sum(key.endswith(".weight") for key in tensors))
        )
    except (KeyError, ValueError, OSError, _damage()) as error:
        raise BadWeights(f"{path} is damaged: pull the set again ({error})") from error


def _form(head: Sequence[Kept]) -> object:
    """What heads that are stacked must share."""
    return [(layer.weight.shape, layer.weight.dtype, layer.bias.shape) for layer in head]


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise MissingExtra("EmoNet", "emonet") from error
    return safetensors.numpy


def _damage() -> type[Exception]:
    from safetensors import SafetensorError

    found: type[Exception] = SafetensorError
    return found
