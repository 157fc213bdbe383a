"""Sound cut into windows that a recognizer hears at once, where it is quietest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from mien.core.arrays import RATE_HZ, Samples
from mien.media.pieces import Block, Side

LONGEST = 30.0
"""Seconds; what Whisper hears at once."""

_SHORTEST = 20.0
_GAP = 1e-3  # seconds that blocks may be apart and still be one stretch
_FRAME = RATE_HZ // 50
_PAUSE = 10
"""Frames of 20 ms: the shortest pause between words that a cut looks for."""

_SILENCE = 1e-3
"""A window that never gets louder (-60 dB) has nothing to hear, and much to invent."""


class Window(NamedTuple):
    """A stretch of one channel, at most `LONGEST`.

    Attributes:
        samples: 16 kHz mono.
        start: Seconds from the start of the source.
        side: Whose channel it is where each party has one, else None.
    """

    samples: Samples
    start: float
    side: Side | None = None

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / RATE_HZ

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.start + self.seconds

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing in it that anyone could hear."""
        return not len(self.samples) or float(np.abs(self.samples).max()) < _SILENCE


def windows(blocks: Iterable[Block]) -> Iterator[Window]:
    """All of the sound, each party's apart; memory holds at most a window and a block of each.

    A window ends at the quietest place of its last ten seconds, where the sound has a gap, and at
    the end.

    Args:
        blocks: In order of time for each party.
    """
    cutters: dict[Side | None, _Cutter] = {}
    for block in blocks:
        yield from cutters.setdefault(block.side, _Cutter(block.side)).push(block)
    for cutter in cutters.values():
        yield from cutter.close()


class _Cutter:
    """Collects the blocks of one party."""

    def __init__(self, side: Side | None) -> None:
        self._side = side
        self._held = np.zeros(0, np.float32)
        self._start = 0.0

    def push(self, block: Block) -> Iterator[Window]:
        """The windows that a block completes."""
        if len(self._held) and abs(block.start - self._end) > _GAP:
            yield from self.close()
        if not len(self._held):
            self._start = block.start
        self._held = np.concatenate([self._held, block.samples])
        while len(self._held) >= LONGEST * RATE_HZ:
            yield self._take(quietest(self._held))

    def close(self) -> Iterator[Window]:
        """What is left."""
        if len(self._held):
            yield self._take(len(self._held))

    @property
    def _end(self) -> float:
        return self._start + len(self._held) / RATE_HZ

    def _take(self, n: int) -> Window:
        window = Window(self._held[:n], self._start, self._side)
        # A copy, so that the part already heard can be freed.
        self._held, self._start = self._held[n:].copy(), self._start + n / RATE_HZ
        return window


def quietest(samples: Samples) -> int:
    """Where to cut: the middle of the quietest 0.2 s between 20 and 30 s.

    Args:
        samples: 16 kHz mono, shape (n,), at least `LONGEST`.

    Returns:
        How many samples come before the cut.
    """
    first = int(_SHORTEST * RATE_HZ)
    part = samples[first : int(LONGEST * RATE_HZ)].astype(np.float64)
    frames = part[: len(part) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = np.concatenate([[0.0], np.cumsum((frames**2).sum(axis=1))])
    runs = power[_PAUSE:] - power[:-_PAUSE]
    return first + (int(runs.argmin()) + _PAUSE // 2) * _FRAME
