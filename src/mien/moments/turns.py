"""The emotion of a turn in its conversation.

A multinomial logistic model over four kinds of numbers: what a words decoder reads in the turn by
itself (log odds of shares), how the turn is worded, its hashed words and pairs of words, and what
the decoder read in up to eight turns before, the speaker's own apart from the others'. Speakers are
told apart as same or other and never by name. It was taught with both words decoders, so it reads
either one's shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decoders.calibrate import MonotoneMap
from mien.decoders.words.arrays import weight_arrays
from mien.emotions.emotion import Emotion, Group
from mien.emotions.scores import Scores
from mien.moments.parts import Told
from mien.moments.spoken import Spoken
from mien.moments.wording import N_MARKS, grams, marks

NAME = "turns-v1"
WEIGHTS = Path(__file__).parent / "weights" / f"{NAME}.npz"

BACK = 8
"""Turns before the present one that are looked at."""

FADING = 0.7
"""What a turn counts of the one after it."""

LEAST, MOST = 0.002, 0.998
"""Shares beyond these say no more."""

GROUPS = np.array([[emotion.group is group for group in Group] for emotion in Emotion], np.float32)
N_CONTEXT = 4 * len(Group) + 3

_FADED = (FADING ** np.arange(BACK)).astype(np.float32)

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What training found.

    Attributes:
        columns: Positions of the emotions whose shares are read, shape (read,).
        mean: Of their log odds, shape (read,); so is `deviation`.
        dense: Weights, shape (read + 1 + N_MARKS + N_CONTEXT, told).
        bias: Shape (told,).
        table: Weights of hashed n-grams, int8, shape (TABLE, told).
        step: What one step of the table is worth, shape (told,).
        told: Positions of the emotions that are answered, shape (told,).
        temperature: What log odds are divided by.
        sure: Chance of being right, by the largest share.
        floor: Below this confidence nothing is told.
    """

    columns: NDArray[np.int64]
    mean: Array
    deviation: Array
    dense: Array
    bias: Array
    table: NDArray[np.int8]
    step: Array
    told: NDArray[np.int64]
    temperature: float
    sure: MonotoneMap
    floor: float


class TurnModel:
    """Reads the last turn of a history.

    Args:
        weights: Of a training run.
    """

    name = NAME

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._table = weights.table.astype(np.float32) * weights.step

    def read(self, history: Sequence[Spoken]) -> Told:
        """What the last turn shows, by it and up to eight turns before.

        Args:
            history: Turns in order, at least one; only `alone`, `text` and whether speakers are the
                same are looked at.
        """
        of = self.weights
        logits = self._logits(history) / of.temperature
        powers = np.exp(logits - logits.max())
        shares = np.full(len(Emotion), np.nan, np.float32)
        parts = powers / powers.sum()
        shares[of.told] = parts
        confidence = float(np.interp(parts.max(), of.sure.x, of.sure.y))
        return Told(Scores.from_array(shares), confidence, confidence >= of.floor)

    def _logits(self, history: Sequence[Spoken]) -> Array:
        of, own = self.weights, history[-1]
        dense = features(history, of.columns, of.mean, of.deviation)
        worded = self._table[grams(own.text)].sum(axis=0)
        return np.asarray(dense @ of.dense + of.bias + worded, np.float32)


def features(
    history: Sequence[Spoken], columns: NDArray[np.int64], mean: Array, deviation: Array
) -> Array:
    """The dense numbers of the last turn: shape (read + 1 + N_MARKS + N_CONTEXT,)."""
    own = history[-1]
    found = np.empty(len(columns) + 1 + N_MARKS + N_CONTEXT, np.float32)
    alone, worded = len(columns) + 1, len(columns) + 1 + N_MARKS
    found[: alone - 1] = (log_odds(own.alone.to_array()[columns]) - mean) / deviation
    silent = np.isnan(found[: alone - 1])
    found[alone - 1] = silent.all()
    found[: alone - 1][silent] = 0.0
    found[alone:worded] = marks(own.text)
    found[worded:] = context(history)
    return found


def log_odds(shares: Array) -> Array:
    """Of shares, NaN kept."""
    kept = np.minimum(np.maximum(shares, LEAST), MOST)
    return np.asarray(np.log(kept / (1 - kept)), np.float32)


def context(history: Sequence[Spoken]) -> Array:
    """What was read in the turns before, shape (N_CONTEXT,).

    Shares summed over groups of emotions: of the speaker's own last turn, of the others' last turn,
    and of all of either, the older the less. Then whether the turn just before was the speaker's
    own, and whether there are any of either.
    """
    found = np.zeros(N_CONTEXT, np.float32)
    before = history[-1 - BACK : -1][::-1]
    if not before:
        return found
    shares = np.array([turn.alone.to_array() for turn in before])
    shares[np.isnan(shares)] = 0.0
    own = [is_same(turn, history[-1]) for turn in before]
    weights = np.zeros((4, len(before)), np.float32)
    for row, whose in enumerate((True, False)):
        places = [i for i, one in enumerate(own) if one is whose]
        if places:
            faded = _FADED[places]
            weights[row, places[0]] = 1.0
            weights[2 + row, places] = faded / faded.sum()
            found[-2 + row] = 1.0
    found[:-3] = (weights @ shares @ GROUPS).ravel()
    found[-3] = own[0]
    return found


def is_same(one: Spoken, other: Spoken) -> bool:
    """Whether two turns have the same speaker; nobody knows of turns without one."""
    return one.speaker is not None and one.speaker == other.speaker


@cache
def load_turns(path: Path = WEIGHTS) -> TurnModel:
    """The model as shipped, once a process.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged.
    """
    with weight_arrays(path) as file:
        return TurnModel(
            Weights(
                columns=file["columns"].astype(np.int64),
                mean=file["mean"].astype(np.float32),
                deviation=file["deviation"].astype(np.float32),
                dense=file["dense"].astype(np.float32),
                bias=file["bias"].astype(np.float32),
                table=file["table"],
                step=file["step"].astype(np.float32),
                told=file["told"].astype(np.int64),
                temperature=float(file["temperature"]),
                sure=MonotoneMap(tuple(file["sure_x"].tolist()), tuple(file["sure_y"].tolist())),
                floor=float(file["floor"]),
            )
        )
