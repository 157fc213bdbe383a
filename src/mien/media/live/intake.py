"""Sound between the thread that hears it and the one that reads it, in bounded memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from threading import Semaphore
from typing import Any, NamedTuple

from numpy.typing import NDArray

_LOOK = 0.5
"""Seconds between two looks at the clock. On Windows a wait without an end ignores Ctrl-C."""


class Heard(NamedTuple):
    """Some sound as it came.

    Attributes:
        samples: Shape (n, channels), of any type that `to_float` knows.
        lost: How many samples are missing right before these.
    """

    samples: NDArray[Any]
    lost: int = 0


class Intake:
    """Hands sound from one thread to another; iterating over it ends when the sound does.

    One thread puts or offers, one iterates. `end` may be called from either, and from a
    signal's handler: all that it touches may be entered twice.

    Attributes:
        has_starved: Whether iterating ended because nothing came for too long.
    """

    def __init__(self, most: int, patience: float = math.inf) -> None:
        """Begin empty.

        Args:
            most: Pieces that may wait; it bounds the memory.
            patience: Seconds without a piece after which the sound is taken to have ended.
        """
        self._pieces: SimpleQueue[Heard | None] = SimpleQueue()
        self._room = Semaphore(most)
        self._patience = patience
        self._lost = 0
        self._nothing: NDArray[Any] | None = None  # of the shape of what was lost
        self._has_ended = False
        self.has_starved = False

    def put(self, samples: NDArray[Any]) -> bool:
        """Pass a piece on as soon as there is room; False if it is wanted no more."""
        self._room.acquire()
        if self._has_ended:
            return False
        self._pieces.put(Heard(samples))
        return True

    def offer(self, samples: NDArray[Any]) -> None:
        """Pass a piece on if there is room; else its samples count as lost. Never waits."""
        if self._has_ended:
            return
        if not self._room.acquire(blocking=False):
            self._lost += len(samples)
            self._nothing = samples[:0]
            return
        lost, self._lost = self._lost, 0
        self._pieces.put(Heard(samples, lost))

    def lose(self, samples: int) -> None:
        """Say that sound was lost before the next piece; to be called by who offers."""
        self._lost += samples

    def end(self) -> None:
        """Nothing follows; what waits is still handed out."""
        self._has_ended = True
        self._pieces.put(None)

    def __iter__(self) -> Iterator[Heard]:
        yield from self._come()
        if self._nothing is not None and self._lost:
            yield Heard(self._nothing, self._lost)

    def _come(self) -> Iterator[Heard]:
        """What was handed over, until the end or until nothing came for too long."""
        idle, wait = 0.0, min(_LOOK, self._patience)
        while idle < self._patience:
            try:
                heard = self._pieces.get(timeout=wait)
            except Empty:
                idle += wait
                continue
            if heard is None:
                return
            idle = 0.0
            self._room.release()
            yield heard
        self.has_starved = True
        self._has_ended = True
