"""Batches for the voice net: crops of stored copies, drawn evenly over corpora and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mien.decoders.voice.features import BANDS, GAIN_SHIFTED, N_STATISTICS
from mien.emotions.maps import label_map
from training.voice.corpora import LABELS, Clip
from training.voice.store import TRAINING, Copy, load_copy

CROP = 200
"""Frames of a training crop: 2 s."""
_DECIBEL = np.float32(np.log(10) / 10)


class Batch(NamedTuple):
    """What one training step needs.

    Attributes:
        mel: Shape (n, CROP, 64).
        pitch: Shape (n, CROP / 2, 2).
        relative: Statistics minus the speaker's neutral ones, shape (n, N_STATISTICS).
        label: Index of the label, shape (n,); -1 where there is none.
        allowed: Labels that the clip's corpus knows, shape (n, 9).
        arousal: 1 high, 0 low, NaN neither, shape (n,).
        affect: Valence and arousal that the label usually has, shape (n, 2), NaN for none.
        domain: Number of the corpus, shape (n,).
    """

    mel: NDArray[np.float32]
    pitch: NDArray[np.float32]
    relative: NDArray[np.float32]
    label: NDArray[np.int64]
    allowed: NDArray[np.bool_]
    arousal: NDArray[np.float32]
    affect: NDArray[np.float32]
    domain: NDArray[np.int64]


@dataclass(frozen=True)
class Draw:
    """How clips are drawn.

    Attributes:
        clean: Share of crops from the clean copy.
        weights: Factor on a corpus' share of an epoch.
        power: A corpus' share grows with its size to this power.
    """

    clean: float = 0.45
    weights: tuple[tuple[str, float], ...] = (("ravdess", 1.4),)
    power: float = 0.6


class Bank:
    """All stored training copies of some corpora."""

    def __init__(self, store: Path, clips: Sequence[Clip]) -> None:
        """Open the copies of the corpora that `clips` come from, in corpus order."""
        self.clips = clips
        self.corpora = list(dict.fromkeys(clip.corpus for clip in clips))
        self.copies: Mapping[tuple[str, str], Copy] = {
            (corpus, name): load_copy(store, corpus, name)
            for corpus in self.corpora
            for name in TRAINING
        }
        counts = dict.fromkeys(self.corpora, 0)
        self.rows = np.zeros(len(clips), dtype=np.int64)
        for i, clip in enumerate(clips):
            self.rows[i] = counts[clip.corpus]
            counts[clip.corpus] += 1
        self.labels = np.array([clip.index for clip in clips])
        self.domains = np.array([self.corpora.index(clip.corpus) for clip in clips])
        self.arousal = np.array([clip.arousal for clip in clips], dtype=np.float32)
        self.speakers = np.array([clip.speaker for clip in clips])
        self.allowed = np.stack([self._known_labels(corpus) for corpus in self.corpora])
        self._neutral = LABELS.index("neutral")
        self.priors = label_map("voice").priors[:, :2]

    def _known_labels(self, corpus: str) -> NDArray[np.bool_]:
        known = np.zeros(len(LABELS), dtype=bool)
        known[[c.index for c in self.clips if c.corpus == corpus and c.index >= 0]] = True
        return known

    def odds(self, teach: NDArray[np.bool_], draw: Draw) -> NDArray[np.float64]:
        """How likely each clip is drawn, shape (clips,), zero where it may not teach."""
        odds = np.zeros(len(self.clips))
        factor = dict(draw.weights)
        for number, corpus in enumerate(self.corpora):
            inside = teach & (self.domains == number)
            found, counts = np.unique(self.labels[inside], return_counts=True)
            share = inside.sum() ** draw.power * factor.get(corpus, 1.0)
            for label, count in zip(found, counts, strict=True):
                odds[inside & (self.labels == label)] = share / len(found) / count
        return odds / odds.sum()

    def neutrals(self, teach: NDArray[np.bool_]) -> dict[str, NDArray[np.int64]]:
        """Each teaching speaker's neutral clips."""
        neutral = np.flatnonzero(teach & (self.labels == self._neutral))
        return {
            str(speaker): neutral[self.speakers[neutral] == speaker]
            for speaker in np.unique(self.speakers[teach])
        }

    def batch(
        self,
        chosen: NDArray[np.int64],
        neutrals: Mapping[str, NDArray[np.int64]],
        draw: Draw,
        rng: Generator,
    ) -> Batch:
        """A batch of random crops in random conditions."""
        mel = np.empty((len(chosen), CROP, BANDS), dtype=np.float32)
        pitch = np.empty((len(chosen), CROP // 2, 2), dtype=np.float32)
        relative = np.zeros((len(chosen), N_STATISTICS), dtype=np.float32)
        names = list(TRAINING)
        for i, index in enumerate(chosen):
            name = names[0] if rng.random() < draw.clean else names[rng.integers(1, len(names))]
            copy = self.copies[self.clips[index].corpus, name]
            mel[i], pitch[i] = crop(*copy.clip(self.rows[index]), rng)
            relative[i] = self._relative(index, copy, neutrals, rng)
        labels = self.labels[chosen]
        affect = np.where((labels >= 0)[:, None], self.priors[labels], np.nan)
        return Batch(
            mel,
            pitch,
            relative,
            labels,
            self.allowed[self.domains[chosen]],
            self.arousal[chosen],
            affect.astype(np.float32),
            self.domains[chosen],
        )

    def _relative(
        self,
        index: int,
        copy: Copy,
        neutrals: Mapping[str, NDArray[np.int64]],
        rng: Generator,
    ) -> NDArray[np.float32]:
        """Against 1 to 5 other neutral clips of the speaker in the same condition."""
        others = neutrals[str(self.speakers[index])]
        others = others[others != index]
        if not len(others):
            return np.zeros(N_STATISTICS, dtype=np.float32)
        taken = rng.choice(others, min(len(others), int(rng.integers(1, 6))), replace=False)
        reference = copy.statistics[self.rows[taken]].mean(axis=0)
        # The same person sits nearer to or farther from the microphone another day.
        shift = np.float32(rng.normal(0, 1.5)) * _DECIBEL * GAIN_SHIFTED
        moved: NDArray[np.float32] = copy.statistics[self.rows[index]] - reference + shift
        return moved


def crop(
    mel: NDArray[np.float16], pitch: NDArray[np.float16], rng: Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Two seconds from a random place; a shorter clip is wrapped round."""
    if len(mel) < CROP:
        times = CROP // len(mel) + 1
        even = len(mel) - len(mel) % 2
        mel = np.tile(mel[:even], (times + 1, 1))
        pitch = np.tile(pitch[: even // 2], (times + 1, 1))
    start = int(rng.integers(0, (len(mel) - CROP) // 2 + 1))
    frames = mel[2 * start : 2 * start + CROP].astype(np.float32)
    return frames, pitch[start : start + CROP // 2].astype(np.float32)
