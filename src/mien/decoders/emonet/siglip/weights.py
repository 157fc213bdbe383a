"""SigLIP 2's picture tower in its published file, read a block at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights, MissingExtra
from mien.decoders.emonet.siglip.geometry import CONFIG, Geometry

Floats: TypeAlias = NDArray[np.float32]
Shapes: TypeAlias = dict[str, tuple[int, ...]]


class Linear(NamedTuple):
    """One layer: `x @ weight + bias`."""

    weight: Floats  # (in, out)
    bias: Floats  # (out,)


class Norm(NamedTuple):
    """One layer norm."""

    weight: Floats  # (width,)
    bias: Floats  # (width,)


class Block(NamedTuple):
    """One transformer block, in the order in which it runs."""

    norm1: Norm
    query: Linear
    key: Linear
    value: Linear
    out: Linear
    norm2: Norm
    fc1: Linear
    fc2: Linear


class Stem(NamedTuple):
    """From patches of bytes to tokens: pixels in the order row, column, channel."""

    weight: Floats  # (patch_px * patch_px * 3, width), for bytes as they are
    bias: Floats  # (tokens, width): position and bias, and what the bytes' mean asks for


class Pool(NamedTuple):
    """One learnt query that looks at all tokens, and an MLP."""

    norm: Norm  # of the tokens
    probe: Floats  # (width,): the query after its projection
    key: Linear
    value: Linear
    out: Linear
    norm2: Norm
    fc1: Linear
    fc2: Linear


class TowerWeights:
    """The picture tower in a published file, a block at a time; nothing else of it is read.

    The file is mapped anew for each block, so that what was read is given back.

    Args:
        path: `model.safetensors`, float32 or float16.
        geometry: What its tensors must look like.

    Raises:
        BadWeights: If it is cut short, lacks a tensor or has one of another shape.
        MissingExtra: If `mien[emonet]` is not installed.
    """

    def __init__(self, path: Path, geometry: Geometry) -> None:
        self._path = path
        self._geometry = geometry
        with self._open() as file:
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
        for name, shape in _shapes(geometry):
            if name not in shapes:
                raise BadWeights(f"{path} lacks {name}: pull siglip2 again")
            if shapes[name] != shape:
                raise BadWeights(
                    f"{path}: {name} has shape {shapes[name]}, and {CONFIG} asks for {shape}"
                )
        beyond = f"vision_model.encoder.layers.{geometry.layers}."
        if any(name.startswith(beyond) for name in shapes):
            raise BadWeights(f"{path} has more than the {geometry.layers} layers of {CONFIG}")

    def stem(self) -> Stem:
        """The first layer, with the pictures' rescaling and normalising folded in."""
        geometry = self._geometry
        with self._open() as file:
            kernel = self._tensor(file, "embeddings.patch_embedding.weight")
            bias = self._tensor(file, "embeddings.patch_embedding.bias")
            position = self._tensor(file, "embeddings.position_embedding.weight")
        # (byte * rescale - mean) / std, for each channel
        weight = kernel.transpose(2, 3, 1, 0) / np.array(geometry.std, np.float32)[:, None]
        shift = (weight * np.array(geometry.mean, np.float32)[:, None]).sum(axis=(0, 1, 2))
        scaled = weight.reshape(-1, geometry.width) * np.float32(geometry.rescale)
        return Stem(scaled, position + (bias - shift))

    def block(self, index: int) -> Block:
        """One block of the encoder."""
        stem = f"encoder.layers.{index}"
        with self._open() as file:
            return Block(
                self._norm(file, f"{stem}.layer_norm1"),
                self._linear(file, f"{stem}.self_attn.q_proj"),
                self._linear(file, f"{stem}.self_attn.k_proj"),
                self._linear(file, f"{stem}.self_attn.v_proj"),
                self._linear(file, f"{stem}.self_attn.out_proj"),
                self._norm(file, f"{stem}.layer_norm2"),
                self._linear(file, f"{stem}.mlp.fc1"),
                self._linear(file, f"{stem}.mlp.fc2"),
            )

    def pool(self) -> Pool:
        """What makes one vector of all tokens."""
        with self._open() as file:
            weight = self._tensor(file, "head.attention.in_proj_weight")
            bias = self._tensor(file, "head.attention.in_proj_bias")
            query, key, value = (
                Linear(np.ascontiguousarray(w.T), b)
                for w, b in zip(np.split(weight, 3), np.split(bias, 3), strict=True)
            )
            probe = self._tensor(file, "head.probe").reshape(-1)
            return Pool(
                self._norm(file, "post_layernorm"),
                probe @ query.weight + query.bias,
                key,
                value,
                self._linear(file, "head.attention.out_proj"),
                self._norm(file, "head.layernorm"),
                self._linear(file, "head.mlp.fc1"),
                self._linear(file, "head.mlp.fc2"),
            )

    @contextmanager
    def _open(self) -> Iterator[Any]:
        try:
            from safetensors import SafetensorError, safe_open
        except ImportError as error:
            raise MissingExtra("reading SigLIP 2", "emonet") from error
        try:
            with safe_open(self._path, framework="numpy") as file:
                yield file
        except (OSError, SafetensorError) as error:
            raise BadWeights(
                f"{self._path} is no whole safetensors file: {error} (was the download cut?)"
            ) from error

    def _tensor(self, file: Any, name: str) -> Floats:
        full = f"vision_model.{name}"
        kind = file.get_slice(full).get_dtype()
        if kind not in ("F32", "F16"):
            raise BadWeights(f"{self._path}: {full} is {kind}, not F32 or F16")
        found: Floats = file.get_tensor(full).astype(np.float32, copy=False)
        if not np.isfinite(found).all():
            raise BadWeights(f"{self._path}: {full} holds values that are not finite")
        return found

    def _linear(self, file: Any, name: str) -> Linear:
        weight = self._tensor(file, f"{name}.weight")
        return Linear(np.ascontiguousarray(weight.T), self._tensor(file, f"{name}.bias"))

    def _norm(self, file: Any, name: str) -> Norm:
        return Norm(self._tensor(file, f"{name}.weight"), self._tensor(file, f"{name}.bias"))


def _shapes(g: Geometry) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every tensor of the tower with its shape."""
    square, up, down = (g.width, g.width), (g.hidden, g.width), (g.width, g.hidden)
    norm: Shapes = {"weight": (g.width,), "bias": (g.width,)}
    mlp: Shapes = {
        "mlp.fc1.weight": up,
        "mlp.fc1.bias": up[:1],
        "mlp.fc2.weight": down,
        "mlp.fc2.bias": down[:1],
    }
    parts: dict[str, Shapes] = {
        "embeddings.patch_embedding": {
            "weight": (g.width, 3, g.patch_px, g.patch_px),
            "bias": (g.width,),
        },
        "embeddings.position_embedding": {"weight": (g.tokens, g.width)},
        "post_layernorm": norm,
        "head": {"probe": (1, 1, g.width), **mlp},
        "head.layernorm": norm,
        "head.attention": {
            "in_proj_weight": (3 * g.width, g.width),
            "in_proj_bias": (3 * g.width,),
        },
        "head.attention.out_proj": {"weight": square, "bias": (g.width,)},
    }
    for index in range(g.layers):
        stem = f"encoder.layers.{index}"
        parts[stem] = mlp
        parts[f"{stem}.layer_norm1"] = parts[f"{stem}.layer_norm2"] = norm
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            parts[f"{stem}.self_attn.{part}"] = {"weight": square, "bias": (g.width,)}
    for stem, tensors in parts.items():
        for name, shape in tensors.items():
            yield f"vision_model.{stem}.{name}", shape
