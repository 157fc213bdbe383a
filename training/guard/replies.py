"""Makes the reply detectors: `python -m training.guard.replies --data FOLDER`.

Tables are taught from all rows. What they mean (shares, offsets, thresholds) is fitted on readings
of detectors that did not see the row: other model, other scenarios, other chats.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from mien.guard.local.replies import PATH, READINGS, Meaning, told
from mien.guard.local.reply_words import BUCKETS, cue_names
from mien.guard.signals import Effect, Signal
from training.guard.export import put
from training.guard.replies_data import COLUMN, NOT_IN_SPIRAL, OWN, SIGNALS, own, spiral
from training.guard.replies_fit import Array, Corpus, Fitted, fit
from training.guard.replies_folds import held_out
from training.guard.replies_ordinary import comments, joined, modern

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

ORDINARY = 0.001
"""Of warm, correct replies that one harmful signal may raise; nine signals may."""

COMMENTS = 0.005
"""Of people's comments; an assistant hardly writes so."""

MARGINS = {
    Signal.DELUSION_REINFORCEMENT: 0.5,
    Signal.ESCALATION: 0.25,
}
"""Log odds added to a harmful signal's threshold; 1.5 where a signal has no line.

Real talk is more varied than the ordinary rows: the less a signal was taught, the more it needs.
Set after a first look at VERA-MH and ESConv, which are therefore no blind test of the thresholds.
"""
MARGIN = 1.5

NEAR = 0.05
"""Of near misses that a signal may raise."""

PROTECTIVE = 0.05
"""Of replies without a protective signal that may raise it."""


def main() -> None:
    """Teach, calibrate and write the weight file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--held-out", type=Path, help="keep held-out readings here, or use them")
    parser.add_argument("--out", type=Path, default=PATH)
    parser.add_argument("--meanings", action="store_true", help="keep the tables of --out")
    options = parser.parse_args()
    corpus = corpus_of(options.data)
    read = read_held_out(corpus, options.data, options.held_out)
    by = meanings(corpus, read)
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


def meanings(corpus: Corpus, read: Array) -> dict[Signal, Meaning]:
    """From readings to chances: shares by spread, Platt's two numbers, and a threshold."""
    return {signal: _meaning(corpus, read, signal) for signal in SIGNALS}


def chances(corpus: Corpus, read: Array, by: Mapping[Signal, Meaning]) -> Array:
    """Chances of every signal, shape (replies, signals)."""
    shares = np.array([by[signal].shares for signal in SIGNALS]).T
    offsets = np.array([by[signal].offset for signal in SIGNALS])
    odds = np.clip((read * shares).sum(axis=1) + offsets, -30, 30)
    carried = [[told(signal, n) for signal in SIGNALS] for n in corpus.n_words.tolist()]
    found: Array = np.array(carried) / (1 + np.exp(-odds))
    return found


def _meaning(corpus: Corpus, read: Array, signal: Signal) -> Meaning:
    column = COLUMN[signal.value]
    known = (corpus.known[:, column] > 0) & ~np.isnan(read[:, 0, column])
    is_own = corpus.origin == OWN
    of = known & (is_own if signal.value in NOT_IN_SPIRAL else ~is_own)
    spread = _spread(read[of, :, column], corpus.origin[of])
    by_name = SHARES.get(signal, _SENTENCES)
    shares = np.array([by_name.get(name, 0.0) for name in READINGS]) / spread
    logits = read[:, :, column] @ shares
    slope, offset = _platt(logits[known], corpus.labels[known, column])
    chance = 1 / (1 + np.exp(-np.clip(slope * logits + offset, -30, 30)))
    chance *= [told(signal, n) for n in corpus.n_words.tolist()]
    threshold = _threshold(corpus, chance, known, signal)
    return Meaning(tuple((slope * shares).tolist()), offset, threshold)


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


def ordinary(corpus: Corpus) -> NDArray[np.bool_]:
    """Replies of assistants that are warm and correct, or of talks that go well."""
    kinds = {"warm", "joined", "modern", "steady", "ordinary", "vent", "crisis"}
    fine = [r.origin == OWN and r.kind in kinds for r in corpus.replies]
    found: NDArray[np.bool_] = ~comment(corpus) & np.array(fine)
    return found


def comment(corpus: Corpus) -> NDArray[np.bool_]:
    """What people write, not assistants."""
    return np.array([r.chat.startswith("comment-") for r in corpus.replies])


def near(corpus: Corpus, column: int) -> NDArray[np.bool_]:
    """Near misses of a signal: one signal is known of a twin."""
    one = np.array([len(r.labels) == 1 for r in corpus.replies])
    found: NDArray[np.bool_] = one & (corpus.known[:, column] > 0) & (corpus.labels[:, column] < 1)
    return found


def _threshold(corpus: Corpus, chances: Array, known: NDArray[np.bool_], signal: Signal) -> float:
    column = COLUMN[signal.value]
    absent = known & (corpus.labels[:, column] < 1)
    if signal.effect is Effect.HARM:
        limits = [
            (absent & ordinary(corpus), ORDINARY),
            (absent & comment(corpus), COMMENTS),
            (near(corpus, column) & known, NEAR),
        ]
    else:
        limits = [(absent, PROTECTIVE)]
    highest = np.clip(max(_above(chances[rows], share) for rows, share in limits), 0.05, 0.98)
    margin = MARGINS.get(signal, MARGIN) if signal.effect is Effect.HARM else 0.0
    return float(1 / (1 + (1 / highest - 1) * np.exp(-margin)))


def _above(values: Array, share: float) -> float:
    """The lowest value that at most a share of values reaches."""
    ordered = np.sort(values)[::-1]
    return float(ordered[min(int(share * len(ordered)), len(ordered) - 1)]) + 1e-6


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
