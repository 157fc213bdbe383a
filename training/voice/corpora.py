"""Emotional speech corpora: which clips there are, what they are labelled, who speaks."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import RATE_HZ, Samples
from mien.emotions.maps import label_map

LABELS: tuple[str, ...] = label_map("voice").labels
"""What the nets tell apart, in the order of their outputs."""

TAUGHT = ("ravdess", "nemo", "emodb")
"""Corpora whose licence allows shipping weights for non-commercial use."""
OPEN = ("emodb",)
"""Corpora that allow any use (CC0)."""
JUDGED = ("ased", "baved")
"""Corpora without a stated licence: they may test, never teach."""

HIGH = {"angry", "happy", "fearful", "surprised"}
LOW = {"neutral", "calm", "sad", "boredom"}
"""Arousal by label; disgust is left out, as in published comparisons."""

# What corpora call things. An unknown word stops the run: a guess would poison a label.
_SPELLINGS = {
    **{label: label for label in LABELS},
    "anger": "angry",
    "happiness": "happy",
    "joy": "happy",
    "sadness": "sad",
    "fear": "fearful",
    "anxiety/fear": "fearful",
    "surprise": "surprised",
    "bored": "boredom",
    "level0": None,
    "level1": None,
    "level2": None,
}
_LEVELS = {"level0": 0.0, "level2": 1.0}

# EmoBox's folds of RAVDESS by actor (arXiv 2406.07162), joined in pairs to three.
_RAVDESS_FOLDS = (
    {1, 11, 20, 21, 4, 10, 12, 14},
    {8, 9, 19, 23, 3, 5, 7, 24},
    {2, 15, 16, 18, 6, 13, 17, 22},
)


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled recording.

    Attributes:
        corpus: Its name.
        file: Member of the corpus' `clips.zip`, or a file beside `clips.csv`.
        speaker: Unique over all corpora.
        sex: `female`, `male` or empty.
        label: One of `LABELS`, or None where the corpus only has levels.
        arousal: 1 high, 0 low, NaN where it is neither.
        intensity: As the corpus says it, or empty.
        licence: As the corpus says it.
    """

    corpus: str
    file: str
    speaker: str
    sex: str
    label: str | None
    arousal: float
    intensity: str
    licence: str

    @property
    def index(self) -> int:
        """Position of its label in `LABELS`; -1 for none."""
        return -1 if self.label is None else LABELS.index(self.label)


def read_clips(folder: Path) -> list[Clip]:
    """The clips of one corpus folder, in the order of its `clips.csv`.

    Raises:
        ValueError: If a label is not known.
    """
    with (folder / "clips.csv").open(newline="", encoding="utf-8") as file:
        return [_clip(row) for row in csv.DictReader(file)]


def read_corpora(data: Path, names: Iterable[str]) -> list[Clip]:
    """The clips of several corpora below one folder, corpus by corpus."""
    return [clip for name in names for clip in read_clips(data / name)]


def extra_corpora(folder: Path | None) -> dict[str, Path]:
    """Corpora that a user adds: each sub-folder with a `clips.csv` in the same columns."""
    if folder is None:
        return {}
    return {path.parent.name: path.parent for path in sorted(folder.glob("*/clips.csv"))}


def _clip(row: dict[str, str]) -> Clip:
    spelling = row["emotion"].strip().lower()
    if spelling not in _SPELLINGS:
        raise ValueError(f"{row['file']} is labelled {spelling!r}: add it to corpora.py")
    label = _SPELLINGS[spelling]
    arousal = _LEVELS.get(spelling, np.nan)
    if label is not None:
        arousal = 1.0 if label in HIGH else 0.0 if label in LOW else np.nan
    return Clip(
        row["corpus"],
        row["file"],
        row["speaker"].strip(),
        row.get("sex", "").strip(),
        label,
        arousal,
        row.get("intensity", ""),
        row.get("licence", ""),
    )


class Recordings:
    """Samples of a corpus' clips, read from its zip or its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        archive = folder / "clips.zip"
        self._zip = zipfile.ZipFile(archive) if archive.is_file() else None

    def __call__(self, clip: Clip) -> Samples:
        """The clip's sound, mono at 16 kHz."""
        if self._zip is not None:
            return decode(self._zip.read(clip.file))
        return decode((self._folder / clip.file).read_bytes())


def decode(data: bytes) -> Samples:
    """Mono sound at 16 kHz from the bytes of a sound file."""
    import soundfile
    import soxr

    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    return mono if rate == RATE_HZ else soxr.resample(mono, rate, RATE_HZ).astype(np.float32)


def speaker_folds(clips: Sequence[Clip], n: int = 3) -> NDArray[np.int64]:
    """Which of `n` folds tests each clip, shape (clips,); a speaker is in one fold only.

    RAVDESS follows EmoBox's actors, other corpora deal out their speakers in turn, women and
    men apart, so that each fold has both.
    """
    dealt: dict[str, int] = {}
    for corpus in dict.fromkeys(clip.corpus for clip in clips):
        people = sorted({(c.sex, c.speaker) for c in clips if c.corpus == corpus})
        for position, (_, speaker) in enumerate(people):
            dealt[speaker] = position % n
            if corpus == "ravdess" and n == len(_RAVDESS_FOLDS):
                actor = int(speaker.rsplit("_", 1)[1])
                dealt[speaker] = next(i for i, f in enumerate(_RAVDESS_FOLDS) if actor in f)
    return np.array([dealt[clip.speaker] for clip in clips])


def fingerprint(folder: Path) -> str:
    """SHA-256 over a corpus' table and archive, for the card."""
    digest = hashlib.sha256()
    for name in ("clips.csv", "clips.zip"):
        path = folder / name
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()
