"""Turns the published BUD-E-Whisper, decoder and all, into a model for CTranslate2."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.assets import AssetFile
from mien.core.errors import BadWeights, MissingExtra, MissingWeights
from mien.decoders.emonet.whisper.files import (
    CONFIG,
    Geometry,
    Stack,
    Tensors,
    open_tensors,
    read_geometry,
    read_json,
)

Floats = NDArray[np.float32]

MODEL = "ctranslate2"
"""Folder of the converted model, within that of the asset."""
GENERATION = "generation_config.json"
_WRITTEN = ("model.bin", "config.json", "vocabulary.json")


def convert_captioner(file: AssetFile, fetched: Path, folder: Path) -> Sequence[str]:
    """Write the whole model in integers of eight bits, without torch.

    Args:
        file: The published `model.safetensors`.
        fetched: Where it lies.
        folder: The asset's own; settings and tokens are in it already.

    Raises:
        BadWeights: If a file is damaged, or no Whisper.
        MissingWeights: If settings or tokens are not in the folder.
        MissingExtra: If ctranslate2 or safetensors is not installed.
    """
    write_captioner(fetched, folder, "int8")
    return [f"{MODEL}/{name}" for name in _WRITTEN]


def write_captioner(fetched: Path, folder: Path, quantization: str | None) -> None:
    """Write the whole model.

    Args:
        fetched: The published weights.
        folder: Where settings and tokens are, and the model goes.
        quantization: CTranslate2's name for a kind of number; None leaves them as they are.

    Raises:
        BadWeights: If a file is damaged, or no Whisper.
        MissingWeights: If settings or tokens are not in the folder.
        MissingExtra: If ctranslate2 or safetensors is not installed.
    """
    try:
        from ctranslate2.specs import WhisperSpec
    except ImportError as error:
        raise MissingExtra("captions", "emonet") from error
    geometry = read_geometry(folder / CONFIG)
    tokens = read_tokens(folder, geometry.vocabulary)
    half, other = geometry.encoder, geometry.decoder
    spec = WhisperSpec(half.layers, half.heads, other.layers, other.heads)
    with open_tensors(fetched) as tensors:
        _Filler(geometry, tensors).fill(spec)
    _configure(spec.config, generation(folder), geometry)
    spec.register_vocabulary(tokens)
    spec.validate()
    spec.optimize(quantization=quantization)
    (folder / MODEL).mkdir(parents=True, exist_ok=True)
    spec.save(str(folder / MODEL))


def generation(folder: Path) -> dict[str, Any]:
    """How captions are written, from `generation_config.json`, or else from `config.json`.

    Raises:
        MissingWeights: If neither is there.
        BadWeights: If one is damaged.
    """
    path = folder / GENERATION
    return read_json(path if path.is_file() else folder / CONFIG)


def read_tokens(folder: Path, size: int) -> list[str]:
    """Every token in order, from `tokenizer.json` or the older `vocab.json`.

    Those that no file names are marks of time.

    Raises:
        MissingWeights: If neither file is there.
        BadWeights: If a file is damaged, or names a token that the model has not.
    """
    ids = _named(folder)
    tokens = [f"<|{0.02 * (i - len(ids)):.2f}|>" for i in range(size)]
    for token, i in ids.items():
        if not isinstance(i, int) or not 0 <= i < size:
            raise BadWeights(f"{folder} names a token {token!r} as {i!r} of {size}")
        tokens[i] = token
    return tokens


def _named(folder: Path) -> dict[str, int]:
    path = folder / "tokenizer.json"
    if path.is_file():
        told = read_json(path)
        try:
            added = {row["content"]: row["id"] for row in told.get("added_tokens", ())}
            return {**told["model"]["vocab"], **added}
        except (KeyError, TypeError) as error:
            raise BadWeights(
                f"{path} is no byte-level tokenizer: it lacks {error}", path
            ) from error
    if not (folder / "vocab.json").is_file():
        raise MissingWeights(f"no tokenizer.json or vocab.json in {folder}: pull the model again")
    more = folder / "added_tokens.json"
    return {**read_json(folder / "vocab.json"), **(read_json(more) if more.is_file() else {})}


def _configure(config: Any, told: dict[str, Any], geometry: Geometry) -> None:
    config.suppress_ids = told.get("suppress_tokens") or []
    config.suppress_ids_begin = told.get("begin_suppress_tokens") or []
    config.lang_ids = sorted((told.get("lang_to_id") or {}).values())
    # Mien aligns nothing, but the format wants to know.
    config.alignment_heads = [(geometry.decoder.layers - 1, 0)]


class _Filler:
    """Puts published tensors where CTranslate2 looks for them."""

    def __init__(self, geometry: Geometry, tensors: Tensors) -> None:
        self._geometry = geometry
        self._tensors = tensors
        self._width = geometry.width

    def fill(self, spec: Any) -> None:
        geometry, width = self._geometry, self._width
        for name, into in (("conv1", geometry.bands), ("conv2", width)):
            part = getattr(spec.encoder, name)
            part.weight = self._read(f"encoder.{name}.weight", width, into, 3)
            part.bias = self._read(f"encoder.{name}.bias", width)
        self._half(spec.encoder, "encoder", geometry.encoder)
        tokens = self._read("decoder.embed_tokens.weight", geometry.vocabulary, width)
        spec.decoder.embeddings.weight = tokens
        spec.decoder.projection.weight = tokens
        self._half(spec.decoder, "decoder", geometry.decoder)

    def _half(self, spec: Any, name: str, stack: Stack) -> None:
        places = self._read(f"{name}.embed_positions.weight", stack.positions, self._width)
        spec.position_encodings.encodings = places
        self._norm(spec.layer_norm, f"{name}.layer_norm")
        for i, layer in enumerate(spec.layer):
            self._layer(layer, f"{name}.layers.{i}", stack.inner)

    def _layer(self, layer: Any, name: str, inner: int) -> None:
        own = self._parts(f"{name}.self_attn")
        self._join(layer.self_attention.linear[0], own[:3])
        self._join(layer.self_attention.linear[1], own[3:])
        self._norm(layer.self_attention.layer_norm, f"{name}.self_attn_layer_norm")
        if hasattr(layer, "attention"):
            other = self._parts(f"{name}.encoder_attn")
            for at, parts in enumerate((other[:1], other[1:3], other[3:])):
                self._join(layer.attention.linear[at], parts)
            self._norm(layer.attention.layer_norm, f"{name}.encoder_attn_layer_norm")
        self._norm(layer.ffn.layer_norm, f"{name}.final_layer_norm")
        self._join(layer.ffn.linear_0, [self._linear(f"{name}.fc1", inner, self._width)])
        self._join(layer.ffn.linear_1, [self._linear(f"{name}.fc2", self._width, inner)])

    def _parts(self, name: str) -> list[tuple[Floats, Floats]]:
        """Queries, keys, values and what is made of them."""
        width = self._width
        keys = self._read(f"{name}.k_proj.weight", width, width)
        made = [self._linear(f"{name}.{part}_proj", width, width) for part in ("q", "v", "out")]
        return [made[0], (keys, np.zeros(width, dtype=np.float32)), *made[1:]]

    def _join(self, spec: Any, parts: Sequence[tuple[Floats, Floats]]) -> None:
        spec.weight = np.concatenate([weight for weight, _ in parts])
        spec.bias = np.concatenate([bias for _, bias in parts])

    def _linear(self, name: str, out: int, into: int) -> tuple[Floats, Floats]:
        return self._read(f"{name}.weight", out, into), self._read(f"{name}.bias", out)

    def _norm(self, spec: Any, name: str) -> None:
        spec.gamma = self._read(f"{name}.weight", self._width)
        spec.beta = self._read(f"{name}.bias", self._width)

    def _read(self, name: str, *shape: int) -> Floats:
        return self._tensors.read(f"model.{name}", *shape)
