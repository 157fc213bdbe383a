"""The weights of Whisper's encoder, block by block, and turned so that integers suit them.

A few channels of a taught network are twenty times as large as the rest, and would leave those
few levels of an integer. Whatever passes from block to block may be turned by any orthogonal
matrix that keeps the vector of ones: a norm without gains does the same before and after. So
all is turned by a random one, which spreads such channels over all others; gains go into the
products that follow. Within a head queries and keys, and values and what reads them, may be
turned alike. The turned network gives the same numbers; only turning in and out costs work.
After QuaRot (Ashkboos et al., 2024), here for layer norms, which take a mean away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.decoders.emonet.whisper.files import Geometry, Tensors

Floats = NDArray[np.float32]


class Linear(NamedTuple):
    """A product with a matrix.

    Attributes:
        weight: Shape (out, into).
        bias: Shape (out,).
    """

    weight: Floats
    bias: Floats


class Norm(NamedTuple):
    """Gains and shifts of a layer norm, shape (width,) each."""

    gain: Floats
    shift: Floats


class Attention(NamedTuple):
    """The four products of attention.

    Attributes:
        queries: What asks; the usual scale of 1 / sqrt(width of a head) is in it.
        keys: What answers; without a bias, for none would matter.
        values: What is told. Its bias is in that of `out`, for shares sum to one.
        out: What is made of it.
    """

    queries: Linear
    keys: Linear
    values: Linear
    out: Linear


class Block(NamedTuple):
    """One layer: `x += attention(first(x))`, then `x += down(gelu(up(second(x))))`."""

    first: Norm
    attention: Attention
    second: Norm
    up: Linear
    down: Linear


@dataclass(frozen=True, slots=True)
class Weights:
    """A whole encoder.

    Attributes:
        hearing: The two convolutions, over three moments side by side.
        enter: What comes after them, if anything.
        places: Added to each moment, shape (positions, width).
        blocks: Read as they are taken, once.
        last: The norm at the end.
        leave: What comes after it, if anything.
    """

    hearing: tuple[Linear, Linear]
    enter: Linear | None
    places: Floats
    blocks: Iterator[Block]
    last: Norm
    leave: Linear | None


def read_weights(geometry: Geometry, tensors: Tensors) -> Weights:
    """The encoder as published; the decoder's tensors are never read.

    Raises:
        BadWeights: If a tensor is missing or does not fit; for a block, when it is taken.
    """
    return _Reader(geometry, tensors).read()


def turned(weights: Weights, geometry: Geometry) -> Weights:
    """An encoder that gives the same, without channels that stand out."""
    width, heads = geometry.width, geometry.encoder.heads
    rng = np.random.default_rng(0)
    around, within = _keeping_ones(rng, width), _orthogonal(rng, width // heads)
    none = np.zeros(width, dtype=np.float32)
    plain = Norm(np.ones(width, dtype=np.float32), none)
    gain, shift = weights.last
    return replace(
        weights,
        enter=Linear(around, none),
        places=weights.places @ around.T,
        blocks=(_turned(block, plain, around, within) for block in weights.blocks),
        last=plain,
        leave=Linear(np.multiply(gain[:, None], around.T, dtype=np.float32), shift),
    )


def _turned(block: Block, plain: Norm, around: Floats, within: Floats) -> Block:
    queries, keys, values, out = block.attention
    queries, keys, values = (
        _after(block.first, linear, around) for linear in (queries, keys, values)
    )
    # A constant in the keys moves all of a row's likenesses alike, which no share feels.
    bias = out.bias + out.weight @ values.bias
    even = _even(out.weight, within)
    attention = Attention(
        Linear(_dealt(queries.weight, within), _dealt(queries.bias, within)),
        Linear(_dealt(keys.weight, within), np.zeros_like(keys.bias)),
        Linear(_dealt(values.weight, within) * even[:, None], np.zeros_like(values.bias)),
        Linear(around @ _dealt(out.weight.T, within).T / even, around @ bias),
    )
    up = _after(block.second, block.up, around)
    down = Linear(around @ block.down.weight, around @ block.down.bias)
    return Block(plain, attention, plain, up, down)


def _after(norm: Norm, linear: Linear, around: Floats) -> Linear:
    """A product with the norm's gains and shifts in it, of a turned input."""
    weight: Floats = np.matmul(linear.weight * norm.gain, around.T, dtype=np.float32)
    bias: Floats = linear.bias + linear.weight @ norm.shift
    return Linear(weight, bias)


def _dealt(rows: Floats, within: Floats) -> Floats:
    """Rows turned within each head."""
    heads = rows.reshape(-1, len(within), *rows.shape[1:])
    turn: Floats = np.einsum("ij,hj...->hi...", within, heads, optimize=True).reshape(rows.shape)
    return turn


def _even(weight: Floats, within: Floats) -> Floats:
    """What heads are scaled by so that all matter alike to what reads them, shape (width,)."""
    size = np.linalg.norm(weight.reshape(len(weight), -1, len(within)), axis=(0, 2))
    even = np.maximum(size / max(float(size.max()), 1e-12), 1e-3)
    found: Floats = np.repeat(even, len(within)).astype(np.float32)
    return found


def _orthogonal(rng: np.random.Generator, n: int) -> Floats:
    found, _ = np.linalg.qr(rng.standard_normal((n, n)))
    turn: Floats = found.astype(np.float32)
    return turn


def _keeping_ones(rng: np.random.Generator, n: int) -> Floats:
    """A random orthogonal matrix that maps the vector of ones to itself, shape (n, n)."""
    start = rng.standard_normal((n, n))
    start[:, 0] = 1.0
    basis, _ = np.linalg.qr(start)
    inner = np.eye(n)
    inner[1:, 1:], _ = np.linalg.qr(rng.standard_normal((n - 1, n - 1)))
    turn: Floats = (basis @ inner @ basis.T).astype(np.float32)
    return turn


class _Reader:
    def __init__(self, geometry: Geometry, tensors: Tensors) -> None:
        self._geometry = geometry
        self._tensors = tensors
        self._width = geometry.width

    def read(self) -> Weights:
        encoder = self._geometry.encoder
        hearing = (
            self._convolution("conv1", self._geometry.bands),
            self._convolution("conv2", self._width),
        )
        places = self._read("embed_positions.weight", encoder.positions, self._width)
        blocks = (self._block(f"layers.{i}") for i in range(encoder.layers))
        return Weights(hearing, None, places, blocks, self._norm("layer_norm"), None)

    def _block(self, name: str) -> Block:
        inner = self._geometry.encoder.inner
        return Block(
            self._norm(f"{name}.self_attn_layer_norm"),
            self._attention(f"{name}.self_attn"),
            self._norm(f"{name}.final_layer_norm"),
            self._linear(f"{name}.fc1", inner, self._width),
            self._linear(f"{name}.fc2", self._width, inner),
        )

    def _attention(self, name: str) -> Attention:
        width = self._width
        scale = np.float32((width // self._geometry.encoder.heads) ** -0.5)
        queries = self._linear(f"{name}.q_proj", width, width)
        keys = self._read(f"{name}.k_proj.weight", width, width)
        values = self._linear(f"{name}.v_proj", width, width)
        out = self._linear(f"{name}.out_proj", width, width)
        none = np.zeros(width, dtype=np.float32)
        return Attention(
            Linear(queries.weight * scale, queries.bias * scale),
            Linear(keys, none),
            Linear(values.weight, none),
            Linear(out.weight, out.bias + out.weight @ values.bias),
        )

    def _convolution(self, name: str, into: int) -> Linear:
        weight = self._read(f"{name}.weight", self._width, into, 3)
        side = np.ascontiguousarray(weight.transpose(0, 2, 1)).reshape(self._width, 3 * into)
        return Linear(side, self._read(f"{name}.bias", self._width))

    def _linear(self, name: str, out: int, into: int) -> Linear:
        return Linear(self._read(f"{name}.weight", out, into), self._read(f"{name}.bias", out))

    def _norm(self, name: str) -> Norm:
        gain, shift = (self._read(f"{name}.{part}", self._width) for part in ("weight", "bias"))
        return Norm(gain, shift)

    def _read(self, name: str, *shape: int) -> Floats:
        return self._tensors.read(f"model.encoder.{name}", *shape)
