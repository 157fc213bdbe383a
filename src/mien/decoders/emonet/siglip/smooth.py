"""Evens out what int8 must hold: channels that lie far out are made smaller, exactly.

Trained transformers have a few channels tens of times larger than the rest; with one scale for
all of them, the rest would be rounded to nothing. A channel is divided by a factor where it is
written (a norm, the values of attention, behind the GELU), and the weights that read it are
multiplied by the same (Xiao et al. 2023, SmoothQuant). How large channels are is seen on made
pictures: outlying channels are a property of the weights, whatever is on a picture.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np

from mien.decoders.emonet.siglip.geometry import Geometry
from mien.decoders.emonet.siglip.weights import Block, Floats, Linear, Norm, Pool, Stem

Layer = TypeVar("Layer", Norm, Linear)

PICTURES = 2
LARGEST = 1e4
"""Factor: what no weight reads would otherwise be divided by infinity."""


class Smoothed(NamedTuple):
    """A block that says the same with evener channels."""

    block: Block
    squeeze: Floats | None  # (hidden,): what values behind the GELU are multiplied by


class Smoother:
    """Runs made pictures through the tower in float, a block at a time, and evens each out.

    Args:
        geometry: Of the tower.
        stem: Its first layer.
    """

    def __init__(self, geometry: Geometry, stem: Stem) -> None:
        self._geometry = geometry
        self._tokens = _tokens(made_pictures(geometry.image_px), geometry, stem)

    def block(self, block: Block) -> Smoothed:
        """The block, evened out; the pictures go on through it."""
        read = _norm(self._tokens, block.norm1, self._geometry.epsilon)
        mixed = self._attend(read, block)
        tokens = self._tokens + _linear(mixed, block.out)
        read2 = _norm(tokens, block.norm2, self._geometry.epsilon)
        hidden = _gelu(_linear(read2, block.fc1))
        self._tokens = tokens + _linear(hidden, block.fc2)
        qkv = factors(read, block.query, block.key, block.value)
        out, fc1, fc2 = (
            factors(mixed, block.out),
            factors(read2, block.fc1),
            factors(hidden, block.fc2),
        )
        smooth = Block(
            _shrink(block.norm1, qkv),
            _grow(block.query, qkv),
            _grow(block.key, qkv),
            _shrink(_grow(block.value, qkv), out),
            _grow(block.out, out),
            _shrink(block.norm2, fc1),
            _grow(block.fc1, fc1),
            _grow(block.fc2, fc2),
        )
        return Smoothed(smooth, None if (fc2 == 1).all() else np.float32(1) / fc2)

    def pool(self, pool: Pool) -> Pool:
        """The pool, with what its key and value read evened out."""
        read = _norm(self._tokens, pool.norm, self._geometry.epsilon)
        found = factors(read, pool.key, pool.value)
        return pool._replace(
            norm=_shrink(pool.norm, found),
            key=_grow(pool.key, found),
            value=_grow(pool.value, found),
        )

    def _attend(self, read: Floats, block: Block) -> Floats:
        n, tokens, width = read.shape
        parted = (
            _linear(read, layer).reshape(n, tokens, self._geometry.heads, -1)
            for layer in (block.query, block.key, block.value)
        )
        query, key, value = (part.transpose(0, 2, 1, 3) for part in parted)
        scores = query @ key.swapaxes(-1, -2) * np.float32(self._geometry.head_width**-0.5)
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        mixed: Floats = (shares @ value).transpose(0, 2, 1, 3).reshape(n, tokens, width)
        return mixed


def factors(values: Floats, *readers: Linear) -> Floats:
    """By how much each channel is made smaller: 1 or more.

    The root of how far the largest value lies out, against the weights that read it, so that
    values and weights share the burden. Channels below the median stay: what is small on these
    pictures may be large on another.

    Args:
        values: Of the channels, shape (..., channels).
        readers: The layers that read them.
    """
    largest = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0).astype(np.float64)
    weights = np.max([np.abs(reader.weight).max(axis=1) for reader in readers], axis=0)
    reach = largest / np.maximum(weights, np.finfo(np.float32).tiny)
    middle = max(float(np.median(reach)), float(np.finfo(np.float32).tiny))
    found: Floats = np.sqrt(np.clip(reach / middle, 1, LARGEST**2)).astype(np.float32)
    return found


def made_pictures(size_px: int, n: int = PICTURES, seed: int = 11) -> Floats:
    """Coloured clouds with detail of every size, shape (n, size, size, 3), 0 to 255."""
    rng = np.random.default_rng(seed)
    pictures = np.zeros((n, size_px, size_px, 3), np.float32)
    cells = 1
    while cells <= size_px:
        grid = rng.standard_normal((n, cells, cells, 3), dtype=np.float32)
        at = np.arange(size_px) * cells // size_px
        pictures += grid[:, at][:, :, at]
        cells *= 2
    low, high = pictures.min(axis=(1, 2, 3)), pictures.max(axis=(1, 2, 3))
    spread = (high - low)[:, None, None, None]
    found: Floats = np.rint((pictures - low[:, None, None, None]) / spread * 255)
    return found


def _tokens(pictures: Floats, geometry: Geometry, stem: Stem) -> Floats:
    side, patch = geometry.side, geometry.patch_px
    parted = pictures.reshape(-1, side, patch, side, patch, 3).transpose(0, 1, 3, 2, 4, 5)
    tokens: Floats = parted.reshape(-1, side * side, 3 * patch**2) @ stem.weight + stem.bias
    return tokens


def _norm(x: Floats, norm: Norm, epsilon: float) -> Floats:
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(epsilon))
    found: Floats = centred / spread * norm.weight + norm.bias
    return found


def _linear(x: Floats, layer: Linear) -> Floats:
    found: Floats = x @ layer.weight + layer.bias
    return found


def _gelu(x: Floats) -> Floats:
    """The form with tanh that SigLIP uses (Hendrycks and Gimpel 2016)."""
    inner = np.float32(np.sqrt(2 / np.pi)) * (x + np.float32(0.044715) * x**3)
    found: Floats = np.float32(0.5) * x * (1 + np.tanh(inner))
    return found


def _shrink(layer: Layer, by: Floats) -> Layer:
    return type(layer)(layer.weight / by, layer.bias / by)


def _grow(layer: Linear, by: Floats) -> Linear:
    return Linear(layer.weight * by[:, None], layer.bias)
