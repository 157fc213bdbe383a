"""What happens to speech between a mouth and a file: noise, rooms, telephones, gain, speed.

All of it is synthesised, so that recorded noises and rooms stay unheard until the test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator
from scipy.signal import butter, fftconvolve, sosfilt

from mien.core.arrays import RATE_HZ, Samples

Change = Callable[[Samples, Generator], Samples]


def colored_noise(n: int, rng: Generator, slope: float) -> Samples:
    """Noise whose power falls by `slope` times 3 dB an octave: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hertz = np.maximum(np.fft.rfftfreq(n, 1 / RATE_HZ), 20.0)
    return np.fft.irfft(spectrum * hertz ** (-slope / 2), n).astype(np.float32)


def hum(n: int, rng: Generator) -> Samples:
    """Mains or motor: a low tone with harmonics that waver slowly."""
    base = rng.uniform(45, 240)
    at = np.arange(n) / RATE_HZ
    phase = 2 * np.pi * base * (at + 0.002 * np.sin(2 * np.pi * rng.uniform(0.1, 2) * at))
    parts = (
        np.sin(k * phase + rng.uniform(0, 6)) / k ** rng.uniform(0.3, 1.5) for k in range(1, 16)
    )
    return np.sum(list(parts), axis=0).astype(np.float32)


def clatter(n: int, rng: Generator) -> Samples:
    """Knocks, taps and rustle: short decaying bursts of filtered noise."""
    sound = np.zeros(n, dtype=np.float32)
    for _ in range(1 + rng.poisson(2.5 * n / RATE_HZ)):
        length = int(RATE_HZ * rng.uniform(0.005, 0.2))
        burst = colored_noise(length, rng, rng.uniform(-0.5, 1.5))
        burst *= np.exp(-np.arange(length) / (length * rng.uniform(0.05, 0.5)))
        start = int(rng.integers(0, max(1, n - length)))
        stop = min(n, start + length)
        sound[start:stop] += (burst / (np.abs(burst).max() + 1e-9))[: stop - start] * rng.uniform(
            0.2, 1
        )
    return sound


def tones(n: int, rng: Generator) -> Samples:
    """Chirps, beeps and simple notes: harmonic, but nobody speaks."""
    sound = np.zeros(n, dtype=np.float32)
    for _ in range(1 + rng.poisson(2 * n / RATE_HZ)):
        length = min(n, int(RATE_HZ * rng.uniform(0.05, 0.8)))
        at = np.arange(length) / RATE_HZ
        sweep = rng.uniform(120, 3500) * at + rng.normal(0, 600) * at**2
        decay = np.exp(-at * rng.uniform(0.5, 12))
        note = sum(
            np.sin(2 * np.pi * k * sweep) / k ** rng.uniform(0.8, 2)
            for k in range(1, 1 + int(rng.integers(1, 9)))
        )
        start = int(rng.integers(0, n - length + 1))
        sound[start : start + length] += (note * decay * rng.uniform(0.2, 1)).astype(np.float32)
    return sound


def music(n: int, rng: Generator) -> Samples:
    """Plucked or held notes of one scale, several at once, some with vibrato, some with drums."""
    sound = np.zeros(n, dtype=np.float32)
    scale = rng.uniform(80, 300) * 2 ** (rng.choice(12, 6, replace=False) / 12)
    brightness, decay = rng.uniform(0.7, 2.2), rng.uniform(0.3, 8)
    vibrato = rng.uniform(0, 0.02) * (rng.random() < 0.5)
    beat = rng.uniform(0.12, 0.7)
    for start in np.arange(rng.uniform(0, beat), n / RATE_HZ, beat):
        length = int(RATE_HZ * beat * rng.uniform(0.6, 3))
        at = np.arange(length) / RATE_HZ
        wobble = at + vibrato * np.sin(2 * np.pi * rng.uniform(4, 7) * at) / 5
        for _ in range(int(rng.integers(1, 4))):
            pitch = rng.choice(scale) * rng.choice([0.5, 1, 1, 2, 3])
            orders = range(1, 1 + int(min(12, 7000 // pitch)))
            note = sum(np.sin(2 * np.pi * k * pitch * wobble) / k**brightness for k in orders)
            _add(sound, note * np.exp(-at * decay), int(start * RATE_HZ), rng.uniform(0.3, 1))
    return sound + (0.5 * clatter(n, rng) if rng.random() < 0.4 else 0)


def calls(n: int, rng: Generator) -> Samples:
    """Something like animals: hoarse harmonic cries, each nearly like the last."""
    sound = np.zeros(n, dtype=np.float32)
    base, rise = rng.uniform(150, 1800), rng.normal(0, 1.2)
    length = int(RATE_HZ * rng.uniform(0.04, 0.7))
    at = np.arange(length) / length
    roughness = rng.uniform(0, 1)
    start = rng.exponential(0.3)
    while start < n / RATE_HZ:
        sweep = base * 2 ** (rise * at + rng.normal(0, 0.1) + rng.normal(0, 0.5) * at**2)
        phase = 2 * np.pi * np.cumsum(sweep) / RATE_HZ
        orders = range(1, 1 + int(rng.integers(2, 10)))
        cry = sum(np.sin(k * phase) * rng.uniform(0.2, 1) / k**0.7 for k in orders)
        cry = cry * (
            1 + roughness * np.sin(2 * np.pi * rng.uniform(20, 90) * at * length / RATE_HZ)
        )
        cry = cry + roughness * colored_noise(length, rng, 1.0)
        _add(sound, cry * np.sin(np.pi * at) ** rng.uniform(0.3, 2), int(start * RATE_HZ), 1.0)
        start += length / RATE_HZ + rng.exponential(rng.uniform(0.1, 1.2))
    return sound


def creatures(voices: Sequence[Samples], n: int, rng: Generator) -> Samples:
    """Voices so fast or so slow that nobody talks like that: cackles, squeaks, growls."""
    factor = rng.uniform(2.3, 4.5) if rng.random() < 0.7 else rng.uniform(0.2, 0.4)
    sound = np.zeros(n, dtype=np.float32)
    at = int(RATE_HZ * rng.exponential(0.3))
    pause = rng.uniform(0.05, 1.0)
    while at < n:
        voice = voices[int(rng.integers(len(voices)))]
        start = int(rng.integers(0, max(1, len(voice) - 4000)))
        piece = voice[start : start + int(RATE_HZ * rng.uniform(0.3, 1.5))]
        part = speed(piece, factor * rng.uniform(0.9, 1.1))
        _add(sound, part / (rms(part) + 1e-6), at, rng.uniform(0.5, 1))
        at += len(part) + int(RATE_HZ * rng.exponential(pause))
    return sound


def engine(n: int, rng: Generator) -> Samples:
    """A motor, a saw, a drum roll: pulses at a drifting rate through a few resonances."""
    rate = rng.uniform(5, 120) * 2 ** np.interp(
        np.arange(n), np.linspace(0, n, 6), rng.normal(0, 0.3, 6)
    )
    phase = np.cumsum(rate) / RATE_HZ
    pulses = np.diff(np.floor(phase), prepend=0) * rng.uniform(0.5, 1.5, n)
    sound = pulses + rng.uniform(0, 0.05) * rng.standard_normal(n)
    for _ in range(3):
        hertz, width = rng.uniform(80, 5000), rng.uniform(20, 400)
        radius = np.exp(-np.pi * width / RATE_HZ)
        turn = -2 * radius * np.cos(2 * np.pi * hertz / RATE_HZ)
        sound = sound + sosfilt(np.array([[1 - radius, 0, 0, 1, turn, radius**2]]), sound) * 8
    return sound.astype(np.float32)


def fluttering(samples: Samples, rng: Generator) -> Samples:
    """The sound with its level beaten at 1 to 16 Hz, as syllables beat speech."""
    at = np.arange(len(samples)) / RATE_HZ
    rate = rng.uniform(1, 16)
    wave = np.sin(
        2 * np.pi * rate * at + 2 * np.sin(2 * np.pi * rate * rng.uniform(0.05, 0.4) * at)
    )
    depth = rng.uniform(0.3, 1)
    return (samples * np.maximum(0.0, 1 - depth + depth * wave)).astype(np.float32)


def _add(sound: Samples, part: Samples, start: int, level: float) -> None:
    stop = min(len(sound), start + len(part))
    if stop > start:
        sound[start:stop] += (part[: stop - start] * level).astype(np.float32)


def scrambled(crowd: Samples, rng: Generator) -> Samples:
    """Voices with their phases drawn anew: a crowd's spectrum and swell without words."""
    n = len(crowd)
    spectrum = np.abs(np.fft.rfft(crowd)) * np.exp(2j * np.pi * rng.random(n // 2 + 1))
    return np.fft.irfft(spectrum, n).astype(np.float32)


def babble(voices: Sequence[Samples], n: int, rng: Generator, people: int) -> Samples:
    """`people` voices at once, each looped from a random place."""
    chosen = rng.integers(0, len(voices), people)
    mixed = np.zeros(n, dtype=np.float32)
    for index in chosen:
        voice = voices[index]
        looped = np.tile(voice, n // len(voice) + 2)
        start = int(rng.integers(0, len(voice)))
        mixed += looped[start : start + n] / (rms(voice) + 1e-6)
    return mixed


def swell(n: int, rng: Generator, depth_db: float) -> Samples:
    """A slow rise and fall of level, as a factor."""
    knots = rng.uniform(-depth_db, depth_db, max(3, int(n / RATE_HZ * rng.uniform(0.5, 3)) + 2))
    curve = np.interp(np.linspace(0, len(knots) - 1, n), np.arange(len(knots)), knots)
    return (10 ** (curve / 20)).astype(np.float32)


def noise(n: int, rng: Generator, voices: Sequence[Samples]) -> Samples:
    """A random background; a fifth of them babble or crowds made of `voices`."""
    kind = rng.random()
    if kind < 0.1 and voices:
        sound = babble(voices, n, rng, int(rng.integers(3, 7)))
    elif kind < 0.22 and voices:
        sound = scrambled(babble(voices, n, rng, int(rng.integers(2, 7))), rng)
    else:
        sound = colored_noise(n, rng, rng.uniform(-0.3, 2.2))
        sound /= rms(sound) + 1e-9
        for part, chance in ((hum, 0.25), (clatter, 0.3), (tones, 0.15)):
            if rng.random() < chance:
                extra = part(n, rng)
                sound = sound + extra / (rms(extra) + 1e-9) * rng.uniform(0.3, 2)
    if rng.random() < 0.5:
        sound = sound * swell(n, rng, rng.uniform(2, 10))
    if rng.random() < 0.3:
        sound = tilt(sound, rng)
    return sound.astype(np.float32)


def rms(samples: Samples) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(samples), dtype=np.float64)))


def add_noise(samples: Samples, background: Samples, snr_db: float) -> Samples:
    """Speech with a background `snr_db` below it, both by their mean power."""
    scale = rms(samples) / (rms(background) + 1e-9) * 10 ** (-snr_db / 20)
    return (samples + background * np.float32(scale)).astype(np.float32)


def room(rng: Generator) -> Samples:
    """A synthetic room response: direct sound, a few early echoes, a decaying colored tail."""
    decay = rng.uniform(0.15, 0.9)
    n = int(RATE_HZ * min(1.0, decay))
    at = np.arange(n) / RATE_HZ
    tail = colored_noise(n, rng, rng.uniform(0.2, 1.2))
    tail *= np.exp(-6.9 * at / decay) * (at > rng.uniform(0.002, 0.02))
    response = tail / (np.sqrt(np.sum(tail**2)) + 1e-9) * 10 ** (-rng.uniform(-3, 12) / 20)
    for _ in range(int(rng.integers(2, 8))):
        response[int(rng.uniform(0.001, 0.04) * RATE_HZ) % n] += rng.uniform(-0.5, 0.5)
    response[0] = 1.0
    return response.astype(np.float32)


def reverberate(samples: Samples, response: Samples) -> Samples:
    """The sound in a room, as long as before and as loud."""
    wet = fftconvolve(samples, response)[: len(samples)]
    return (wet * (rms(samples) / (rms(wet) + 1e-9))).astype(np.float32)


def telephone(samples: Samples, low_hz: float = 300.0, high_hz: float = 3400.0) -> Samples:
    """The telephone band and 8-bit mu-law (ITU-T G.711's law, mu = 255)."""
    band = butter(6, [low_hz, high_hz], "bandpass", fs=RATE_HZ, output="sos")
    narrow = sosfilt(band, samples)
    peak = np.abs(narrow).max() + 1e-9
    scaled = narrow / peak
    pressed = np.sign(scaled) * np.log1p(255 * np.abs(scaled)) / np.log(256)
    coarse = np.round(pressed * 127) / 127
    opened = np.sign(coarse) * np.expm1(np.abs(coarse) * np.log(256)) / 255
    return (opened * peak).astype(np.float32)


def speed(samples: Samples, factor: float) -> Samples:
    """The sound `factor` times as fast, pitch and all."""
    import soxr

    return soxr.resample(samples, RATE_HZ * factor, RATE_HZ, quality="MQ").astype(np.float32)


def tilt(samples: Samples, rng: Generator) -> Samples:
    """A microphone's color: one gentle first-order shelf."""
    pole = rng.uniform(-0.35, 0.35)
    sos = np.array([[1.0, pole, 0.0, 1.0, -pole * 0.4, 0.0]])
    shaped = sosfilt(sos, samples)
    return (shaped * (rms(samples) / (rms(shaped) + 1e-9))).astype(np.float32)


def gain(samples: Samples, decibel: float) -> Samples:
    """Louder or softer."""
    return (samples * 10 ** (decibel / 20)).astype(np.float32)
