"""Made conversations of one or two people whose turns are known to a hundredth of a second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from mien.core.arrays import RATE_HZ, Samples
from training.voice.corpora import Clip

FADE = 80  # samples at each cut, so that no click gives a change of speaker away


@dataclass(frozen=True)
class Talk:
    """A made recording.

    Attributes:
        samples: Mono at 16 kHz.
        turns: (start, end, speaker) in seconds, by start; some overlap.
    """

    samples: Samples
    turns: tuple[tuple[float, float, str], ...]


Voice = Mapping[str, Sequence[Samples]]
"""The clips of a speaker, by what they express."""


def talk(
    voices: Mapping[str, Voice],
    rng: Generator,
    *,
    seconds: float = 60.0,
    overlapping: float = 0.1,
    ways: Sequence[Sequence[str] | None] = (None,),
) -> Talk:
    """People in turns of one to three clips, in changing emotions, with pauses.

    Args:
        voices: Clips of each speaker.
        rng: Decides.
        seconds: How long it goes on, about.
        overlapping: Share of changes of speaker that come .2 to .6 s too early; other pauses last
            .1 to .8 s.
        ways: What clips express, for each part of the talk in equal parts; None for anything.
    """
    names = list(voices)
    speaker = names[int(rng.integers(len(names)))]
    sound = np.zeros(int((seconds + 20) * RATE_HZ), dtype=np.float32)
    turns: list[tuple[float, float, str]] = []
    at = 0.3
    while at < seconds:
        part = ways[min(len(ways) - 1, int(at / seconds * len(ways)))]
        for _ in range(int(rng.integers(1, 4))):
            clip = _clip(voices[speaker], part, rng)
            start = int(at * RATE_HZ)
            sound[start : start + len(clip)] += clip
            low, high = spoken(clip)
            turns.append((at + low, at + high, speaker))
            at += len(clip) / RATE_HZ + rng.uniform(-0.1, 0.25)
        others = [name for name in names if name != speaker]
        if others:
            speaker = others[int(rng.integers(len(others)))]
            is_early = rng.random() < overlapping
            at += -rng.uniform(0.3, 0.8) if is_early else rng.uniform(0.0, 0.6)
    end = min(len(sound), int((max(t[1] for t in turns) + 0.4) * RATE_HZ))
    return Talk(np.clip(sound[:end], -1, 1), tuple(sorted(turns)))


def spoken(clip: Samples) -> tuple[float, float]:
    """Where its first and last 20 ms above -32 dB of the loudest lie, in seconds."""
    n = len(clip) // 320
    power = np.square(clip[: n * 320].reshape(n, 320)).mean(axis=1)
    loud = np.flatnonzero(power > power.max() * 10**-3.2)
    return float(loud[0]) * 0.02, float(loud[-1] + 1) * 0.02


def by_emotion(clips: Sequence[tuple[Clip, Samples]]) -> dict[str, dict[str, list[Samples]]]:
    """Clips by speaker and then by what they express."""
    found: dict[str, dict[str, list[Samples]]] = {}
    for clip, sound in clips:
        found.setdefault(clip.speaker, {}).setdefault(clip.label or "", []).append(sound)
    return found


def _clip(voice: Voice, part: Sequence[str] | None, rng: Generator) -> Samples:
    ways = [way for way in voice if part is None or way in part] or list(voice)
    clips = voice[ways[int(rng.integers(len(ways)))]]
    clip = clips[int(rng.integers(len(clips)))].copy()
    ramp = np.linspace(0, 1, FADE, dtype=np.float32)
    clip[:FADE] *= ramp
    clip[-FADE:] *= ramp[::-1]
    return clip
