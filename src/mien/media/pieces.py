"""What a source yields: blocks of sound and pictures, on one clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mien.core.arrays import RATE_HZ, Frame, Samples

Side: TypeAlias = Literal["left", "right"]
"""The channel of a stereo recording that holds one party of a conversation."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of sound.

    Attributes:
        samples: 16 kHz mono.
        start: Seconds from the start of the source.
        side: Whose channel it is where each party has one, else None.
    """

    samples: Samples
    start: float
    side: Side | None = None

    @property
    def end(self) -> float:
        """Where the next block starts, unless there is a gap."""
        return self.start + len(self.samples) / RATE_HZ


@dataclass(frozen=True, slots=True)
class Image:
    """One sampled picture.

    Attributes:
        frame: Upright RGB with square pixels, shape (height, width, 3).
        at: Seconds from the start of the source.
        until: When the next one is due.
        still: Whether it is a photo.
    """

    frame: Frame
    at: float
    until: float
    still: bool = False
