"""Speech to see an encoder at work on, where no recordings of people are at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mien.core.arrays import RATE_HZ, Samples
from mien.media import open_source

SCENE = Path(__file__).parents[1] / "data" / "scene.ogg"
"""Two voices spoken by espeak-ng, as in `examples/`; anyone may pass it on."""

SHORTEST, LONGEST = 2.0, 12.0
"""Seconds of a window that are speech: what the voice decoder cuts."""


def windows(n: int, seed: int = 0) -> Iterator[Samples]:
    """That many different windows, always the same ones for a seed.

    Each is a stretch of the scene in another length, pitch and loudness, and with noise: the
    main directions in which embeddings differ are how long someone speaks, how loud, how high
    and over what.

    Args:
        n: How many.
        seed: Of the generator.

    Yields:
        Mono float32 at 16 kHz, up to 12 s.
    """
    rng = np.random.default_rng(seed)
    with open_source(SCENE) as source:
        scene = np.concatenate([block.samples for block in source.sound()])
    for _ in range(n):
        yield _vary(scene, rng)


def _vary(scene: Samples, rng: np.random.Generator) -> Samples:
    pitch = np.exp(rng.uniform(np.log(0.75), np.log(1.33)))
    seconds = rng.uniform(SHORTEST, min(LONGEST, len(scene) / RATE_HZ / pitch - 0.1))
    first = rng.integers(0, len(scene) - int(seconds * pitch * RATE_HZ) - 1)
    at = first + np.arange(int(seconds * RATE_HZ)) * pitch
    before, rest = at.astype(np.int64), at % 1.0
    spoken = scene[before] * (1.0 - rest) + scene[before + 1] * rest
    power = float(np.sqrt(np.mean(np.square(spoken)))) + 1e-6
    noise = rng.standard_normal(len(spoken)) * power * 10.0 ** rng.uniform(-2.5, -0.3)
    if rng.random() < 0.5:  # half of it dull, as rooms and traffic are
        noise = np.convolve(noise, np.ones(8) / 3.0, mode="same")
    loudness = 10.0 ** rng.uniform(-2.0, -0.7) / power
    window: Samples = np.clip((spoken + noise) * loudness, -1.0, 1.0).astype(np.float32)
    return window
