"""Sound for the tests: something with pitch, formants and syllables, made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from mien.core.arrays import Samples

RATE = 16_000
VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
)


def resonate(samples: Samples, hertz: float, width: float) -> Samples:
    """A two-pole resonance, by convolution with its impulse response."""
    radius = np.exp(-np.pi * width / RATE)
    n = np.arange(400)
    response = radius**n * np.sin(2 * np.pi * hertz / RATE * (n + 1))
    return np.convolve(samples, response * (1 - radius))[: len(samples)]


@cache
def _speech(seconds: float, pitch_hz: float, seed: int) -> Samples:
    rng = np.random.default_rng(seed)
    sound = np.zeros(int(seconds * RATE))
    at = 0
    while at < len(sound):
        length = int(RATE * rng.uniform(0.09, 0.22))
        time = np.arange(length) / RATE
        melody = pitch_hz * 2 ** (rng.normal(0, 0.12) + 0.4 * rng.normal() * time)
        phase = np.cumsum(melody) / RATE
        pulses = np.diff(np.floor(phase), prepend=0.0) + 0.02 * rng.normal(size=length)
        vowel = VOWELS[rng.integers(len(VOWELS))]
        syllable = sum(
            resonate(pulses, f, w) / (i + 1)
            for i, (f, w) in enumerate(zip(vowel, (80, 100, 140), strict=True))
        )
        syllable *= np.sin(np.pi * np.arange(length) / length) ** 0.4
        hiss = np.diff(rng.normal(size=int(RATE * rng.uniform(0.02, 0.07))), prepend=0.0) * 0.02
        for part in (hiss, syllable):
            stop = min(len(sound), at + len(part))
            sound[at:stop] += part[: stop - at]
            at = stop
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


@pytest.fixture
def speech() -> Callable[..., Samples]:
    """A maker of speech-like sound: `speech(seconds, pitch_hz=140, seed=0)`."""

    def make(seconds: float, pitch_hz: float = 140.0, seed: int = 0) -> Samples:
        return _speech(seconds, pitch_hz, seed).copy()

    return make


@pytest.fixture
def hush() -> Callable[[float], Samples]:
    """A maker of quiet rooms: `hush(seconds)`, noise at -75 dBFS."""

    def make(seconds: float) -> Samples:
        rng = np.random.default_rng(5)
        return (10 ** (-75 / 20) * rng.normal(size=int(seconds * RATE))).astype(np.float32)

    return make
