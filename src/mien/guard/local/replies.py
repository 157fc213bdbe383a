"""What a reply does: its sentences one by one, the reply as a whole, and what it answers.

Each reading is linear in hashed words, so that it is quick, can be checked while a reply still
arrives, and says which sentence speaks most for a signal. A sentence was taught from quotes, the
whole from what readers said of whole replies; the user's words tell how near the ground is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights, MissingWeights
from mien.guard.local.network import dequantized
from mien.guard.local.pieces import sentences
from mien.guard.local.reply_words import (
    BUCKETS,
    cue_counts,
    cue_names,
    gram_rows,
    plain_words,
    word_rows,
)
from mien.guard.observation import Quote
from mien.guard.signals import Effect, Signal

Array = NDArray[np.float32]
NAME = "replies-v1"
PATH = Path(__file__).parent / "weights" / f"{NAME}.npz"
READINGS = ("strongest", "sentences", "reply", "user", "talk", "earlier")
"""Log-sum and top mean of sentences, the reply as a whole, the message that it answers, all that
the user has written, and all that the assistant had written before."""

MOST_SENTENCES = 120
TALK_CHARS = 4000
"""Of either side's words so far the last of these are read."""

ENOUGH_WORDS = 40
"""A harm in fewer words counts by their share of these; whole replies were taught."""

_TOP = 6
WEAK = frozenset(
    [
        "the", "a", "an", "and", "or", "but", "of", "to", "in", "on", "for", "with", "at", "by",
        "from", "as", "is", "are", "was", "were", "be", "been", "being", "it", "its", "that",
        "this", "these", "those", "he", "she", "they", "so", "if", "then", "than", "there", "here",
        "what", "which", "who", "how", "when", "why", "some", "more", "most", "one", "into",
        "about",
    ]
)  # fmt: skip
"""Words whose letters are not read: everybody writes them, and each model in its own measure."""


@dataclass(frozen=True, slots=True)
class Table:
    """Hashed words and what each speaks for.

    Attributes:
        rarity: Of each bucket, shape (BUCKETS,).
        weights: Shape (BUCKETS, signals).
    """

    rarity: Array
    weights: Array

    def __call__(self, *texts: set[int]) -> Array:
        """Sums over the rows of texts, each row by its rarity and each text of length one.

        Args:
            texts: The rows of each.

        Returns:
            Shape (texts, signals); zeros for a text without rows.
        """
        found = np.zeros((len(texts), self.weights.shape[1]), np.float32)
        some = [place for place, rows in enumerate(texts) if rows]
        if not some:
            return found
        sizes = [len(texts[place]) for place in some]
        at = np.fromiter(chain.from_iterable(texts[place] for place in some), np.intp, sum(sizes))
        starts = np.cumsum([0, *sizes[:-1]])
        rare = self.rarity[at]
        length = np.sqrt(np.add.reduceat(rare * rare, starts))
        sums = np.add.reduceat(rare[:, None] * self.weights[at], starts)
        found[some] = sums / np.maximum(length, 1e-6)[:, None]
        return found


@dataclass(frozen=True, slots=True)
class Meaning:
    """From the readings of one signal to its chance.

    Attributes:
        shares: How much each of `READINGS` counts; their units are taken out.
        offset: Of the log odds.
        threshold: Chance from which the signal is raised.
    """

    shares: tuple[float, ...]
    offset: float
    threshold: float


class Judged(NamedTuple):
    """What was read of a reply.

    Attributes:
        chances: Of each signal.
        quotes: The sentence that speaks most for each signal.
    """

    chances: dict[Signal, float]
    quotes: dict[Signal, Quote]


class ReplyDetectors:
    """Judges replies in English.

    Args:
        signals: In the order of the tables' columns.
        tables: By name; see `training.guard.replies`.
        meanings: Of each signal.
    """

    def __init__(
        self,
        signals: Sequence[Signal],
        tables: Mapping[str, Table],
        others: Mapping[str, Array],
        meanings: Mapping[Signal, Meaning],
    ) -> None:
        self.signals = tuple(signals)
        self.meanings = dict(meanings)
        self._tables, self._others = dict(tables), dict(others)

    def __call__(
        self, reply: str, user: str = "", said: Sequence[str] = (), heard: Sequence[str] = ()
    ) -> Judged:
        """The chances of a reply, or of what has arrived of it.

        Args:
            reply: Its text.
            user: The message that it answers.
            said: What the user had written before, oldest first.
            heard: What the assistant had written before.
        """
        parts = _read_sentences(reply)
        words = [plain_words(part.of(reply)) for part in parts]
        spoken = self.sentence_logits(words)
        whole = self.readings(words, user, said, heard)
        readings = np.concatenate([pooled(spoken), whole])
        chances, quotes = {}, {}
        for column, signal in enumerate(self.signals):
            meaning = self.meanings[signal]
            odds = float(np.dot(meaning.shares, readings[:, column])) + meaning.offset
            chance = float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))
            chances[signal] = chance * told(signal, sum(map(len, words)))
            if parts:
                quotes[signal] = parts[int(spoken[:, column].argmax())]
        return Judged(chances, quotes)

    def sentence_logits(self, words: Sequence[Sequence[str]]) -> Array:
        """The logits of each sentence of a reply, shape (sentences, signals)."""
        if not words:
            return np.zeros((0, len(self.signals)), np.float32)
        last = len(words) - 1
        cues = [sentence_cues(found, i == 0, i == last) for i, found in enumerate(words)]
        logits: Array = (
            self._tables["sentence_words"](*map(word_rows, words))
            + self._tables["sentence_grams"](*(gram_rows(_strong(found)) for found in words))
            + np.stack(cues) @ self._others["sentence_cues"]
            + self._others["sentence_bias"]
        )
        return logits

    def readings(
        self,
        words: Sequence[Sequence[str]],
        user: str,
        said: Sequence[str],
        heard: Sequence[str],
    ) -> Array:
        """All of `READINGS` but those of sentences, shape (readings, signals).

        Args:
            words: Of each sentence.
            user: The message that the reply answers.
            said: What the user had written before, oldest first.
            heard: What the assistant had written before.
        """
        reply = [word for sentence in words for word in sentence]
        tables = self._tables
        whole = (
            tables["reply_words"](word_rows(reply))
            + tables["reply_grams"](gram_rows(_strong(reply)))
            + _density(reply) @ self._others["reply_cues"]
        )
        texts = {"user": user, "talk": _tail((*said, user)), "earlier": _tail(heard)}
        context = [tables[f"{k}_words"](word_rows(plain_words(v))) for k, v in texts.items()]
        return np.concatenate([whole, *context])


def told(signal: Signal, n_words: int) -> float:
    """How much of a chance a reply of some words can carry: a few words show little harm."""
    return min(n_words / ENOUGH_WORDS, 1.0) if signal.effect is Effect.HARM else 1.0


def pooled(spoken: Array) -> tuple[Array, Array]:
    """Log of summed exponents, and mean of the highest six, over sentences; shape (signals,).

    Half the log of their number is taken from the first, so that long is not loud. A reply
    without a sentence says nothing at all: -9.
    """
    if not len(spoken):
        nothing = np.full(spoken.shape[1], -9.0, np.float32)
        return nothing, nothing
    highest = spoken.max(axis=0)
    total = highest + np.log(np.exp(spoken - highest).sum(axis=0))
    total -= np.float32(0.5 * np.log(len(spoken)))
    return total, np.sort(spoken, axis=0)[-_TOP:].mean(axis=0)


def sentence_cues(words: Sequence[str], is_first: bool, is_last: bool) -> Array:
    """Cues of a sentence at most twice each, where it stands, and its length."""
    counts = np.minimum(cue_counts(words), 2)
    place = [2.0 * is_first, 2.0 * is_last, min(len(words) / 15, 3.0)]
    return np.array([*counts, *place], np.float32)


def _tail(messages: Sequence[str]) -> str:
    return " ".join(messages)[-TALK_CHARS:]


def _density(words: Sequence[str]) -> Array:
    return np.log1p(np.array(cue_counts(words), np.float32) * 100 / (len(words) + 20))


def _strong(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in WEAK]


def _read_sentences(reply: str) -> list[Quote]:
    """All sentences, or those of both ends."""
    parts = sentences(reply)
    half = MOST_SENTENCES // 2
    return parts if len(parts) <= MOST_SENTENCES else [*parts[:half], *parts[-half:]]


@cache
def shipped_replies() -> ReplyDetectors:
    """The reply detectors that come with the package, read once.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged or of another version of the package.
    """
    return load_replies(PATH)


def load_replies(path: Path) -> ReplyDetectors:
    """The reply detectors in a file.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged or of another version of the package.
    """
    if not path.is_file():
        raise MissingWeights(f"no weights at {path}: reinstall Mien")
    try:
        # Pickles could hold code.
        with np.load(path, allow_pickle=False) as file:
            return _detectors({name: file[name] for name in file.files})
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise BadWeights(f"cannot load {path}: {error}") from error


def _detectors(file: Mapping[str, NDArray[Any]]) -> ReplyDetectors:
    told = json.loads(bytes(file["told"]).decode())
    if told["features"] != {"buckets": BUCKETS, "cues": list(cue_names())}:
        raise ValueError("it was made for other cues: reinstall Mien, or train anew")
    rarity, weights = dequantized(file, "rarity/"), dequantized(file, "weights/")
    tables = {name: Table(rarity[name], weights[name]) for name in rarity}
    others = dequantized(file, "others/")
    meanings = {
        Signal(name): Meaning(tuple(m["shares"]), m["offset"], m["threshold"])
        for name, m in told["meanings"].items()
    }
    return ReplyDetectors([Signal(s) for s in told["signals"]], tables, others, meanings)
