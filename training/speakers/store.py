"""Frames of every clip at several speeds, computed once and kept on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decoders.voice.features import log_mel
from training.voice.augment import speed
from training.voice.corpora import Clip, Recordings, read_clips

SPEEDS = (1.0, 0.84, 0.92, 1.09, 1.19)
"""Speech at another speed has another pitch and other formants: another speaker to learn from."""


@dataclass(frozen=True)
class Frames:
    """Frames of one corpus at one speed.

    Attributes:
        clips: As the corpus lists them.
        mel: All after each other, shape (frames, 64) float16.
        starts: First frame of each clip and the end, shape (clips + 1,).
    """

    clips: Sequence[Clip]
    mel: NDArray[np.float16]
    starts: NDArray[np.int64]

    def of(self, index: int) -> NDArray[np.float16]:
        """Frames of one clip."""
        return self.mel[self.starts[index] : self.starts[index + 1]]


def frames(data: Path, store: Path, corpus: str, factor: float = 1.0) -> Frames:
    """The frames of a corpus, from the store or made now."""
    path = store / f"{corpus}-{factor:g}.npz"
    clips = read_clips(data / corpus)
    if not path.is_file():
        record = Recordings(data / corpus)
        sounds = (record(clip) for clip in clips)
        mels = [log_mel(speed(s, factor) if factor != 1.0 else s) for s in sounds]
        starts = np.cumsum([0, *(len(mel) for mel in mels)])
        store.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npz")
        np.savez(part, mel=np.concatenate(mels).astype(np.float16), starts=starts)
        part.rename(path)
    with np.load(path) as kept:
        return Frames(clips, kept["mel"], kept["starts"])
