"""One converted voice head: a file of its own, so that a set grows and shrinks by files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, takewhile
from pathlib import Path
from typing import Any, cast

import numpy as np

from mien.core.errors import BadWeights
from mien.decoders.emonet.heads.basis import Basis
from mien.decoders.emonet.heads.feedback import handing_on, round_on
from mien.decoders.emonet.heads.mapped import Mapped, read_mapped, write_mapped
from mien.decoders.emonet.heads.quantize import Bits, Cut, Floats, Matrix, empty, fill
from mien.decoders.emonet.heads.tails import Layer

FORMAT = "mien.voice-head/1"

_BLOCK = 5
"""Pieces that are rounded at once: 4 MB of a Small head, which a processor's cache holds."""


@dataclass(frozen=True, slots=True)
class First:
    """A rounded first layer with what puts it right: W x + bias = Q x + bias' + C (B x).

    Attributes:
        matrix: Q, the rounded weights.
        bias: bias', float32 (rows,).
        correction: C, what rounding took along each direction of the basis, (rows, directions).
        basis: Key of the basis that B is.
    """

    matrix: Matrix
    bias: Floats
    correction: Floats
    basis: str


@dataclass(frozen=True, slots=True)
class VoiceFile:
    """What is kept of a head.

    Attributes:
        first: Its first layer over all frames; None for a head that reads pooled frames.
        layers: The others; of a pooled head all.
        path: Of the file.
    """

    first: First | None
    layers: tuple[Layer, ...]
    path: Path

    @property
    def form(self) -> tuple[object, ...]:
        """What heads must share to be stacked."""
        whole = self.first and (self.first.matrix.cut, self.first.matrix.rows)
        return (whole, *(layer.weight.shape for layer in self.layers))


def kept_name(published: str) -> str:
    """The name under which a published head is kept."""
    return published.removesuffix(".pth") + ".safetensors"


def quantize(layer: Layer, basis: Basis, bits: Bits, path: Path) -> First:
    """Round a first layer, a few pieces at a time.

    Args:
        layer: As published; its weights may be mapped.
        basis: Of the encoder whose embeddings it reads.
        bits: 8, or 4 for the small form.
        path: Of the published file, for messages.

    Raises:
        BadWeights: If it does not read what the encoder gives, or is not finite.
    """
    rows, columns = layer.weight.shape
    if columns != len(basis.mean):
        raise BadWeights(f"{path} reads {columns:,} numbers, its encoder gives {len(basis.mean):,}")
    if not np.isfinite(layer.bias).all():
        raise BadWeights(f"{path} holds weights that are no numbers: pull it again")
    matrix = empty(bits, rows, columns)
    rounding = _rounding(basis, matrix)
    lost = _Lost(rows, basis)
    for block in matrix.cut.blocks(_BLOCK):
        part = np.asarray(layer.weight[:, matrix.cut.span(block)], dtype=np.float32)
        if not np.isfinite(part).all():
            raise BadWeights(f"{path} holds weights that are no numbers: pull it again")
        fill(matrix, block, part, rounding)
        lost.add(block, part - matrix.restore(block))
    bias, correction = lost.solve(layer.bias)
    return First(matrix, bias, correction, basis.key)


def _rounding(basis: Basis, matrix: Matrix) -> Callable[[Floats, Floats], Floats] | None:
    """How weights of few bits are rounded; None for the nearest codes.

    Eight bits need no more, and pieces that cut frames in two cannot have it.
    """
    if matrix.bits == 8 or matrix.cut.width % len(basis.covariance):
        return None
    return partial(round_on, factor=handing_on(basis.covariance))


class _Lost:
    """Sums up what rounding takes along the mean and the directions."""

    def __init__(self, rows: int, basis: Basis) -> None:
        n = basis.directions.rows
        self._basis = basis
        self._on_mean = np.zeros(rows)
        self._on_directions = np.zeros((rows, n))
        self._directions_on_mean = np.zeros(n)
        self._products = np.zeros((n, n))

    def add(self, block: slice, lost: Floats) -> None:
        """Some pieces; `lost` is weights less rounded weights, (rows, columns)."""
        columns = self._basis.directions.cut.span(block)
        mean, directions = self._basis.mean[columns], self._basis.directions.restore(block)
        self._on_mean += lost @ mean
        self._on_directions += lost @ directions.T
        self._directions_on_mean += directions @ mean
        self._products += directions @ directions.T

    def solve(self, bias: Floats) -> tuple[Floats, Floats]:
        """Bias and correction; directions in 8 bits are not quite orthogonal."""
        correction = np.linalg.solve(self._products, self._on_directions.T).T
        right = bias + self._on_mean - correction @ self._directions_on_mean
        return right.astype(np.float32), correction.astype(np.float32)


def write_head(path: Path, first: First | None, layers: tuple[Layer, ...]) -> None:
    """Write one head: 74 MB of a Small one, 37 MB in small form."""
    arrays: dict[str, Any] = {}
    notes = {"format": FORMAT}
    for i, layer in enumerate(layers):
        arrays |= {f"{i}.weight": layer.weight, f"{i}.bias": layer.bias}
    if first is not None:
        matrix = first.matrix
        arrays |= {"codes": matrix.codes, "scales": matrix.scales}
        arrays |= {"bias": first.bias, "correction": first.correction}
        columns = str(matrix.cut.columns)
        notes |= {"bits": str(matrix.bits), "columns": columns, "basis": first.basis}
    write_mapped(path, arrays, notes)


def read_head(path: Path) -> VoiceFile:
    """A head that `write_head` wrote, mapped.

    Raises:
        MissingWeights: If there is no such file.
        BadWeights: If it is damaged or something else.
    """
    stored = read_mapped(path)
    try:
        if stored.notes["format"] != FORMAT:
            raise ValueError(f"its format is {stored.notes['format']!r}")
        first = _first(stored) if "codes" in stored.arrays else None
        return VoiceFile(first, tuple(_layers(stored, first)), path)
    except (KeyError, ValueError) as error:
        raise BadWeights(f"{path} is no converted voice head ({error}): pull it again") from error


def _first(stored: Mapped) -> First:
    bits = int(stored.notes["bits"])
    if bits not in (4, 8):
        raise ValueError(f"weights of {bits} bits")
    arrays = stored.arrays
    cut = Cut.of(int(stored.notes["columns"]))
    matrix = Matrix(cast("Bits", bits), cut, arrays["codes"], arrays["scales"])
    bias, correction = arrays["bias"], arrays["correction"]
    is_whole = matrix.is_whole and bias.shape == (matrix.rows,) and correction.ndim == 2
    if not is_whole or len(correction) != matrix.rows:
        raise ValueError("its parts do not fit each other")
    return First(matrix, bias, correction, stored.notes["basis"])


def _layers(stored: Mapped, first: First | None) -> Iterator[Layer]:
    """The float layers; they chain from the first one to a single output."""
    arrays = stored.arrays
    width = first.matrix.rows if first else None
    for i in takewhile(lambda i: f"{i}.weight" in arrays, count()):
        layer = Layer(arrays[f"{i}.weight"], arrays[f"{i}.bias"])
        outputs, inputs = layer.weight.shape
        if (width is not None and inputs != width) or layer.bias.shape != (outputs,):
            raise ValueError(f"layer {i} does not fit the one before it")
        width = outputs
        yield layer
    if width != 1:
        raise ValueError("it does not end in one score")
