"""The outline of a sound, for reports, in memory that does not grow with its length."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import RATE_HZ, Samples

PARTS = 600
"""Points of the outline that a report draws."""

_BINS = 16 * PARTS
_FINEST = RATE_HZ // 100


class Envelope:
    """Peaks of a sound over time; when it outgrows its bins, neighbors are joined.

    Places are counted in whole samples, so that where the sound is cut does not matter.
    """

    def __init__(self) -> None:
        self._width = _FINEST
        self._peaks: NDArray[np.float32] = np.zeros(_BINS, dtype=np.float32)
        self._end = 0

    def add(self, samples: Samples, start: float) -> None:
        """Take in a block of 16 kHz sound that begins at `start` seconds."""
        place = round(start * RATE_HZ)
        if not len(samples) or place < 0:
            return
        end = place + len(samples)
        while end > self._width * _BINS:
            self._halve()
        self._end = max(self._end, end)
        bins = np.arange(place // self._width, (end - 1) // self._width + 1)
        edges = np.maximum(bins * self._width - place, 0)
        peaks = np.maximum.reduceat(np.abs(samples), edges)
        self._peaks[bins] = np.maximum(self._peaks[bins], peaks)

    def parts(self, seconds: float | None = None) -> tuple[float, ...]:
        """Peak of each of 600 equal parts, 0 to 1; empty if there was no sound.

        Args:
            seconds: Length that the parts cover; by default up to the last sample.
        """
        if not self._end:
            return ()
        length = max((seconds or 0.0) * RATE_HZ, self._end)
        edges = np.linspace(0.0, length, PARTS + 1) / self._width
        low = np.minimum(edges[:-1].astype(np.int64), _BINS - 1)
        high = np.minimum(np.maximum(np.ceil(edges[1:]).astype(np.int64), low + 1), _BINS)
        peaks = [float(self._peaks[a:b].max()) for a, b in zip(low, high, strict=True)]
        return tuple(round(min(peak, 1.0), 4) for peak in peaks)

    def _halve(self) -> None:
        joined = self._peaks.reshape(-1, 2).max(axis=1)
        self._peaks = np.concatenate([joined, np.zeros(_BINS // 2, dtype=np.float32)])
        self._width *= 2
