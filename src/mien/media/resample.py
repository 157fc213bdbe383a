"""Sound of any rate to 16 kHz mono, piece by piece."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import RATE_HZ, Samples
from mien.core.errors import ConfigError
from mien.media import limits


def to_float(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Samples as float32 in [-1, 1]; integers are scaled by their full range.

    Raises:
        ConfigError: If they are neither floats nor integers of 8, 16, 32 or 64 bits.
    """
    kind = samples.dtype
    if kind == np.float32:
        return samples
    if np.issubdtype(kind, np.floating):
        return samples.astype(np.float32)
    if kind == np.uint8:
        return (samples.astype(np.float32) - 128.0) / 128.0
    if np.issubdtype(kind, np.signedinteger):
        scaled = samples.astype(np.float32)
        scaled *= np.float32(-1.0 / np.iinfo(kind).min)
        return scaled
    raise ConfigError(f"samples must be floats or integers, not {kind}")


def zero_what_is_no_number(samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """The samples with NaN and infinity set to 0, and how many there were.

    One NaN would spread over 321 samples of the resampled sound.
    """
    if np.isfinite(np.vdot(samples, samples)):
        return samples, 0  # a tenth of the time of looking at each
    fine = np.isfinite(samples)
    count = int(samples.size - np.count_nonzero(fine))
    return (np.where(fine, samples, np.float32(0.0)), count) if count else (samples, 0)


class Converter:
    """Changes the rate of a sound with a fixed number of channels to 16 kHz.

    Output sample k belongs to the time k / 16000 after the first sample that went in.
    """

    def __init__(self, rate_hz: int, channels: int = 1) -> None:
        self._stream: Any = None
        self._channels = channels
        if rate_hz != RATE_HZ:
            import soxr

            self._stream = soxr.ResampleStream(
                rate_hz, RATE_HZ, channels, dtype="float32", quality="HQ"
            )

    def push(self, samples: NDArray[np.float32], last: bool = False) -> NDArray[np.float32]:
        """What is ready by now, shape (m, channels).

        Args:
            samples: Finite, shape (n, channels).
            last: Whether nothing follows; without it the tail is lost.
        """
        if self._stream is None:
            return np.ascontiguousarray(samples)
        fed = samples[:, 0] if self._channels == 1 else samples
        made: NDArray[np.float32] = self._stream.resample_chunk(
            np.ascontiguousarray(fed), last=last
        )
        return made.reshape(-1, self._channels)

    def close(self) -> NDArray[np.float32]:
        """The tail, shape (m, channels)."""
        return self.push(np.zeros((0, self._channels), dtype=np.float32), last=True)


class Resampler:
    """Sound that is pushed from outside, such as a microphone's, to 16 kHz mono.

    Attributes:
        zeroed: How many samples were no numbers and were set to 0.
    """

    def __init__(self, rate_hz: int, channels: int = 1) -> None:
        low, high = limits.SOUND_RATE_HZ
        if not low <= rate_hz <= high:
            raise ConfigError(f"rate_hz must be from {low} to {high}, not {rate_hz}")
        if not 1 <= channels <= limits.SOUND_CHANNELS:
            raise ConfigError(f"channels must be from 1 to {limits.SOUND_CHANNELS}, not {channels}")
        self.zeroed = 0
        self._channels = channels
        self._converter = Converter(rate_hz)

    def push(self, samples: NDArray[Any]) -> Samples:
        """What is ready by now.

        Args:
            samples: Floats in [-1, 1] or integers, shape (n,) for one channel or (n, channels).

        Raises:
            ConfigError: If the shape does not fit the channels.
        """
        held = np.asarray(samples)
        if held.ndim == 1 and self._channels == 1:
            held = held[:, None]
        if held.ndim != 2 or held.shape[1] != self._channels:
            raise ConfigError(
                f"samples must have the shape (n, {self._channels}), not {held.shape}"
            )
        fine, count = zero_what_is_no_number(to_float(held))
        self.zeroed += count
        mono = fine if self._channels == 1 else fine.mean(axis=1, keepdims=True, dtype=np.float32)
        return self._converter.push(mono)[:, 0]

    def close(self) -> Samples:
        """The tail; the resampler is of no use afterwards."""
        return self._converter.close()[:, 0]
