"""How an event looks to the person who tells it: seven ratings, from words and their emotions.

Linear models, joined by a weight a variable each: over words and pairs, taught by the project's own
rated sentences and by what a larger model makes of unrated ones; over the shares that the words
decoder reads; over signs of what kind of event it is; and, where `words-v1` reads, over its state.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decoders.words.arrays import weight_arrays
from mien.decoders.words.clean import words
from mien.decoders.words.ngrams import NGrams
from mien.decoders.words.vectors import Encode, shipped_vectors
from mien.emotions.scores import Scores
from mien.moments.events import signs
from mien.moments.moment import Appraisal

NAME = "appraisal-v1"
FILE = Path(__file__).parent / "weights" / f"{NAME}.npz"
VARIABLES = tuple(f.name for f in fields(Appraisal) if not f.name.endswith("_sd"))
"""The seven, in the order of all arrays."""

FEW_WORDS = 4
"""Known words and pairs below which a rating is as wide as it is over all events."""

_LEFT_OUT = re.compile(r"\bI felt\s*(?:\.\.\.|…)\s*", re.IGNORECASE)
_EDGE = 0.01

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the file holds, for n words and pairs and seven variables.

    Attributes:
        rarity: What each word or pair counts for, shape (n,).
        grams: Shape (n, 7), int8.
        step: What one step of `grams` is worth, shape (7,).
        middle: Log-odds of shares, mean over what taught, shape (41,); `spread` is their
            standard deviation.
        shares: Weights of log-odds of shares, shape (41, 7).
        events: Weights of signs of events, shape (signs, 7).
        join: Constant, weight of the words' part, the shares' and the events', shape (4, 7).
        state: Weights of the decoder's state, shape (width, 7).
        join_state: As `join`, and last the weight of the state's part, shape (5, 7).
        deviation: Standard deviation of what remains unexplained without the state, shape (7,);
            with it a little less does.
        width: Standard deviation over all events, shape (7,).
    """

    rarity: Array
    grams: NDArray[np.int8]
    step: Array
    middle: Array
    spread: Array
    shares: Array
    events: Array
    join: Array
    state: Array
    join_state: Array
    deviation: Array
    width: Array


class AppraisalModel:
    """Rates how events look to the people who tell of them.

    Args:
        lookup: Words and pairs, a row of weights each.
        weights: What training found.
        encode: Gives the state of `words-v1` over a text, where that decoder reads.
    """

    name = NAME

    def __init__(self, lookup: NGrams, weights: Weights, encode: Encode | None = None) -> None:
        self._lookup, self._weights, self._encode = lookup, weights, encode
        self._sure, self._wide = _named_sds(weights.deviation), _named_sds(weights.width)

    def rate(self, texts: Sequence[str], scores: Sequence[Scores]) -> list[Appraisal]:
        """One rating a text, each by itself.

        Args:
            texts: What people say.
            scores: What the words decoder reads in each.
        """
        return [self._rated(*pair) for pair in zip(texts, scores, strict=True)]

    def _rated(self, text: str, scores: Scores) -> Appraisal:
        w, plain = self._weights, told(text)
        found = words(plain)
        rows = self._lookup.rows(found)
        parts = [gram_part(w, rows), share_part(w, scores), event_part(w, found)]
        join = w.join
        if self._encode is not None:
            parts.append(np.asarray(self._encode(plain) @ w.state, np.float32))
            join = w.join_state
        means = join[0] + sum(by * part for by, part in zip(join[1:], parts, strict=True))
        inside = (round(min(max(mean, 0.0), 1.0), 4) for mean in means.tolist())
        sds = self._sure if len(rows) >= FEW_WORDS else self._wide
        return Appraisal(**dict(zip(VARIABLES, inside, strict=True)), **sds)


def _named_sds(deviations: Array) -> dict[str, float]:
    pairs = zip(VARIABLES, deviations.tolist(), strict=True)
    return {f"{name}_sd": round(sd, 4) for name, sd in pairs}


def told(text: str) -> str:
    """A text without a feeling that was left out of it on purpose, as in "I felt ... when"."""
    return _LEFT_OUT.sub("", text) if "I felt" in text else text


def gram_part(weights: Weights, rows: Sequence[int]) -> Array:
    """What words and pairs say, shape (7,): rare ones count for more, long texts not."""
    if not rows:
        return np.zeros(len(VARIABLES), np.float32)
    rarity = weights.rarity[rows]
    length = math.sqrt(float(rarity @ rarity))
    return np.asarray(rarity @ weights.grams[rows] * weights.step / length, np.float32)


def share_part(weights: Weights, scores: Scores) -> Array:
    """What the emotions say, shape (7,); an emotion that was not judged says nothing."""
    away = (log_odds(scores.to_array()) - weights.middle) / weights.spread
    return np.asarray(np.where(np.isnan(away), np.float32(0), away) @ weights.shares, np.float32)


def event_part(weights: Weights, found: Sequence[str]) -> Array:
    """What the signs of an event say, shape (7,)."""
    return np.asarray(weights.events[signs(found)].sum(axis=0), np.float32)


def log_odds(shares: Array) -> Array:
    """Log-odds of shares, with both ends drawn in; NaN stays."""
    inside = _EDGE + (1 - 2 * _EDGE) * shares
    return np.asarray(np.log(inside / (1 - inside)), np.float32)


@cache
def load_appraisal(path: Path = FILE) -> AppraisalModel:
    """The model for any words decoder, read once a process.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged.
    """
    return AppraisalModel(*read_weights(path))


@cache
def load_appraisal_with_state(threads: int) -> AppraisalModel:
    """The model for texts that `words-v1` reads, once a process and number of threads.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged.
    """
    return AppraisalModel(*read_weights(FILE), encode=shipped_vectors(threads))


def read_weights(path: Path) -> tuple[NGrams, Weights]:
    """Words and pairs, and the weights in a file.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged.
    """
    with weight_arrays(path) as file:
        lookup = NGrams(bytes(file["words"]).decode().split("\n"))
        floats = {
            field.name: file[field.name].astype(np.float32)
            for field in fields(Weights)
            if field.name != "grams"
        }
        return lookup, Weights(grams=file["grams"], **floats)
