"""What the encoder of the folds said of messages that it had not seen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.guard.signals import Side

Array = NDArray[np.float32]
KEPT = Path(__file__).resolve().parents[2] / "runs" / "guard" / "encoder-held-out.npz"


def key_of(side: Side, text: str) -> str:
    """Names a message by the hash of its side and text, for the file holds no text."""
    return hashlib.sha256(f"{side} {text}".encode()).hexdigest()[:24]


def write_kept(path: Path, keys: Sequence[str], logits: Array) -> None:
    """Keep logits, shape (n, signals + 1), by the keys of their messages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, keys=np.array(keys), logits=logits)


def read_kept(path: Path) -> Mapping[str, Array]:
    """The logits of each message by its key."""
    with np.load(path, allow_pickle=False) as file:
        return dict(zip(file["keys"].tolist(), file["logits"], strict=True))
