"""Wide matrices in 8 or 4 bits, and the activations that are multiplied with them.

A first layer of EmoNet has 1,152,000 columns. They are cut into pieces, and each row of a piece
has a scale of its own: rounding is finer so, and no sum of a piece comes near the end of int32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bits = Literal[4, 8]
Floats = NDArray[np.float32]

PIECE = 3072
"""Columns of a piece at most: four frames of the published encoder. A quarter of it takes a third
longer to multiply, ten times as much loses half of what rounding by piece gains."""

MIDDLE = 7.5
"""Four bits count steps from -7.5 to 7.5: no level is lost on a zero that weights never are."""

_FINE = 8127
"""Activations are rounded to this many steps on either side: 14 bits, held in two times seven.
Two codes cost little more than one, as reading weights takes most of the time, and products of
seven and eight bits never saturate the 16-bit sums of processors without VNNI."""

_SHIFT = 64 * 128 + 64
_STEPS = tuple(float(step) for step in np.geomspace(0.18, 0.6, 12))
"""Candidates for a 4-bit step in units of a row's spread; the best is .217 for uniform weights,
.335 for Gaussian ones (Max 1960), more for heavier tails."""


class Cut(NamedTuple):
    """How columns are cut: `pieces` of `width` columns, the last filled up with zeros."""

    columns: int
    pieces: int
    width: int

    @classmethod
    def of(cls, columns: int) -> Cut:
        """The cut of that many columns into even pieces, as wide as may be."""
        pieces = -(-columns // PIECE)
        width = -(-columns // pieces)
        return cls(columns, pieces, width + width % 2)

    def blocks(self, size: int) -> Iterator[slice]:
        """Runs of pieces, each at most `size` long."""
        for first in range(0, self.pieces, size):
            yield slice(first, min(first + size, self.pieces))

    def span(self, block: slice) -> slice:
        """The columns of some pieces."""
        return slice(block.start * self.width, min(block.stop * self.width, self.columns))

    def fold(self, part: Floats) -> Floats:
        """Columns of whole pieces, (m, k), as (m, pieces, width), copied; zeros fill the last."""
        pieces = -(-part.shape[1] // self.width)
        whole = np.zeros((len(part), pieces * self.width), np.float32)
        whole[:, : part.shape[1]] = part
        return whole.reshape(len(part), pieces, self.width)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of weights, rounded piece by piece.

    Attributes:
        bits: 8: a code is a step count. 4: two codes share a byte, the lower half of a piece's
            columns in the lower four bits, and a code of 7.5 would mean nought.
        cut: How columns are cut.
        codes: int8 (pieces, width, rows), or uint8 (pieces, width / 2, rows) for 4 bits.
        scales: Size of a step, float32 (pieces, rows).
    """

    bits: Bits
    cut: Cut
    codes: NDArray[Any]
    scales: Floats

    @property
    def rows(self) -> int:
        """How many outputs it has."""
        return int(self.scales.shape[-1])

    @property
    def is_whole(self) -> bool:
        """Whether codes and scales have the shapes and types that the cut asks for."""
        height = self.cut.width if self.bits == 8 else self.cut.width // 2
        return (
            self.codes.shape == (self.cut.pieces, height, self.rows)
            and self.codes.dtype == (np.int8 if self.bits == 8 else np.uint8)
            and self.scales.shape == (self.cut.pieces, self.rows)
            and self.scales.dtype == np.float32
        )

    def restore(self, block: slice) -> Floats:
        """The rounded weights of some pieces, float32 (rows, columns of the pieces)."""
        codes = unpack(self.codes[block]) if self.bits == 4 else self.codes[block]
        steps = codes.astype(np.float32) - np.float32(MIDDLE if self.bits == 4 else 0.0)
        whole = (steps * self.scales[block, None, :]).transpose(2, 0, 1)
        span = self.cut.span(block)
        restored: Floats = whole.reshape(self.rows, -1)[:, : span.stop - span.start]
        return restored


def empty(bits: Bits, rows: int, columns: int) -> Matrix:
    """Room for a matrix, to be filled by `fill`."""
    cut = Cut.of(columns)
    codes = (
        np.empty((cut.pieces, cut.width, rows), np.int8)
        if bits == 8
        else np.empty((cut.pieces, cut.width // 2, rows), np.uint8)
    )
    return Matrix(bits, cut, codes, np.empty((cut.pieces, rows), np.float32))


def fill(
    matrix: Matrix,
    block: slice,
    part: Floats,
    rounding: Callable[[Floats, Floats], Floats] | None = None,
) -> None:
    """Round the weights of some pieces into a matrix.

    Args:
        matrix: Made by `empty`.
        block: Which pieces.
        part: Their weights, float32 (rows, columns of the pieces).
        rounding: Gives the codes of weights (rows, pieces, width) for steps (rows, pieces); by
            default each is the nearest.
    """
    values = matrix.cut.fold(part)
    scales = _widest(values, 127.0) if matrix.bits == 8 else _best_step(values)
    rounded = rounding(values, scales) if rounding else _round(values, scales, matrix.bits)
    codes = rounded.transpose(1, 2, 0)
    matrix.codes[block] = codes if matrix.bits == 8 else pack(codes.astype(np.uint8))
    matrix.scales[block] = scales.T


def pack(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two codes a byte: (pieces, width, rows) to (pieces, width / 2, rows)."""
    half = codes.shape[1] // 2
    packed: NDArray[np.uint8] = codes[:, :half] | (codes[:, half:] << np.uint8(4))
    return packed


def unpack(packed: NDArray[Any], out: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """What `pack` was given; into `out` if that is there."""
    pieces, half, rows = packed.shape
    codes = np.empty((pieces, 2 * half, rows), np.uint8) if out is None else out
    np.bitwise_and(packed, 15, out=codes[:, :half])
    np.right_shift(packed, 4, out=codes[:, half:])
    return codes


@dataclass(frozen=True, slots=True)
class Activations:
    """Inputs of a matrix, rounded clip by clip and piece by piece.

    No clip's codes depend on another clip: a scale of the whole batch would make them.

    Attributes:
        codes: Seven bits around 64, uint8 (pieces, 2 n, width): the coarse part of all clips,
            then the fine one.
        scales: Size of a step, float32 (pieces, 2 n).
        sums: Of each clip's rounded inputs over a piece, float32 (n, pieces).
    """

    codes: NDArray[np.uint8]
    scales: Floats
    sums: Floats

    @classmethod
    def empty(cls, n: int, cut: Cut) -> Activations:
        """Room for n clips, to be filled by `put`."""
        return cls(
            np.empty((cut.pieces, 2 * n, cut.width), np.uint8),
            np.empty((cut.pieces, 2 * n), np.float32),
            np.empty((n, cut.pieces), np.float32),
        )

    def put(self, clip: int, values: Floats, cut: Cut) -> None:
        """Round one clip, values (columns,), into its place."""
        fine = clip + len(self.sums)
        for block in cut.blocks(16):
            part = cut.fold(values[None, cut.span(block)])[0]
            scales = _widest(part, float(_FINE))
            # Adding before truncation rounds to the nearest, as all are positive then.
            steps = (part / scales[:, None] + (_SHIFT + 0.5)).astype(np.uint16)
            self.codes[block, clip] = steps >> 7
            self.codes[block, fine] = steps & 127
            self.scales[block, clip] = scales * 128.0
            self.scales[block, fine] = scales
            total = steps.sum(axis=1, dtype=np.int64) - _SHIFT * cut.width
            self.sums[clip, block] = total * scales


def _widest(values: Floats, levels: float) -> Floats:
    """The step with which the largest of the last axis is `levels` steps; 1 if all are 0."""
    widest: Floats = np.abs(values).max(axis=-1) / np.float32(levels)
    # Below that, a quotient overflows; nothing real is so small.
    return np.where(widest > 1e-30, widest, np.float32(1.0)).astype(np.float32)


def _best_step(values: Floats) -> Floats:
    """The 4-bit step of each row of each piece that loses least, by search and one refinement."""
    tried = values[..., ::4]
    spread = np.sqrt(np.square(tried).mean(axis=-1))
    widest = _widest(values, MIDDLE)
    best, least = widest, np.full(spread.shape, np.inf, np.float32)
    for ratio in _STEPS:
        step = np.where(spread > 1e-30, np.minimum(np.float32(ratio) * spread, widest), widest)
        loss = np.square(tried - _levels(tried, step) * step[..., None]).sum(axis=-1)
        best, least = np.where(loss < least, step, best), np.minimum(loss, least)
    levels = _levels(values, best)
    refined = (values * levels).sum(axis=-1) / np.square(levels).sum(axis=-1)
    return np.where(refined > 1e-30, refined, best).astype(np.float32)


def _levels(values: Floats, step: Floats) -> Floats:
    """The nearest 4-bit levels, -7.5 to 7.5."""
    levels: Floats = _round(values, step, 4) - np.float32(MIDDLE)
    return levels


def _round(values: Floats, scales: Floats, bits: Bits) -> Floats:
    """The nearest codes, as floats: -127 to 127, or 0 to 15."""
    codes: Floats = values / scales[..., None]
    if bits == 8:
        return np.rint(codes, out=codes)
    # Half a step up makes 7.5 of nought: what is cut off there is what rounding would do.
    np.add(codes, np.float32(MIDDLE + 0.5), out=codes)
    return np.clip(np.floor(codes, out=codes), 0.0, 15.0, out=codes)
