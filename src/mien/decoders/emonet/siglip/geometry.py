"""What the two configurations of SigLIP 2 say of its picture tower."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.core.errors import BadWeights

CONFIG = "config.json"
PREPROCESSOR = "preprocessor_config.json"

PATCH_PX = 16
"""The heads were taught on the tower with patches of 16; that with 14 gives vectors of the same
length that mean something else."""

_DEFAULTS: Mapping[str, Any] = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "num_channels": 3,
    "image_size": 224,
    "patch_size": 16,
    "hidden_act": "gelu_pytorch_tanh",
    "layer_norm_eps": 1e-6,
}
"""What transformers' SiglipVisionConfig takes for what a published file leaves out."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """What the tower looks like and how it wants its pictures.

    Attributes:
        width: Numbers a token, and of the embedding.
        hidden: Numbers within a block's MLP.
        layers: Blocks.
        heads: Of attention; they divide the width.
        image_px: Side of the square picture.
        patch_px: Side of a patch; it divides the picture.
        epsilon: Of the layer norms.
        rescale: What a byte is multiplied by.
        mean: Of each channel, subtracted after that.
        std: Of each channel, divided by at last.
        resample: PIL's number of the way to resize.
    """

    width: int
    hidden: int
    layers: int
    heads: int
    image_px: int
    patch_px: int
    epsilon: float
    rescale: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resample: int

    @property
    def side(self) -> int:
        """Patches in a row."""
        return self.image_px // self.patch_px

    @property
    def tokens(self) -> int:
        """Patches in a picture."""
        return self.side**2

    @property
    def head_width(self) -> int:
        """Numbers a token in one head."""
        return self.width // self.heads


def read_geometry(folder: Path) -> Geometry:
    """What the configurations in a folder say.

    Raises:
        BadWeights: If one is missing, damaged, or of another kind of model.
    """
    path = folder / CONFIG
    config = _object(path)
    kind = config.get("model_type")
    if kind != "siglip":
        raise BadWeights(
            f"{path} is of a model of type {kind!r}, and the heads read type 'siglip' "
            "(siglip2-so400m-patch16-384, not a NaFlex one): pull siglip2 again",
            path,
        )
    vision = {**_DEFAULTS, **_part(config, "vision_config", path)}
    pixels = _object(folder / PREPROCESSOR)
    geometry = _geometry(vision, path, pixels, folder / PREPROCESSOR)
    _check(geometry, vision, path)
    size = pixels.get("size")
    if size != {"height": geometry.image_px, "width": geometry.image_px}:
        raise BadWeights(
            f"{folder / PREPROCESSOR} resizes to {size!r}, and the tower takes "
            f"{geometry.image_px} x {geometry.image_px} px: pull siglip2 again",
            folder / PREPROCESSOR,
        )
    return geometry


def _geometry(
    vision: Mapping[str, Any], path: Path, pixels: Mapping[str, Any], pixels_path: Path
) -> Geometry:
    return Geometry(
        width=_count(vision, "hidden_size", path),
        hidden=_count(vision, "intermediate_size", path),
        layers=_count(vision, "num_hidden_layers", path),
        heads=_count(vision, "num_attention_heads", path),
        image_px=_count(vision, "image_size", path),
        patch_px=_count(vision, "patch_size", path),
        epsilon=_number(vision, "layer_norm_eps", path),
        rescale=_number({"rescale_factor": 1 / 255, **pixels}, "rescale_factor", pixels_path),
        mean=_triple(pixels, "image_mean", pixels_path),
        std=_triple(pixels, "image_std", pixels_path),
        resample=_count(pixels, "resample", pixels_path),
    )


def _check(geometry: Geometry, vision: Mapping[str, Any], path: Path) -> None:
    if geometry.patch_px != PATCH_PX or geometry.image_px % geometry.patch_px:
        raise BadWeights(
            f"{path} cuts {geometry.image_px} px into patches of {geometry.patch_px}, and the "
            f"heads read the tower with patches of {PATCH_PX}: pull siglip2 again",
            path,
        )
    if geometry.width % geometry.heads:
        raise BadWeights(
            f"{path} parts {geometry.width} numbers among {geometry.heads} heads", path
        )
    for key in ("hidden_act", "num_channels"):
        if vision[key] != _DEFAULTS[key]:
            raise BadWeights(f"{path} has {key} {vision[key]!r}, not {_DEFAULTS[key]!r}", path)


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadWeights(f"{path} is missing: pull siglip2 again", path) from error
    except ValueError as error:
        raise BadWeights(f"{path} is not valid JSON: {error}", path) from error
    if not isinstance(found, dict):
        raise BadWeights(f"{path} holds {type(found).__name__}, not an object", path)
    return found


def _part(config: Mapping[str, Any], key: str, path: Path) -> dict[str, Any]:
    found = config.get(key)
    if not isinstance(found, dict):
        raise BadWeights(f"{path} has no {key}", path)
    return found


def _count(config: Mapping[str, Any], key: str, path: Path) -> int:
    found = config.get(key)
    if type(found) is not int or found < 1:
        raise BadWeights(f"{path} has {key} {found!r}, not a whole number above 0", path)
    return found


def _number(config: Mapping[str, Any], key: str, path: Path) -> float:
    found = config.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 < found < math.inf:
        raise BadWeights(f"{path} has {key} {found!r}, not a number above 0", path)
    return float(found)


def _triple(config: Mapping[str, Any], key: str, path: Path) -> tuple[float, float, float]:
    found = config.get(key)
    if not isinstance(found, list) or len(found) != 3:
        raise BadWeights(f"{path} has {key} {found!r}, not three numbers", path)
    one, two, three = (_number({key: value}, key, path) for value in found)
    return one, two, three
