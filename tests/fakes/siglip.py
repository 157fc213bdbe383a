"""Makes SigLIP 2 checkpoints with random weights in the published form: names, keys, shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Tensors = dict[str, NDArray[np.float32]]


class Shape(NamedTuple):
    """Of a picture tower."""

    width: int = 64
    hidden: int = 160
    layers: int = 2
    heads: int = 4
    image_px: int = 64
    patch_px: int = 16


SMALL = Shape()
FULL = Shape(1152, 4304, 27, 16, 384)
"""siglip2-so400m-patch16-384."""


def config(shape: Shape = SMALL) -> dict[str, object]:
    """A `config.json` as published."""
    text = {"hidden_size": shape.width, "model_type": "siglip_text_model", "vocab_size": 64}
    vision = {
        "attention_dropout": 0.0,
        "hidden_act": "gelu_pytorch_tanh",
        "hidden_size": shape.width,
        "image_size": shape.image_px,
        "intermediate_size": shape.hidden,
        "layer_norm_eps": 1e-06,
        "model_type": "siglip_vision_model",
        "num_attention_heads": shape.heads,
        "num_channels": 3,
        "num_hidden_layers": shape.layers,
        "patch_size": shape.patch_px,
    }
    return {
        "architectures": ["SiglipModel"],
        "initializer_factor": 1.0,
        "model_type": "siglip",
        "text_config": text,
        "torch_dtype": "float32",
        "vision_config": vision,
    }


def preprocessor(shape: Shape = SMALL) -> dict[str, object]:
    """A `preprocessor_config.json` as published."""
    return {
        "do_convert_rgb": None,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": [0.5, 0.5, 0.5],
        "image_processor_type": "SiglipImageProcessor",
        "image_std": [0.5, 0.5, 0.5],
        "processor_class": "SiglipProcessor",
        "resample": 2,
        "rescale_factor": 0.00392156862745098,
        "size": {"height": shape.image_px, "width": shape.image_px},
    }


def tensors(shape: Shape = SMALL, seed: int = 0, outliers: int = 0, factor: float = 30) -> Tensors:
    """A `model.safetensors`, with a little of the text tower.

    Attention is peaked (logits have a deviation of about 2), so that what a vector says depends
    on the picture.

    Args:
        shape: Of the picture tower.
        seed: Of its weights.
        outliers: In this many channels of what each layer reads, values are `factor` times those
            of the others, and the weights that read them are as much smaller: the tower says the
            same (nearly so behind the GELU), and one scale for all channels no longer does.
        factor: How far they lie out.
    """
    make = _Maker(np.random.default_rng(seed), shape, outliers, factor)
    found = {
        "logit_bias": np.zeros(1, np.float32),
        "logit_scale": np.zeros(1, np.float32),
        "text_model.embeddings.token_embedding.weight": make.normal(64, shape.width),
    }
    for name, array in make.tower().items():
        found[f"vision_model.{name}"] = array
    return found


class _Maker:
    def __init__(
        self, rng: np.random.Generator, shape: Shape, outliers: int, factor: float
    ) -> None:
        self._rng, self._shape, self._outliers, self._factor = rng, shape, outliers, factor

    def normal(self, *size: int, scale: float = 1.0) -> NDArray[np.float32]:
        return self._rng.standard_normal(size, dtype=np.float32) * np.float32(scale)

    def tower(self) -> Tensors:
        width, _, layers, _, image_px, patch_px = self._shape
        area = 3 * patch_px**2
        found = {
            "embeddings.patch_embedding.weight": self.normal(
                width, 3, patch_px, patch_px, scale=2 * area**-0.5
            ),
            "embeddings.patch_embedding.bias": self.normal(width, scale=0.1),
            "embeddings.position_embedding.weight": self.normal(
                (image_px // patch_px) ** 2, width, scale=0.3
            ),
            **self._norm("post_layernorm"),
            **self._head(),
        }
        for index in range(layers):
            found |= self._block(f"encoder.layers.{index}")
        return found

    def _block(self, stem: str) -> Tensors:
        width = self._shape.width
        attention = f"{stem}.self_attn"
        found = {**self._norm(f"{stem}.layer_norm1"), **self._norm(f"{stem}.layer_norm2")}
        for part, scale in (("q", 1.5), ("k", 1.5), ("v", 1.0), ("out", 1.0)):
            found |= self._linear(f"{attention}.{part}_proj", width, width, scale)
        found |= self._mlp(f"{stem}.mlp")
        readers = [f"{attention}.{part}_proj" for part in "qkv"]
        self._stretch(found, f"{stem}.layer_norm1", readers)
        self._stretch(found, f"{stem}.layer_norm2", [f"{stem}.mlp.fc1"])
        self._stretch(found, f"{attention}.v_proj", [f"{attention}.out_proj"])
        self._stretch(found, f"{stem}.mlp.fc1", [f"{stem}.mlp.fc2"])
        return found

    def _head(self) -> Tensors:
        width = self._shape.width
        return {
            "head.probe": self.normal(1, 1, width),
            "head.attention.in_proj_weight": self.normal(3 * width, width, scale=width**-0.5),
            "head.attention.in_proj_bias": self.normal(3 * width, scale=0.1),
            **self._linear("head.attention.out_proj", width, width),
            **self._norm("head.layernorm"),
            **self._mlp("head.mlp"),
        }

    def _mlp(self, stem: str) -> Tensors:
        width, hidden = self._shape.width, self._shape.hidden
        return self._linear(f"{stem}.fc1", width, hidden) | self._linear(
            f"{stem}.fc2", hidden, width
        )

    def _linear(self, name: str, inputs: int, outputs: int, scale: float = 1.0) -> Tensors:
        return {
            f"{name}.weight": self.normal(outputs, inputs, scale=scale * inputs**-0.5),
            f"{name}.bias": self.normal(outputs, scale=0.1),
        }

    def _norm(self, name: str) -> Tensors:
        width = self._shape.width
        return {
            f"{name}.weight": np.exp(self.normal(width, scale=0.3)),
            f"{name}.bias": self.normal(width, scale=0.1),
        }

    def _stretch(self, found: Tensors, writer: str, readers: list[str]) -> None:
        size = len(found[f"{writer}.bias"])
        chosen = self._rng.choice(size, min(size, self._outliers), replace=False)
        found[f"{writer}.weight"][chosen] *= self._factor
        found[f"{writer}.bias"][chosen] *= self._factor
        for reader in readers:
            found[f"{reader}.weight"][:, chosen] /= self._factor


def write_siglip(folder: Path, made: Tensors | None = None, shape: Shape = SMALL) -> Path:
    """The three files in a folder; gives `model.safetensors`."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    for name, found in (("config", config(shape)), ("preprocessor_config", preprocessor(shape))):
        (folder / f"{name}.json").write_text(json.dumps(found), encoding="utf-8")
    path = folder / "model.safetensors"
    save_file(tensors(shape) if made is None else made, path)
    return path
