"""What the voice nets see: log-mel frames, pitch, and a few statistics of an utterance.

Frame `i` covers samples `160 i` to `160 i + 400` of the stream and nothing else, so the same
sound gives the same frames however it is cut into blocks.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mien.core.arrays import RATE_HZ, Samples

Floats = NDArray[np.float32]

WINDOW = 400
"""Samples a frame covers: 25 ms."""
HOP = 160
"""Samples from one frame to the next: 10 ms."""
BANDS = 64
"""Mel bands from 60 to 7600 Hz."""
FRAME_HZ = RATE_HZ // HOP
"""Frames a second."""
PITCH_HOP = 2 * HOP
"""Samples from one pitch to the next: 20 ms, so that two frames share a pitch."""

_FFT = 512
_LOG_FLOOR = 1e-6
_LOW_HZ, _HIGH_HZ = 60.0, 7600.0
# Frames of one product: above 100^3 multiplications OpenBLAS wakes its threads, and on a busy
# machine waiting for them takes a thousand times as long as the product.
_ROWS = 48

_PITCH_RATE_HZ = 4000  # two kilohertz of harmonics are enough, and a quarter of the work
_DECIMATE = RATE_HZ // _PITCH_RATE_HZ
_PITCH_WINDOW = 200  # 50 ms: three periods at 60 Hz
_PITCH_FFT = 320
_LAGS = np.arange(8, 67)  # 500 to 60 Hz
_VOICED = 0.45
_OCTAVE_COST = 0.02  # of the correlation, an octave down: the cure for reading half the pitch
_REFERENCE_HZ = 150.0
# Half the pitch window minus half of what two frames cover: it puts both on one middle.
_PITCH_LEAD = _PITCH_WINDOW * _DECIMATE // 2 - (WINDOW + HOP) // 2

N_STATISTICS = 2 * BANDS + 9
"""Length of what `statistics` gives."""
GAIN_SHIFTED = np.r_[np.ones(BANDS), np.zeros(BANDS + 6), 1.0, 0.0, 1.0].astype(np.float32)
"""By how much each statistic moves when log energy moves by one, shape (N_STATISTICS,)."""


def frame_count(n_samples: int) -> int:
    """How many whole frames fit into `n_samples`."""
    return max(0, (n_samples - WINDOW) // HOP + 1)


def log_mel(samples: Samples) -> Floats:
    """Log energy in mel bands, shape (frame_count(n), 64), natural logarithm.

    Args:
        samples: Mono sound at 16 kHz, shape (n,).
    """
    count = frame_count(len(samples))
    if count == 0:
        return np.zeros((0, BANDS), dtype=np.float32)
    # Padded here, squared as plain floats: a quarter faster than what rfft and complex do.
    frames = np.zeros((count, _FFT), dtype=np.float32)
    windows = sliding_window_view(samples, WINDOW)[: count * HOP : HOP]
    np.multiply(windows, _hann(WINDOW), out=frames[:, :WINDOW])
    parts = np.fft.rfft(frames).view(np.float32)
    parts *= parts
    power = parts[:, ::2] + parts[:, 1::2]
    mel = [power[at : at + _ROWS] @ _mel_weights() for at in range(0, count, _ROWS)]
    return np.log(np.concatenate(mel) + np.float32(_LOG_FLOOR))


def pitch(samples: Samples) -> Floats:
    """Pitch and strength of voicing every 20 ms, shape ((frame_count(n) + 1) // 2, 2).

    Column 0 is in octaves above 150 Hz, 0 where nothing is voiced; column 1 is the height of
    the autocorrelation's peak between 60 and 500 Hz, 0 to 1, after the method of
    Boersma (1993): the window's own autocorrelation is divided out.
    """
    count = (frame_count(len(samples)) + 1) // 2
    if count == 0:
        return np.zeros((0, 2), dtype=np.float32)
    needed = ((count - 1) * PITCH_HOP // _DECIMATE) + _PITCH_WINDOW
    slow = _decimate(samples, needed)
    frames = sliding_window_view(slow, _PITCH_WINDOW)[:: PITCH_HOP // _DECIMATE][:count]
    frames = (frames - frames.mean(axis=1, keepdims=True)) * _hann(_PITCH_WINDOW)
    power = np.abs(np.fft.rfft(frames, _PITCH_FFT)) ** 2
    correlation = np.fft.irfft(power, _PITCH_FFT)[:, : _LAGS[-1] + 2]
    # The tiny share keeps silence unvoiced rather than undefined.
    correlation = correlation / (correlation[:, :1] + 1e-7) / _window_correlation()
    return _best_lag(correlation)


def statistics(mel: Floats, pitches: Floats) -> Floats:
    """What an utterance sounds like as a whole, shape (N_STATISTICS,).

    Mean and spread of every band, then mean, spread, 10th and 90th percentile of the voiced
    pitch, share of voiced frames, mean voicing, then mean, spread and 90th percentile of the
    log energy. A person's reference is the mean of these over neutral utterances.
    """
    voiced = pitches[pitches[:, 1] > _VOICED, 0]
    if len(voiced) == 0:
        voiced = np.zeros(1, dtype=np.float32)
    energy = np.log(np.exp(mel).mean(axis=1))
    tail = (
        voiced.mean(),
        voiced.std(),
        *np.percentile(voiced, (10, 90)),
        (pitches[:, 1] > _VOICED).mean(),
        pitches[:, 1].mean(),
        energy.mean(),
        energy.std(),
        np.percentile(energy, 90),
    )
    return np.concatenate([mel.mean(axis=0), mel.std(axis=0), tail]).astype(np.float32)


def _decimate(samples: Samples, needed: int) -> Floats:
    """Every fourth sample after a low pass, led by the silence that centers the windows."""
    taps = _low_pass()
    half = len(taps) // 2
    length = (needed - 1) * _DECIMATE + len(taps)
    padded = np.zeros(length, dtype=np.float32)
    lead = half + _PITCH_LEAD
    part = samples[: max(0, length - lead)]
    padded[lead : lead + len(part)] = part
    slow: Floats = sliding_window_view(padded, len(taps))[::_DECIMATE] @ taps
    return slow


def _best_lag(correlation: NDArray[np.floating]) -> Floats:
    cost = _OCTAVE_COST * np.log2(_LAGS / _LAGS[0])
    best = _LAGS[np.argmax(correlation[:, _LAGS] - cost, axis=1)]
    row = np.arange(len(best))
    before, peak, after = (correlation[row, best + step] for step in (-1, 0, 1))
    bend = before - 2 * peak + after
    shift = np.where(bend < -1e-9, 0.5 * (before - after) / np.minimum(bend, -1e-9), 0.0)
    hertz = _PITCH_RATE_HZ / (best + np.clip(shift, -0.5, 0.5))
    strength = np.clip(peak, 0.0, 1.0)
    octaves = np.where(strength > _VOICED, np.log2(hertz / _REFERENCE_HZ), 0.0)
    return np.stack([octaves, strength], axis=1).astype(np.float32)


@cache
def _hann(n: int) -> Floats:
    window: Floats = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)).astype(np.float32)
    return window


@cache
def _low_pass() -> Floats:
    """A windowed sinc of 33 taps at 1.6 kHz."""
    at = np.arange(-16, 17)
    taps = np.sinc(2 * 1600 / RATE_HZ * at) * np.hamming(33)
    scaled: Floats = (taps / taps.sum()).astype(np.float32)
    return scaled


@cache
def _window_correlation() -> Floats:
    spectrum = np.abs(np.fft.rfft(_hann(_PITCH_WINDOW), _PITCH_FFT)) ** 2
    own = np.fft.irfft(spectrum, _PITCH_FFT)[: _LAGS[-1] + 2]
    scaled: Floats = (own / own[0]).astype(np.float32)
    return scaled


@cache
def _mel_weights() -> Floats:
    """Triangles on the mel scale of O'Shaughnessy (1987), each of height one, shape (257, 64)."""

    def to_mel(hertz: float) -> float:
        return 2595.0 * float(np.log10(1.0 + hertz / 700.0))

    edges = np.linspace(to_mel(_LOW_HZ), to_mel(_HIGH_HZ), BANDS + 2)
    hertz = 700.0 * (10.0 ** (edges / 2595.0) - 1.0)
    bins = np.arange(_FFT // 2 + 1)[:, None] * RATE_HZ / _FFT
    rise = (bins - hertz[:-2]) / (hertz[1:-1] - hertz[:-2])
    fall = (hertz[2:] - bins) / (hertz[2:] - hertz[1:-1])
    triangles: Floats = np.maximum(0.0, np.minimum(rise, fall)).astype(np.float32)
    return triangles
