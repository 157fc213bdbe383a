"""Recordings that never were: speech with gaps, in rooms, under noise, at any level."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mien.core.arrays import RATE_HZ, Samples
from mien.decoders.voice.features import HOP, frame_count, log_mel
from mien.decoders.voice.speech import STEP_FRAMES
from training.speech.teacher import Teacher
from training.voice import augment
from training.voice.corpora import Recordings, read_clips

SECONDS = 8
FRAMES = frame_count(SECONDS * RATE_HZ) // STEP_FRAMES * STEP_FRAMES
STEPS = FRAMES // STEP_FRAMES
_STEP = STEP_FRAMES * HOP


_SYNTHETIC = (
    (augment.music, 0.6),
    (augment.calls, 0.67),
    (augment.engine, 0.72),
    (augment.tones, 0.76),
    (augment.clatter, 0.82),
)
"""Kinds of background and where, from 0 to 1, their share of the draw ends."""


class Mixture(NamedTuple):
    """One mixture as the net sees it.

    Attributes:
        mel: Log-mel frames, shape (FRAMES, 64) float16.
        teacher: Silero's probability on the clean speech, shape (STEPS,).
        energy: Whether the clean speech is louder than 28 dB under its peaks, shape (STEPS,).
    """

    mel: NDArray[np.float16]
    teacher: NDArray[np.float16]
    energy: NDArray[np.float16]


def clean_speech(voices: Sequence[Samples], rng: Generator) -> Samples:
    """Clips after each other with gaps of half a second on average; sometimes nobody."""
    n = SECONDS * RATE_HZ
    sound = np.zeros(n, dtype=np.float32)
    if rng.random() < 0.22:
        return sound
    at = int(RATE_HZ * rng.exponential(0.6))
    while at < n:
        clip = augment.speed(voices[int(rng.integers(len(voices)))], rng.uniform(0.8, 1.25))
        # Whole clips end in a sentence's fall; pieces teach that speech may stop anywhere.
        if rng.random() < 0.3:
            clip = clip[: int(len(clip) * rng.uniform(0.3, 1))]
        clip = clip / (augment.rms(clip) + 1e-6) * 0.1 * 10 ** (rng.normal(0, 4) / 20)
        stop = min(n, at + len(clip))
        sound[at:stop] += clip[: stop - at]
        mean_gap = 2.0 if rng.random() < 0.15 else 0.45
        at = stop + int(RATE_HZ * rng.exponential(mean_gap))
    return sound


def disturbed(speech: Samples, crowd: Sequence[Samples], rng: Generator) -> Samples:
    """What a microphone makes of it: room, noise, telephone, level."""
    n = len(speech)
    sound = speech
    if rng.random() < 0.4 and speech.any():
        sound = augment.reverberate(speech, augment.room(rng))
    if rng.random() < 0.9:
        background = _background(n, crowd, rng)
        loudness = 10 ** (-rng.triangular(-5, 5, 35) / 20) * 0.1
        sound = sound + background / (augment.rms(background) + 1e-9) * np.float32(loudness)
    if rng.random() < 0.2:
        sound = augment.telephone(sound, rng.uniform(200, 400), rng.uniform(3000, 3800))
    # A stream is not silent to the last bit, and it starts at any level.
    sound = sound + rng.standard_normal(n).astype(np.float32) * 10 ** (rng.uniform(-95, -65) / 20)
    peak_db = rng.uniform(-36, 0)
    if not speech.any():
        peak_db -= rng.uniform(0, 25)
    return (sound / (np.abs(sound).max() + 1e-9) * 10 ** (peak_db / 20)).astype(np.float32)


def _background(n: int, crowd: Sequence[Samples], rng: Generator) -> Samples:
    """Anything that is not speech; most of it has pitch or a beat, which speech has too."""
    kind = rng.random()
    if kind < 0.35:
        people = int(rng.integers(1, 13))
        sound = augment.scrambled(augment.babble(crowd, n, rng, people), rng)
        sound = sound * augment.swell(n, rng, rng.uniform(1, 10))
        return augment.fluttering(sound, rng) if rng.random() < 0.4 else sound
    if kind < 0.5:
        return augment.creatures(crowd, n, rng)
    for part, share in _SYNTHETIC:
        if kind < share:
            return part(n, rng)
    sound = augment.noise(n, rng, ())
    return augment.fluttering(sound, rng) if rng.random() < 0.3 else sound


def mixture(voices: Sequence[Samples], teacher: Teacher, rng: Generator) -> Mixture:
    """One labelled mixture."""
    speech = clean_speech(voices, rng)
    sound = disturbed(speech, voices, rng)
    return Mixture(
        log_mel(sound)[:FRAMES].astype(np.float16),
        teacher(speech, STEPS, _STEP).astype(np.float16),
        _loud(speech).astype(np.float16),
    )


def _loud(speech: Samples) -> NDArray[np.bool_]:
    """Steps less than 28 dB under the 95th percentile of 20 ms levels."""
    steps = speech[: STEPS * _STEP].reshape(STEPS, _STEP)
    power = np.square(steps).mean(axis=1) + 1e-12
    active = power[power > 1e-10]
    if not len(active):
        return np.zeros(STEPS, dtype=bool)
    return power > np.percentile(active, 95) * 10 ** (-2.8)


def _shard(data: Path, out: Path, corpora: Sequence[str], wheel: Path, n: int, seed: int) -> Path:
    path = out / f"{seed:04d}.npz"
    if path.is_file():
        return path
    rng = np.random.default_rng([seed, 11])
    voices = []
    for corpus in corpora:
        record = Recordings(data / corpus)
        clips = read_clips(data / corpus)
        chosen = rng.choice(len(clips), min(len(clips), 300), replace=False)
        voices += [record(clips[i]) for i in chosen]
    teacher = Teacher(wheel)
    rows = [mixture(voices, teacher, rng) for _ in range(n)]
    part = path.with_suffix(".part.npz")
    np.savez(part, **{name: np.stack([getattr(r, name) for r in rows]) for name in Mixture._fields})
    part.rename(path)
    return path


def make_mixtures(
    data: Path, out: Path, corpora: Sequence[str], wheel: Path, shards: int, processes: int
) -> list[Path]:
    """Shards of 200 mixtures each, computed once.

    Args:
        data: Folder of the corpora.
        out: Where shards go.
        corpora: Whose clips speak.
        wheel: The silero-vad wheel, for the teacher.
        shards: How many.
        processes: How many at once.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    out.mkdir(parents=True, exist_ok=True)
    job = partial(_shard, data, out, tuple(corpora), wheel, 200)
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(job, range(shards)))
