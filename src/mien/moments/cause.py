"""What a feeling comes from: which of the last turns, and which of its words.

Three logistic models, one for the turn that shows the feeling, one for the turn before and one for
all earlier ones, since what speaks for each differs. They were taught on the project's own
dialogues, where a turn counts as a cause if it was marked as one or if the feeling is toward
something in it; no emotion corpus with causes may be learned from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.decoders.words.arrays import weight_arrays
from mien.moments.clues import Array, Heard, Listener, Rarity
from mien.moments.linear import FARTHEST, Logistic
from mien.moments.moment import Cause, CauseType
from mien.moments.pieces import Cut, best_run, cut, piece_clues
from mien.moments.spoken import WINDOW, Spoken

NAME = "causes-v1"
FILE = Path(__file__).parent / "weights" / f"{NAME}.npz"

PLACES = ("own", "last", "earlier")
"""The turn that shows the feeling, the one before, and all before that."""

SURE = 0.7
"""Part of a feeling in what a turn shows, from which a missing cause is told as `latent`."""


class ByPlace:
    """One model for each of `PLACES`, asked as one.

    Args:
        models: In that order.
    """

    def __init__(self, models: Sequence[Logistic]) -> None:
        self.models = tuple(models)
        # One row for each turn of the window, so that all are judged in one step.
        by_turn = [self.models[place] for place in _PLACES]
        self._mean = np.stack([model.mean for model in by_turn])
        self._scale = np.stack([1 / model.deviation for model in by_turn])
        self._weights = np.stack([model.weights[:, 0] for model in by_turn])
        self._bias = np.stack([model.bias[0] for model in by_turn])

    def chances(self, clues: Array) -> Array:
        """Of each turn, shape (turns,); the last row of the clues is the turn's own."""
        n = len(clues)
        scaled = (clues - self._mean[-n:]) * self._scale[-n:]
        scaled = np.minimum(np.maximum(scaled, -FARTHEST), FARTHEST)
        logits = (scaled * self._weights[-n:]).sum(axis=1) + self._bias[-n:]
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)

    @classmethod
    def load(cls, file: Mapping[str, NDArray[Any]], name: str) -> ByPlace:
        """The models whose arrays start with a name."""
        return cls([Logistic.load(file, f"{name}_{place}") for place in PLACES])


_PLACES = (*[2] * (WINDOW - 2), 1, 0)


@dataclass(frozen=True, slots=True)
class Spans:
    """Which words of a turn: one model for the turn's own, one for other turns."""

    own: Logistic
    other: Logistic

    def find(self, heard: Heard, place: int, cut: Cut) -> tuple[int, int]:
        """From and to which character of the turn at a place of what was heard."""
        found = cut.pieces
        if len(found) == 1:
            return found[0].start, found[0].end
        spoken, own = heard.spoken[place], heard.spoken[-1]
        n = len(heard.spoken)
        same = spoken.speaker == own.speaker
        clues = piece_clues(cut, heard.said[-1].stems, same=same, is_last=place == n - 2)
        model = self.own if spoken is own else self.other
        first, last = best_run(model.chance(clues).tolist(), cut.sizes)
        return found[first].start, found[last].end

    @classmethod
    def load(cls, file: Mapping[str, NDArray[Any]], name: str) -> Spans:
        """The models whose arrays start with a name."""
        return cls(Logistic.load(file, f"{name}_own"), Logistic.load(file, f"{name}_other"))


class CauseModel:
    """Names the turns that a feeling comes from.

    Args:
        listener: Reads turns.
        turns: Which turns.
        spans: Which words.
        threshold: Chance from which a turn is named.
    """

    name = NAME

    def __init__(self, listener: Listener, turns: ByPlace, spans: Spans, threshold: float) -> None:
        self.listener, self.turns, self.spans = listener, turns, spans
        self.threshold = threshold
        self.cut = lru_cache(maxsize=4 * WINDOW)(partial(cut, rarity=listener.rarity))

    def find(self, history: Sequence[Spoken]) -> tuple[Cause, ...]:
        """Of what the last turn shows, likeliest first, among the last `WINDOW` turns.

        None where the history is empty; one that is latent, without words, where the turn shows
        a feeling surely and no turn is likely enough.
        """
        if not history:
            return ()
        heard = self.listener(history)
        chances = self.turns.chances(heard.clues)
        found = [self._cause(heard, int(at), float(chances[at])) for at in self._named(chances)]
        if found:
            return tuple(found)
        return (_latent(heard, chances),) if heard.said[-1].feeling >= SURE else ()

    def _named(self, chances: Array) -> NDArray[np.intp]:
        order = np.argsort(-chances, kind="stable")
        return order[chances[order] >= self.threshold]

    def _cause(self, heard: Heard, at: int, p: float) -> Cause:
        spoken = heard.spoken[at]
        start, end = self.spans.find(heard, at, self.cut(spoken.text))
        return Cause(
            turn=spoken.turn,
            text=spoken.text[start:end],
            from_char=start,
            to_char=end,
            type=_type(spoken, heard.spoken[-1]),
            p=round(p, 6),
        )


def _type(cause: Spoken, own: Spoken) -> CauseType:
    """By who spoke; never `hybrid`, since a turn that is moved by both has a cause of each kind."""
    if cause is own:
        return CauseType.NO_CONTEXT
    is_same = own.speaker is not None and cause.speaker == own.speaker
    return CauseType.SELF_CONTAGION if is_same else CauseType.INTER_PERSONAL


def _latent(heard: Heard, chances: Array) -> Cause:
    own = heard.spoken[-1]
    p = float(np.prod(1 - chances))
    return Cause(turn=own.turn, text="", from_char=0, to_char=0, type=CauseType.LATENT, p=p)


def load_causes(path: Path = FILE) -> CauseModel:
    """The model as shipped, once a process.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged.
    """
    # A cache of its own would hold one model for the path by default and one for the same named.
    return _loaded(path)


@cache
def _loaded(path: Path) -> CauseModel:
    with weight_arrays(path) as file:
        return CauseModel(
            listener=listener_of(file),
            turns=ByPlace.load(file, "cause"),
            spans=Spans.load(file, "cause_words"),
            threshold=float(file["threshold"]),
        )


def listener_of(file: Mapping[str, NDArray[Any]]) -> Listener:
    """What reads turns, from its arrays."""
    stems = bytes(file["stems"]).decode().split("\n")
    values = file["rarity"].astype(float).tolist()
    return Listener(Rarity(dict(zip(stems, values, strict=True)), float(file["unknown"])))
