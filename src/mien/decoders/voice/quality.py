"""How much an utterance's sound can tell, before any net hears it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.core.arrays import Samples
from mien.decoders.voice.features import Floats

_FOUR_KILOHERTZ = 49  # the first band centered above 4 kHz
_NARROW_DB = -36.0  # speech from a telephone has next to nothing above 4 kHz
_CLIPPED = 0.999


@dataclass(frozen=True, slots=True)
class Quality:
    """Properties of an utterance's sound.

    Attributes:
        level_db: Mean level of its loud parts, dBFS.
        clipped: Share of samples at full scale.
        range_db: Loud frames over soft ones; about 50 in a quiet room, 17 at 10 dB of noise.
        is_narrow: Whether only the telephone band is there.
        seconds: How long the speech is.
    """

    level_db: float
    clipped: float
    range_db: float
    is_narrow: bool
    seconds: float

    @property
    def overall(self) -> float:
        """One number, 0 to 1: noise, band, clipping and brevity, each taking its part."""
        noise = float(np.clip((self.range_db - 8.0) / 20.0, 0.2, 1.0))
        band = 0.8 if self.is_narrow else 1.0
        clipping = max(0.0, 1.0 - 50.0 * self.clipped)
        length = float(np.clip(self.seconds, 0.3, 1.0))
        return noise * band * clipping * length

    @property
    def is_hopeless(self) -> bool:
        """Whether nothing should be read from it: too soft, or more than 1 % clipped."""
        return self.level_db < -60.0 or self.clipped > 0.01


def assess(samples: Samples, mel: Floats, seconds: float) -> Quality:
    """The quality of one utterance.

    Args:
        samples: What is heard of it, mono at 16 kHz, shape (n,).
        mel: The log-mel frames of these samples, shape (frames, 64).
        seconds: How long the speech in it is.
    """
    blocks = samples[: len(samples) // 320 * 320].reshape(-1, 320)
    loud = np.percentile(np.einsum("ij,ij->i", blocks, blocks) / 320, 90)
    return Quality(
        level_db=float(10 * np.log10(loud + 1e-12)),
        clipped=float(np.mean(np.abs(samples) >= _CLIPPED)),
        range_db=level_range(mel),
        is_narrow=is_narrow(mel),
        seconds=seconds,
    )


def level_range(mel: Floats) -> float:
    """Decibels between the 95th and the 5th percentile of the frames' level."""
    low, high = np.percentile(10 * np.log10(np.exp(mel).sum(axis=1)), (5, 95))
    return float(high - low)


def is_narrow(mel: Floats) -> bool:
    """Whether energy above 4 kHz is more than 36 dB below the rest."""
    power = np.exp(mel).mean(axis=0)
    above, below = power[_FOUR_KILOHERTZ + 2 :].sum(), power[:_FOUR_KILOHERTZ].sum()
    return bool(10 * np.log10((above + 1e-12) / (below + 1e-12)) < _NARROW_DB)
