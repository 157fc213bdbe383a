"""Makes the reply detectors: `python -m training.guard.replies --data FOLDER`.

Tables are taught from all rows. What they mean (shares, offsets, thresholds) is fitted on readings
of detectors that did not see the row: other model, other scenarios, other chats.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from mien.guard.local.encoder import shipped_encoder
from mien.guard.local.replies import PATH, READINGS, Meaning, told
from mien.guard.local.reply_words import BUCKETS, cue_names
from mien.guard.signals import Signal
from training.guard.encoder_kept import KEPT, read_kept
from training.guard.export import put
from training.guard.replies_data import COLUMN, NOT_IN_SPIRAL, OWN, SIGNALS, own, spiral
from training.guard.replies_fit import Array, Corpus, Fitted, fit
from training.guard.replies_folds import held_out
from training.guard.replies_ordinary import comments, joined, modern
from training.guard.replies_second import Short, beyond_near, encoder_logits, second, short_replies

_SENTENCES = {"strongest": 0.5, "sentences": 0.5, "reply": 0.7}
_WHOLE = {"strongest": 0.5, "sentences": 0.5, "reply": 1.2}
SHARES = {
    Signal.DELUSION_REINFORCEMENT: {
        "strongest": 0.5, "sentences": 0.5, "reply": 0.3, "user": 0.5, "talk": 0.5, "earlier": 0.5,
    },
    Signal.SYCOPHANCY: {"strongest": 0.5, "sentences": 0.5, "reply": 0.3},
    Signal.CONSCIOUSNESS_CLAIMS: {**_WHOLE, "earlier": 0.7},
    Signal.HARMFUL_ADVICE: _WHOLE,
    Signal.PUSHBACK: _WHOLE,
    Signal.DE_ESCALATION: _WHOLE,
    Signal.SAFE_REDIRECTION: _WHOLE,
}  # fmt: skip
"""Readings in units of their own spread; a signal without a line has `_SENTENCES`.

Whether an answer reinforces or advises harm depends on what it answers; praise does not.
"""


def main() -> None:
    """Teach, calibrate and write the weight file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--held-out", type=Path, help="keep held-out readings here, or use them")
    parser.add_argument("--kept", type=Path, default=KEPT, help="the encoder's held-out logits")
    parser.add_argument("--out", type=Path, default=PATH)
    parser.add_argument("--meanings", action="store_true", help="keep the tables of --out")
    options = parser.parse_args()
    corpus = corpus_of(options.data)
    read = read_held_out(corpus, options.data, options.held_out)
    kept = read_kept(options.kept)
    encoder = encoder_logits(corpus, kept, shipped_encoder())
    by = meanings(corpus, read, encoder, short_replies(kept))
    if options.meanings:
        retold(options.out, by)
        return
    made = fit(corpus, np.arange(len(corpus.replies)))
    print(f"{save(options.out, made, by):,} bytes in {options.out}")


def corpus_of(data: Path) -> Corpus:
    """All that teaches.

    Args:
        data: Folder of the corpora.
    """
    written = own()
    return Corpus(
        [*spiral(data / "safety"), *written, *joined(written), *comments(data), *modern(data)]
    )


def read_held_out(corpus: Corpus, data: Path, kept: Path | None) -> Array:
    """Held-out readings, from a file if it has them."""
    if kept and kept.is_file():
        with np.load(kept) as file:
            if len(file["readings"]) == len(corpus.replies):
                return np.asarray(file["readings"])
    read = held_out(corpus, data / "safety" / "spiral_folds.json")
    if kept:
        np.savez(kept, readings=read)
    return read


def meanings(
    corpus: Corpus, read: Array, encoder: Array, short: Sequence[Short]
) -> dict[Signal, Meaning]:
    """From readings to chances: shares by spread, Platt's numbers, gates and thresholds.

    Args:
        corpus: All replies.
        read: Held-out readings of the tables, shape (replies, readings, signals).
        encoder: Its logits, shape (replies, signals), NaN where it learned from them.
        short: Held-out replies in all languages.
    """
    told = {signal: _meaning(corpus, read, encoder, short, signal) for signal in SIGNALS}
    table_odds = odds(read, told)
    near = {}
    for column, signal in enumerate(SIGNALS):
        known = (corpus.known[:, column] > 0) & (corpus.labels[:, column] < 1) & twins(corpus)
        both = np.stack([table_odds[known, column], encoder[known, column]], axis=1)
        near[signal] = [(float(a), float(b)) for a, b in both if not np.isnan(a + b)]
    return beyond_near(told, near, short)


def odds(read: Array, by: Mapping[Signal, Meaning]) -> Array:
    """Log odds of every signal by the tables, shape (replies, signals)."""
    shares = np.array([by[signal].shares for signal in SIGNALS]).T
    offsets = np.array([by[signal].offset for signal in SIGNALS])
    found: Array = (read * shares).sum(axis=1) + offsets
    return found


def chances(corpus: Corpus, read: Array, encoder: Array, by: Mapping[Signal, Meaning]) -> Array:
    """Chances of every signal as a reply in English is judged, shape (replies, signals).

    A reply that taught the encoder is judged by the tables alone, without what length tempers.
    """
    told_odds = odds(read, by)
    first = _sigmoid(told_odds) * carried(corpus)
    gates = np.array([by[signal].gate for signal in SIGNALS])
    both = np.array([by[signal].both for signal in SIGNALS]).T
    looked = (first >= gates).any(axis=1, keepdims=True) & ~np.isnan(encoder)
    return np.where(looked, _sigmoid(both[0] * told_odds + both[1] * encoder + both[2]), first)


def carried(corpus: Corpus) -> Array:
    """How much of a chance each reply can carry, shape (replies, signals)."""
    return np.array([[told(signal, n) for signal in SIGNALS] for n in corpus.n_words.tolist()])


def _sigmoid(values: Array) -> Array:
    found: Array = 1 / (1 + np.exp(-np.clip(values, -30, 30)))
    return found


def _meaning(
    corpus: Corpus, read: Array, encoder: Array, short: Sequence[Short], signal: Signal
) -> Meaning:
    column = COLUMN[signal.value]
    known = (corpus.known[:, column] > 0) & ~np.isnan(read[:, 0, column])
    is_own = corpus.origin == OWN
    of = known & (is_own if signal.value in NOT_IN_SPIRAL else ~is_own)
    spread = _spread(read[of, :, column], corpus.origin[of])
    by_name = SHARES.get(signal, _SENTENCES)
    shares = np.array([by_name.get(name, 0.0) for name in READINGS]) / spread
    logits = read[:, :, column] @ shares
    labels = corpus.labels[:, column]
    slope, offset = _platt(logits[known], labels[known])
    told_odds = slope * logits + offset
    first = _sigmoid(told_odds) * carried(corpus)[:, column]
    marks = (labels, known, twins(corpus))
    found = second(signal, told_odds, first, encoder[:, column], marks, short)
    return Meaning(tuple((slope * shares).tolist()), offset, *found)


def twins(corpus: Corpus) -> NDArray[np.bool_]:
    """Which replies are near misses or their twins: one signal is known of them."""
    return np.array([len(reply.labels) == 1 for reply in corpus.replies])


def _platt(logits: Array, labels: Array) -> tuple[float, float]:
    """Slope and offset of log odds (Platt 2000) with his soft goals."""
    n_true, n_false = labels.sum(), (1 - labels).sum()
    goal = np.where(labels > 0, (n_true + 1) / (n_true + 2), 1 / (n_false + 2))

    def loss(told: Array) -> float:
        odds = told[0] * logits + told[1]
        return float((np.logaddexp(0, odds) - goal * odds).sum())

    slope, offset = minimize(loss, np.array([0.5, -1.0]), method="Nelder-Mead").x
    return float(slope), float(offset)


def _spread(values: Array, origin: NDArray[np.str_]) -> Array:
    """Standard deviation within a model, shape (readings,)."""
    centred = np.concatenate([values[origin == o] - values[origin == o].mean(axis=0)
                              for o in np.unique(origin)])  # fmt: skip
    spread: Array = centred.std(axis=0) + 1e-6
    return spread


def save(path: Path, made: Fitted, by: Mapping[Signal, Meaning]) -> int:
    """Write the weight file; its size in bytes."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, rarity in made.rarity.items():
        put(arrays, f"rarity/{name}", rarity.astype(np.float32))
        put(arrays, f"weights/{name}", made.weights[name].astype(np.float32))
    for name, values in made.others.items():
        put(arrays, f"others/{name}", values.astype(np.float32))
    return _write(path, arrays, by)


def retold(path: Path, by: Mapping[Signal, Meaning]) -> None:
    """Give the tables of a weight file other meanings."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    _write(path, arrays, by)


def _write(path: Path, arrays: dict[str, NDArray[Any]], by: Mapping[Signal, Meaning]) -> int:
    text = {
        "features": {"buckets": BUCKETS, "cues": list(cue_names())},
        "signals": [signal.value for signal in SIGNALS],
        "meanings": {signal.value: asdict(meaning) for signal, meaning in by.items()},
    }
    arrays["told"] = np.frombuffer(json.dumps(text).encode(), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)
    return path.stat().st_size


if __name__ == "__main__":
    main()
