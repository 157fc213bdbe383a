"""The published encoders once more, in plain numpy of double precision and as slow as they like.

After transformers' WhisperFeatureExtractor, WhisperEncoder and SiglipVisionModel, tensor by tensor
under their published names. Where transformers is installed the tests compare these with it; where
it is not, the code under `src` is still compared with these.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.fakes import siglip, whisper

Doubles = NDArray[np.float64]
Tensors = Mapping[str, NDArray[Any]]

HOP, WINDOW = 160, 400


def log_mel(samples: NDArray[np.float32], bands: int = 80, frames: int = 3000) -> Doubles:
    """What Whisper reads, shape (bands, frames); a Fourier transform by its definition."""
    sound = np.zeros(frames * HOP)
    sound[: len(samples)] = samples
    mirrored = np.pad(sound, WINDOW // 2, mode="reflect")
    at = np.arange(WINDOW)
    hann = np.sin(np.pi * at / WINDOW) ** 2
    waves = np.exp(-2j * np.pi * np.outer(np.arange(WINDOW // 2 + 1), at) / WINDOW)
    cut = np.stack([mirrored[i * HOP : i * HOP + WINDOW] for i in range(frames)])
    power = np.abs(cut * hann @ waves.T) ** 2
    logs = np.log10(np.maximum(power @ _slaney(bands).T, 1e-10)).T
    return (np.maximum(logs, logs.max() - 8) + 4) / 4


def _slaney(bands: int) -> Doubles:
    """Triangles of equal area, band by band, shape (bands, 201)."""

    def hertz(mel: float) -> float:
        return mel * 200 / 3 if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27)

    top = 15 + 27 * math.log(8) / math.log(6.4)  # 8000 Hz
    edges = [hertz(top * i / (bands + 1)) for i in range(bands + 2)]
    weights = np.zeros((bands, WINDOW // 2 + 1))
    for band, (low, peak, high) in enumerate(zip(edges, edges[1:], edges[2:], strict=False)):
        for i in range(WINDOW // 2 + 1):
            at = i * 8000 / (WINDOW // 2)
            height = min((at - low) / (peak - low), (high - at) / (high - peak))
            weights[band, i] = max(0.0, height) * 2 / (high - low)
    return weights


def whisper_states(made: Tensors, size: whisper.Size, mel: NDArray[Any]) -> Doubles:
    """The encoder's last hidden states of one window, shape (positions, width)."""
    net = _Net(made, "model.encoder.", size.encoder_attention_heads, 1e-5)
    x = _gelu(net.convolve("conv1", mel.astype(np.float64), step=1))
    x = _gelu(net.convolve("conv2", x, step=2)).T + net["embed_positions.weight"]
    for i in range(size.encoder_layers):
        layer = f"layers.{i}"
        read = net.norm(f"{layer}.self_attn_layer_norm", x)
        x = x + net.attend(f"{layer}.self_attn", read)
        wide = _gelu(net.linear(f"{layer}.fc1", net.norm(f"{layer}.final_layer_norm", x)))
        x = x + net.linear(f"{layer}.fc2", wide)
    return net.norm("layer_norm", x)


def siglip_vector(made: Tensors, shape: siglip.Shape, pixels: NDArray[Any]) -> Doubles:
    """The tower's vector of one picture at length 1.

    Args:
        made: A published state dict.
        shape: Of the tower.
        pixels: Bytes of the right size, (px, px, 3); brought to -1 to 1 here.
    """
    net = _Net(made, "vision_model.", shape.heads, 1e-6)
    picture = (pixels.astype(np.float64) / 255 - 0.5) / 0.5
    side, patch = shape.image_px // shape.patch_px, shape.patch_px
    kernel = net["embeddings.patch_embedding.weight"]
    x = np.array(
        [
            np.einsum("oczy,zyc->o", kernel, picture[r : r + patch, c : c + patch])
            for r in range(0, side * patch, patch)
            for c in range(0, side * patch, patch)
        ]
    )
    x = x + net["embeddings.patch_embedding.bias"] + net["embeddings.position_embedding.weight"]
    for i in range(shape.layers):
        layer = f"encoder.layers.{i}"
        x = x + net.attend(f"{layer}.self_attn", net.norm(f"{layer}.layer_norm1", x))
        x = x + net.mlp(f"{layer}.mlp", net.norm(f"{layer}.layer_norm2", x))
    vector = net.probe(net.norm("post_layernorm", x))
    vector = vector + net.mlp("head.mlp", net.norm("head.layernorm", vector))
    return vector[0] / np.linalg.norm(vector)


class _Net:
    """Layers by name out of one state dict."""

    def __init__(self, made: Tensors, stem: str, heads: int, epsilon: float) -> None:
        self._made, self._stem, self._heads, self._epsilon = made, stem, heads, epsilon

    def __getitem__(self, name: str) -> Doubles:
        return self._made[self._stem + name].astype(np.float64)

    def linear(self, name: str, x: Doubles) -> Doubles:
        y = x @ self[f"{name}.weight"].T
        has_bias = f"{self._stem}{name}.bias" in self._made
        return y + self[f"{name}.bias"] if has_bias else y

    def norm(self, name: str, x: Doubles) -> Doubles:
        spread = np.sqrt(x.var(axis=-1, keepdims=True) + self._epsilon)
        centred = (x - x.mean(axis=-1, keepdims=True)) / spread
        return centred * self[f"{name}.weight"] + self[f"{name}.bias"]

    def attend(self, name: str, x: Doubles) -> Doubles:
        query, key, value = (self.linear(f"{name}.{part}_proj", x) for part in "qkv")
        return self.linear(f"{name}.out_proj", self._mix(query, key, value))

    def probe(self, x: Doubles) -> Doubles:
        """One learnt query that looks at all tokens, as torch's MultiheadAttention does."""
        name = "head.attention"
        weights = np.split(self[f"{name}.in_proj_weight"], 3)
        biases = np.split(self[f"{name}.in_proj_bias"], 3)
        read = (self["head.probe"][0], x, x)
        asked = [part @ w.T + b for part, w, b in zip(read, weights, biases, strict=True)]
        return self.linear(f"{name}.out_proj", self._mix(*asked))

    def mlp(self, name: str, x: Doubles) -> Doubles:
        wide = self.linear(f"{name}.fc1", x)
        bent = 0.5 * wide * (1 + np.tanh(np.sqrt(2 / np.pi) * (wide + 0.044715 * wide**3)))
        return self.linear(f"{name}.fc2", bent)

    def convolve(self, name: str, x: Doubles, step: int) -> Doubles:
        """Over three moments with one of padding, shape (channels, moments)."""
        padded = np.pad(x, ((0, 0), (1, 1)))
        n = x.shape[1]
        parts = (padded[:, k : k + n : step] for k in range(3))
        kernel = self[f"{name}.weight"]
        found = sum(kernel[:, :, k] @ part for k, part in enumerate(parts))
        return found + self[f"{name}.bias"][:, None]

    def _mix(self, query: Doubles, key: Doubles, value: Doubles) -> Doubles:
        width = value.shape[1] // self._heads
        found = []
        for first in range(0, value.shape[1], width):
            part = slice(first, first + width)
            likeness = query[:, part] @ key[:, part].T / math.sqrt(width)
            shares = np.exp(likeness - likeness.max(axis=1, keepdims=True))
            found.append(shares / shares.sum(axis=1, keepdims=True) @ value[:, part])
        return np.concatenate(found, axis=1)


def _gelu(x: Doubles) -> Doubles:
    """With the error function, as Whisper has it."""
    return 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))
