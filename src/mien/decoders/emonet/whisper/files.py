"""A published Whisper on the disk: what it measures, and its tensors one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights, MissingExtra, MissingWeights

Floats = NDArray[np.float32]

CONFIG = "config.json"


@dataclass(frozen=True, slots=True)
class Stack:
    """One half of Whisper.

    Attributes:
        layers: How many.
        heads: Of attention in each.
        inner: Width between the two products of a layer's second part.
        positions: The longest sequence it was taught.
    """

    layers: int
    heads: int
    inner: int
    positions: int


@dataclass(frozen=True, slots=True)
class Geometry:
    """What a Whisper measures, from its `config.json`.

    Attributes:
        width: Numbers that stand for one moment, in both halves.
        bands: Mel bands it hears.
        vocabulary: Tokens it knows.
        encoder: The half that listens.
        decoder: The half that writes.
    """

    width: int
    bands: int
    vocabulary: int
    encoder: Stack
    decoder: Stack


def read_geometry(path: Path) -> Geometry:
    """The measures that a published `config.json` tells.

    Raises:
        MissingWeights: If there is no such file.
        BadWeights: If it is not about a Whisper, or about one of an unknown kind.
    """
    told = read_json(path)
    if told.get("model_type") != "whisper" or told.get("activation_function") != "gelu":
        kind = f"{told.get('model_type')!r} with {told.get('activation_function')!r}"
        raise BadWeights(f"{path} is about {kind}, not about a Whisper with 'gelu'", path)
    width = _count(told, "d_model", path)
    encoder = _stack(told, "encoder", "max_source_positions", path)
    decoder = _stack(told, "decoder", "max_target_positions", path)
    if width % encoder.heads or width % decoder.heads:
        raise BadWeights(f"{path}: {width} numbers cannot be dealt to its heads of attention", path)
    bands, vocabulary = _count(told, "num_mel_bins", path), _count(told, "vocab_size", path)
    return Geometry(width, bands, vocabulary, encoder, decoder)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises:
        MissingWeights: If there is no such file.
        BadWeights: If it holds something else.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingWeights(f"no {path.name} in {path.parent}: pull the model again") from None
    except (OSError, ValueError) as error:
        raise BadWeights(f"cannot read {path}: {error}", path) from error
    if not isinstance(told, dict):
        raise BadWeights(f"{path} holds no JSON object", path)
    return told


class Tensors:
    """The tensors of a safetensors file, read one by one and checked for their shapes."""

    def __init__(self, file: Any, path: Path) -> None:
        self._file = file
        self._path = path
        self._names = frozenset(file.keys())

    def read(self, name: str, *shape: int) -> Floats:
        """A tensor as float32.

        Raises:
            BadWeights: If it is not there, or has another shape, or is not of numbers.
        """
        if name not in self._names:
            raise BadWeights(f"{self._path} lacks {name}: it is not the published Whisper")
        try:
            found = self._file.get_tensor(name)
        except (TypeError, ValueError) as error:
            raise BadWeights(f"cannot read {name} of {self._path}: {error}") from error
        if found.shape != shape:
            raise BadWeights(f"{name} of {self._path} has the shape {found.shape}, not {shape}")
        tensor: Floats = np.asarray(found, dtype=np.float32)
        if not np.isfinite(tensor).all():
            raise BadWeights(f"{name} of {self._path} holds values that are not finite")
        return tensor


@contextmanager
def open_tensors(path: Path) -> Iterator[Tensors]:
    """The tensors of a file; nothing is read before it is asked for.

    Raises:
        MissingExtra: If safetensors is not installed.
        BadWeights: If the file is damaged.
    """
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError as error:
        raise MissingExtra("converting Whisper", "emonet") from error
    try:
        file: Any = safe_open(path, framework="numpy")
    except (OSError, SafetensorError) as error:
        raise BadWeights(f"cannot read {path}: {error} (was the download cut?)") from error
    with file:
        yield Tensors(file, path)


def _stack(told: dict[str, Any], half: str, positions: str, path: Path) -> Stack:
    return Stack(
        layers=_count(told, f"{half}_layers", path),
        heads=_count(told, f"{half}_attention_heads", path),
        inner=_count(told, f"{half}_ffn_dim", path),
        positions=_count(told, positions, path),
    )


def _count(told: dict[str, Any], name: str, path: Path) -> int:
    value = told.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 1_000_000:
        raise BadWeights(f"{path} sets {name} to {value!r}, which is no count", path)
    return value
