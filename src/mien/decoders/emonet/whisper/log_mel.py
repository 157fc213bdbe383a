"""What Whisper hears: log energy in mel bands over a window of fixed length, thirty seconds.

The same numbers as the published feature extractor, to 1e-5 (`tests` compare): a periodic Hann
window of 25 ms every 10 ms over sound that is mirrored at its start and padded with silence,
triangles on Slaney's mel scale, each of one area, then the common logarithm, cut off 8 below
its peak.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mien.core.arrays import RATE_HZ, Samples
from mien.core.errors import ConfigError

Floats = NDArray[np.float32]

HOP = 160
"""Samples from one frame to the next: 10 ms."""
FRAMES = 3000
"""Frames of Whisper's window, which is 30 s; shorter sound is padded with silence."""

_FFT = 400
_BINS = _FFT // 2 + 1
_FLOOR = 1e-10
_RANGE = 8.0  # decades below the peak
# Frames of one product: above 100^3 multiplications OpenBLAS wakes its threads, and on a busy
# machine waiting for them takes far longer than the product.
_ROWS = 48


def log_mel(samples: Samples, bands: int = 80, frames: int = FRAMES) -> Floats:
    """The picture that Whisper's encoder reads, shape (bands, frames).

    Args:
        samples: Mono sound at 16 kHz, shape (n,), at most 160 for each frame.
        bands: Mel bands from 0 to 8000 Hz, as the encoder was taught.
        frames: Length of the window.

    Raises:
        ConfigError: If there are too many samples, or none, or some are not finite.
    """
    _check(samples, frames * HOP)
    heard = min(frames, (len(samples) + _FFT // 2 - 1) // HOP + 1)
    power = _power(samples, heard, frames * HOP)
    weights = _mel_weights(bands)
    mel = np.empty((heard, bands), dtype=np.float32)
    for at in range(0, heard, _ROWS):
        np.matmul(power[at : at + _ROWS], weights, out=mel[at : at + _ROWS])
    logs = np.log10(np.maximum(mel, np.float32(_FLOOR), out=mel), out=mel)
    # Frames of padding alone hold the floor; they are never loudest.
    lowest = max(float(logs.max()) - _RANGE, np.log10(_FLOOR))
    picture = np.full((bands, frames), (lowest + 4.0) / 4.0, dtype=np.float32)
    picture[:, :heard] = ((np.maximum(logs, np.float32(lowest), out=logs) + 4) / 4).T
    return picture


def _check(samples: Samples, longest: int) -> None:
    if samples.ndim != 1 or not 0 < len(samples) <= longest:
        raise ConfigError(
            f"a window of shape {samples.shape} was given: this Whisper reads 1 to {longest} mono "
            f"samples at {RATE_HZ} Hz, which is {longest / RATE_HZ:g} s; cut longer sound first"
        )
    if not np.isfinite(samples).all():
        raise ConfigError("a window holds samples that are not finite: clean the sound first")


def _power(samples: Samples, heard: int, longest: int) -> Floats:
    """Energy in each bin of the first frames of a window, shape (heard, 201)."""
    half = _FFT // 2
    padded = np.zeros((heard - 1) * HOP + _FFT, dtype=np.float32)
    whole = np.zeros(half + 1, dtype=np.float32)
    start = samples[: half + 1]
    whole[: len(start)] = start
    padded[:half] = whole[:0:-1]
    part = samples[: len(padded) - half]
    padded[half : half + len(part)] = part
    _mirror_end(padded[half:], samples, longest)
    parts = np.fft.rfft(sliding_window_view(padded, _FFT)[::HOP] * _hann()).view(np.float32)
    parts *= parts
    power: Floats = parts[:, ::2] + parts[:, 1::2]
    return power


def _mirror_end(padded: Floats, samples: Samples, longest: int) -> None:
    """Mirror the window's end where its last frame looks beyond."""
    beyond = len(padded) - longest
    if beyond <= 0:
        return
    whole = np.zeros(beyond + 1, dtype=np.float32)
    tail = samples[longest - beyond - 1 :]
    whole[: len(tail)] = tail
    padded[longest:] = whole[-2::-1]


@cache
def _hann() -> Floats:
    window: Floats = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)
    return window


@cache
def _mel_weights(bands: int) -> Floats:
    """Triangles of one area on the scale of Slaney's Auditory Toolbox (1998), (201, bands)."""
    edges = _hertz(np.linspace(0.0, _mel(RATE_HZ / 2), bands + 2))
    bins = np.linspace(0.0, RATE_HZ / 2, _BINS)[:, None]
    rise = (bins - edges[:-2]) / np.diff(edges)[:-1]
    fall = (edges[2:] - bins) / np.diff(edges)[1:]
    triangles = np.maximum(0.0, np.minimum(rise, fall)) * 2.0 / (edges[2:] - edges[:-2])
    scaled: Floats = triangles.astype(np.float32)
    return scaled


# Slaney's scale is linear up to 1000 Hz, 200/3 Hz a mel, and logarithmic above.
_STEP_HZ = 200.0 / 3
_KNEE_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27.0


def _mel(hertz: float) -> float:
    if hertz < _KNEE_HZ:
        return hertz / _STEP_HZ
    return float(_KNEE_HZ / _STEP_HZ + np.log(hertz / _KNEE_HZ) / _LOG_STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _KNEE_HZ / _STEP_HZ
    above = _KNEE_HZ * np.exp(_LOG_STEP * (mels - knee))
    return np.where(mels < knee, _STEP_HZ * mels, above)
