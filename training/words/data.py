"""The corpora, read once and put into plain records."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mien.emotions.maps import label_map

LABELS = label_map("goemotions").labels
FREQUENT = 50
"""Labels with at least so many test texts enter the steadier macro-F1."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with labels.

    Attributes:
        texts: n strings as published.
        targets: Shape (n, 28), 0 or 1 in files, 0 to 1 where softened.
    """

    texts: list[str]
    targets: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, chosen: Sequence[int] | NDArray[np.int64]) -> Labelled:
        """The chosen rows."""
        return Labelled([self.texts[i] for i in chosen], self.targets[np.asarray(chosen, int)])


def read_goemotions(folder: Path) -> dict[str, Labelled]:
    """Train, dev and test; texts of dev and test, and doubles, are out of train."""
    rows = pq.read_table(folder / "goemotions.parquet").to_pylist()
    published = (folder / "goemotions_labels.txt").read_text().split()
    order = [published.index(label) for label in LABELS]
    parts = {}
    for split in ("train", "dev", "test"):
        mine = [row for row in rows if row["split"] == split]
        targets = np.zeros((len(mine), len(LABELS)), np.float32)
        for i, row in enumerate(mine):
            targets[i, list(row["labels"])] = 1
        parts[split] = Labelled([row["text"] for row in mine], targets[:, order])
    held = {_key(text) for split in ("dev", "test") for text in parts[split].texts}
    keep = []
    for i, text in enumerate(parts["train"].texts):
        if _key(text) not in held:
            held.add(_key(text))
            keep.append(i)
    return {**parts, "train": parts["train"].take(keep)}


def read_plain_english(folder: Path) -> list[str]:
    """English lines without labels we use: subtitles, headlines, forum posts; for distillation."""
    xed = pq.read_table(folder / "xed.parquet").to_pylist()
    brighter = pq.read_table(folder / "brighter.parquet").to_pylist()
    news = pq.read_table(folder / "goodnewseveryone.parquet").to_pylist()
    lines = [row["text"] for row in xed if row["lang"] == "en"]
    lines += [r["text"] for r in brighter if r["lang"] == "eng" and r["split"] == "train"]
    lines += [row["headline"] for row in news]
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def file_hash(path: Path) -> str:
    """SHA-256 of a data file, for the card."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _key(text: str) -> str:
    return " ".join(text.lower().split())
