"""Readings of one person on one channel, laid out on a grid that a lane can be drawn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mien.charts.numbers import clock
from mien.emotions.emotion import Emotion
from mien.timeline.origin import Origin
from mien.timeline.reading import Channel, Reading

Grid = NDArray[np.float64]

CELLS = 600
"""Cells a lane is drawn from at most: finer than that no eye can see at 1,060 px."""

LEAST_CELL = 0.05
"""Seconds; a cell is never shorter, or a short recording would be all edges."""

CLOSED_CELLS = 2
"""Gaps up to this many cells are closed: they would be 3 px wide."""

SMOOTHED_CELLS = 2.5
"""Standard deviation of the smoothing along time, in cells (about 4 px)."""

AFFECT = ("valence", "arousal")
"""Columns of a track's affect."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What runs from left to right: seconds, or turns where a chat has no times.

    Attributes:
        start: Left end, in seconds or turns.
        end: Right end.
        by_turn: Whether it counts turns.
        finest: Cells it has at most.
    """

    start: float
    end: float
    by_turn: bool = False
    finest: int = CELLS

    def place(self, reading: Reading) -> tuple[float, float] | None:
        """Where a reading stands, or None without a time; without a turn, at the first."""
        if self.by_turn:
            turn = float(reading.turn or 0)
            return turn, turn + 1.0
        if reading.start is None or reading.end is None:
            return None
        return reading.start, reading.end

    def says(self, at: float) -> str:
        """A place in words: `1:20`, or `turn 3`, counted from one."""
        return f"turn {int(at) + 1}" if self.by_turn else clock(at)

    @property
    def length(self) -> float:
        """From end to end, in seconds or turns."""
        return self.end - self.start

    def edges(self) -> Grid:
        """Edges of the cells of every lane on this axis."""
        if self.by_turn and self.length <= self.finest:
            # Whole cells a turn, as thin as they may be: turns end where they end.
            cells = int(self.length) * int(self.finest // self.length)
        else:
            cells = int(np.clip(np.ceil(self.length / LEAST_CELL), 1, self.finest))
        return np.linspace(self.start, self.end, cells + 1)


class Run(NamedTuple):
    """Cells from `first` up to but not including `last`."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Track:
    """One decoder's readings of one person, on a grid of n cells.

    Attributes:
        person: Label within the source, or None if unknown.
        channel: Where the readings come from.
        label: The channel, or the decoder where several read that channel of the person.
        readings: Those with a place on the axis, in order.
        edges: Edges of the cells, shape (n + 1,).
        shares: Mean shares of the told readings, shape (n, 41); NaN where none was judged.
        sds: Their standard deviations, likewise.
        affect: Mean valence and arousal, shape (n, 2), NaN where unknown.
        affect_sds: Likewise.
        told: Cells in which a decoder commits itself, shape (n,).
        seen: Cells in which there was a reading at all, told or not.
        behind: Index of the told reading that fills most of each cell, or -1, shape (n,).
    """

    person: str | None
    channel: Channel
    label: str
    readings: tuple[Reading, ...]
    edges: Grid
    shares: Grid
    sds: Grid
    affect: Grid
    affect_sds: Grid
    told: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    behind: NDArray[np.int64]

    @property
    def title(self) -> str:
        """The label to head a lane with; the name of a decoder stays as it is."""
        return self.label.capitalize() if self.label == self.channel else self.label

    @property
    def parts(self) -> Grid:
        """Shares divided by their sum, shape (n, 41), zero where there is nothing."""
        known = np.nan_to_num(self.shares)
        total = known.sum(axis=1, keepdims=True)
        return np.asarray(known / np.where(total > 0, total, 1.0), dtype=np.float64)


def runs(mask: NDArray[np.bool_]) -> Iterator[Run]:
    """Stretches of cells in which `mask` holds.

    >>> list(runs(np.array([True, True, False, True])))
    [Run(first=0, last=2), Run(first=3, last=4)]
    """
    padded = np.concatenate([[False], mask, [False]])
    changes = np.flatnonzero(padded[1:] != padded[:-1])
    for first, last in zip(changes[::2], changes[1::2], strict=True):
        yield Run(int(first), int(last))


def axis_of(readings: Sequence[Reading], origin: Origin) -> Axis:
    """The axis of one source: the part that was read, or its turns where nothing has a time."""
    ends = [r.end for r in readings if r.end is not None]
    turns = [r.turn for r in readings if r.turn is not None]
    if not ends and origin.seconds is None:
        return Axis(0.0, max(turns, default=0) + 1.0, by_turn=True)
    start, whole = origin.start or 0.0, max([origin.seconds or 0.0, *ends])
    end = whole if origin.end is None else min(origin.end, whole)
    return Axis(start, max(end, start + LEAST_CELL))


def tracks_of(readings: Sequence[Reading], axis: Axis) -> list[Track]:
    """One track for each person, channel and decoder, people together, in order of appearance.

    Whom nobody named comes last.
    """
    groups: dict[tuple[str | None, Channel, str], list[Reading]] = {}
    for reading in readings:
        if axis.place(reading) is not None:
            key = reading.person, reading.channel, reading.decoder
            groups.setdefault(key, []).append(reading)
    people = sorted(dict.fromkeys(person for person, _, _ in groups), key=lambda p: p is None)
    order = sorted(groups, key=lambda key: (people.index(key[0]), list(Channel).index(key[1])))
    decoders = Counter((person, channel) for person, channel, _ in groups)
    return [
        _track(key[2] if decoders[key[:2]] > 1 else key[1].value, groups[key], axis)
        for key in order
    ]


def _track(label: str, readings: list[Reading], axis: Axis) -> Track:
    edges = axis.edges()
    readings = sorted(readings, key=lambda r: axis.place(r) or (0.0, 0.0))
    shared = _shared(np.array([axis.place(r) for r in readings], dtype=np.float64), edges)
    spread = 0.0 if axis.by_turn and axis.length < axis.finest else SMOOTHED_CELLS
    seen, told, behind = _covered(shared, readings, len(edges) - 1)
    shares, sds, affect, affect_sds = (
        np.where(told[:, None], _means(shared, _rows(readings, of), len(told), spread), np.nan)
        for of in (_shares, _sds, _affect, _affect_sds)
    )
    return Track(
        readings[0].person,
        readings[0].channel,
        label,
        tuple(readings),
        edges,
        shares=shares,
        sds=sds,
        affect=affect,
        affect_sds=affect_sds,
        told=told,
        seen=seen,
        behind=behind,
    )


def _rows(readings: Sequence[Reading], of: Callable[[Reading], ArrayLike]) -> Grid:
    """What each reading gives to a grid; NaN throughout unless its decoder commits itself."""
    rows = np.array([of(reading) for reading in readings], dtype=np.float64)
    rows[[not reading.is_told for reading in readings]] = np.nan
    return rows


def _shares(reading: Reading) -> ArrayLike:
    return reading.scores.to_array()


def _sds(reading: Reading) -> ArrayLike:
    return reading.scores_sd.to_array()


def _affect(reading: Reading) -> ArrayLike:
    return [_number(reading.valence), _number(reading.arousal)]


def _affect_sds(reading: Reading) -> ArrayLike:
    return [_number(reading.valence_sd), _number(reading.arousal_sd)]


def _number(value: float | None) -> float:
    return np.nan if value is None else value


class _Shared(NamedTuple):
    """Which reading takes how much of which cell, sorted by cell; three arrays of one length."""

    reading: NDArray[np.int64]
    cell: NDArray[np.int64]
    amount: Grid


def _shared(spans: Grid, edges: Grid) -> _Shared:
    """What each span takes of the cells; an instant takes a whole cell."""
    cells, width = len(edges) - 1, edges[1] - edges[0]
    starts, ends = spans[:, 0], np.maximum(spans[:, 1], spans[:, 0] + width)
    first = np.clip(np.searchsorted(edges, starts, side="right") - 1, 0, cells - 1)
    last = np.clip(np.searchsorted(edges, ends, side="left"), first + 1, cells)
    counts = last - first
    reading = np.repeat(np.arange(len(spans)), counts)
    cell = np.arange(len(reading)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    amount = np.minimum(edges[cell + 1], ends[reading]) - np.maximum(edges[cell], starts[reading])
    order = np.flatnonzero(amount > 0)
    order = order[np.argsort(cell[order], kind="stable")]
    return _Shared(reading[order], cell[order], amount[order])


def _means(shared: _Shared, rows: Grid, cells: int, spread: float) -> Grid:
    """Means over readings weighed by their time in each cell, smoothed along the cells."""
    known = np.isfinite(rows)
    mass, weight = np.zeros((cells, rows.shape[1])), np.zeros((cells, rows.shape[1]))
    filled, firsts = np.unique(shared.cell, return_index=True)
    if len(filled):
        amounts = shared.amount[:, None]
        parts = amounts * np.where(known, rows, 0.0)[shared.reading]
        mass[filled] = np.add.reduceat(parts, firsts)
        weight[filled] = np.add.reduceat(amounts * known[shared.reading], firsts)
    mass, weight = _smooth(mass, spread), _smooth(weight, spread)
    return np.divide(mass, weight, out=np.full_like(mass, np.nan), where=weight > 1e-9)


def _smooth(values: Grid, spread: float) -> Grid:
    if spread == 0:
        return values
    reach = int(np.ceil(3 * spread))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
    padded = np.pad(values, ((reach, reach), (0, 0)))
    rows = [padded[i : i + len(values)] * weight for i, weight in enumerate(kernel)]
    return np.asarray(np.sum(rows, axis=0) / kernel.sum())


def _covered(
    shared: _Shared, readings: Sequence[Reading], cells: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    """Cells in which anything was read, those in which it is told, and by which reading most."""
    seen, behind = np.zeros(cells, dtype=bool), np.full(cells, -1, dtype=np.int64)
    seen[shared.cell] = True
    is_told = np.array([r.is_told for r in readings])[shared.reading]
    largest_last = np.flatnonzero(is_told)
    largest_last = largest_last[np.argsort(shared.amount[largest_last], kind="stable")]
    behind[shared.cell[largest_last]] = shared.reading[largest_last]
    told = _close(behind >= 0)
    return _close(seen) | told, told, _carried(behind, told)


def _close(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask with gaps between runs closed that are too narrow to be drawn."""
    closed = mask.copy()
    for left, right in pairwise(runs(mask)):
        if right.first - left.last <= CLOSED_CELLS:
            closed[left.last : right.first] = True
    return closed


def _carried(behind: NDArray[np.int64], told: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Closed cells stand for the reading to their left."""
    carried = behind.copy()
    for cell in np.flatnonzero(told & (behind < 0)):
        carried[cell] = carried[cell - 1]
    return carried


def peak_cell(track: Track, emotion: Emotion) -> int | None:
    """The cell where an emotion's share is largest, or None if it was never judged."""
    column = track.shares[:, emotion.position]
    return None if bool(np.isnan(column).all()) else int(np.nanargmax(column))
