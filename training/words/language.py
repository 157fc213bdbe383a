"""Teaches the language check: English against everything else, from whole and cropped lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from mien.decoders.words.clean import clean, raw_words
from mien.decoders.words.language import BUCKETS, EnglishDetector, grams, language_words
from training.words.data import Labelled

# Nigerian Pidgin is built from English words: neither side would be the truth.
NEITHER = ("pcm",)
HELD_OUT = ("deu", "ptbr", "ptmz", "ron", "som", "swa")
"""Languages (with their subtitles) that the generalization check never trains on."""
_SUBTITLES = {"deu": "de", "ptbr": "br", "ptmz": "pt", "ron": "ro"}
FLOORS_UP_TO = 20
"""Words; longer texts share one floor."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Word lists with their language; `eng` is English."""

    words: list[list[str]]
    languages: list[str]

    def of(self, keep: Iterable[bool]) -> Lines:
        """The rows kept."""
        rows = [i for i, kept in enumerate(keep) if kept]
        return Lines([self.words[i] for i in rows], [self.languages[i] for i in rows])


def read_lines(folder: Path, split: str, english: Labelled) -> Lines:
    """Lines of one split: BRIGHTER, the English set given, and for training XED's subtitles."""
    rows = pq.read_table(folder / "brighter.parquet").to_pylist()
    pairs = [(r["text"], r["lang"]) for r in rows if r["split"] == split]
    pairs += [(text, "eng") for text in english.texts]
    if split == "train":
        subtitles = pq.read_table(folder / "xed.parquet").to_pylist()
        pairs += [(r["text"], "eng" if r["lang"] == "en" else r["lang"]) for r in subtitles]
    kept = [
        (language_words(raw_words(clean(text))), lang)
        for text, lang in pairs
        if lang not in NEITHER
    ]
    kept = [(words, lang) for words, lang in kept if words]
    return Lines([words for words, _ in kept], [lang for _, lang in kept])


def teach_english(
    train: Lines, dev: Lines, *, seed: int, without: Sequence[str] = ()
) -> EnglishDetector:
    """A detector; its floors let through all but 1 in 400 English texts of any length in `dev`."""
    out = {*without, *(_SUBTITLES.get(lang, lang) for lang in without)}
    train = train.of(lang not in out for lang in train.languages)
    draw = np.random.default_rng(seed)
    words = [_crop(line, draw) for line in train.words]
    is_english = np.array([lang == "eng" for lang in train.languages])
    model = LogisticRegression(C=0.3, max_iter=60, class_weight="balanced")
    model.fit(_counts(words), is_english)
    weights = model.coef_[0].astype(np.float32)
    step = np.abs(weights).max() / 127
    weights = (np.round(weights / step) * step).astype(np.float32)
    bare = EnglishDetector(weights, float(model.intercept_[0]), np.zeros(1, np.float32))
    english = dev.of(lang == "eng" for lang in dev.languages)
    return EnglishDetector(weights, float(model.intercept_[0]), _floors(bare, english, draw))


def _floors(
    detector: EnglishDetector, english: Lines, draw: np.random.Generator
) -> NDArray[np.float32]:
    floors = []
    for size in range(1, FLOORS_UP_TO + 1):
        crops = [_window(line, size, draw) for line in english.words if len(line) >= size]
        scores = np.array([detector.log_odds(crop) for crop in crops])
        floors.append(min(0.0, float(np.quantile(scores, 0.0025)) - 0.5))
    # A single word must look far more foreign than any English one does.
    floors[0] = min(floors[0], floors[1]) - 1.0
    return np.array(floors, np.float32)


def _crop(line: list[str], draw: np.random.Generator) -> list[str]:
    return _window(line, int(draw.integers(1, 25)), draw) if draw.random() < 0.5 else line


def _window(line: list[str], size: int, draw: np.random.Generator) -> list[str]:
    start = int(draw.integers(0, max(1, len(line) - size + 1)))
    return line[start : start + size]


def _counts(lines: list[list[str]]) -> csr_matrix:
    seen: dict[str, list[int]] = {}
    flat: list[int] = []
    starts = [0]
    for line in lines:
        for word in line:
            if word not in seen:
                seen[word] = grams(word)
            flat += seen[word]
        starts.append(len(flat))
    ones = np.ones(len(flat), np.float32)
    counts = csr_matrix((ones, np.array(flat), np.array(starts)), shape=(len(lines), BUCKETS))
    counts.sum_duplicates()
    return counts


def arrays(detector: EnglishDetector) -> dict[str, NDArray[np.float32]]:
    """What a weight file keeps of a detector."""
    weights, bias, floors = detector.parts
    return {"weights": weights, "bias": np.float32(bias), "floors": floors}
