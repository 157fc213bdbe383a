"""Which pictures of a stream are used: the same rule for files and for what is pushed in."""

from __future__ import annotations

import math

from mien.core.errors import ConfigError
from mien.media import limits

SLACK = 0.002
"""Containers round times to milliseconds."""


def check_fps(fps: float) -> None:
    """Return if pictures can be sampled that often.

    Args:
        fps: Pictures a second.

    Raises:
        ConfigError: If it is beyond `limits.FPS`, or no number.
    """
    low, high = limits.FPS
    if not low <= fps <= high:
        raise ConfigError(f"fps must be from {low:g} to {high:g}, not {fps}")


class Grid:
    """Says of each picture whether it is due, and until when it holds.

    Ticks lie at `start`, `start + 1 / fps` and so on. A tick takes the first picture at or after
    it, so that nothing drifts and a changing frame rate does no harm.

    >>> grid = Grid(fps=5.0)
    >>> [grid.take(at) for at in (0.0, 0.1, 0.21, 0.4)]
    [0.2, None, 0.4, 0.6]

    Attributes:
        last_seen: Time of the last picture that was asked about, in seconds.
    """

    def __init__(self, fps: float, start: float = 0.0) -> None:
        """Begin with a tick at `start`.

        Args:
            fps: Ticks a second; see `check_fps`.
            start: Seconds from the start of the source.
        """
        self._start = start
        self._fps = fps
        self._due = start
        self.last_seen = start

    def take(self, at: float) -> float | None:
        """When the next picture is due if the one at `at` is used, None if it is passed over.

        Args:
            at: Seconds from the start of the source, finite.
        """
        self.last_seen = max(at, self._start)
        if at < self._due - SLACK:
            return None
        ticks = math.floor((at + SLACK - self._start) * self._fps + 1e-9) + 1
        self._due = self._start + ticks / self._fps
        return self._due
