"""CREMA-D's human votes on voice, face and both, and its actors in folds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mien.emotions.emotion import Emotion

LETTERS = "ADFHNS"
EMOTIONS = (
    Emotion.ANGER,
    Emotion.DISGUST,
    Emotion.FEAR,
    Emotion.ELATION,
    Emotion.NEUTRAL,
    Emotion.SADNESS,
)
"""What the letters stand for."""

FOLDS = 5

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Votes:
    """Clips whose joint vote has one winner.

    Attributes:
        voice: Votes on the voice alone, shape (n, 6); so are `face` and `joint`.
        actor: Of each clip.
        winner: Column of the joint vote's winner.
    """

    voice: Array
    face: Array
    joint: Array
    actor: NDArray[np.int64]
    winner: NDArray[np.int64]

    @property
    def conflict(self) -> NDArray[np.bool_]:
        """Where voice and face have one winner each, and these differ."""
        return _is_clear(self.voice) & _is_clear(self.face) & ~agreed(self.voice, self.face)

    def folds(self, seed: int) -> NDArray[np.int64]:
        """The fold of each clip; all clips of an actor share one."""
        actors = np.unique(self.actor)
        np.random.default_rng(seed).shuffle(actors)
        of = {actor: i % FOLDS for i, actor in enumerate(actors.tolist())}
        return np.array([of[actor] for actor in self.actor.tolist()])


def load(data: Path) -> Votes:
    """The votes, from the folder `crema_d_votes`."""
    table = pq.read_table(data / "tabulated_votes.parquet").to_pandas()
    channels = {name: part.set_index("clip") for name, part in table.groupby("channel")}
    joint = channels["joint"]
    joint = joint[~joint["vote"].str.contains(":")]
    of = {
        name: channels[name].loc[joint.index, list(LETTERS)].to_numpy(np.float64)
        for name in ("voice", "face", "joint")
    }
    actor = joint["actor"].to_numpy(np.int64)
    return Votes(of["voice"], of["face"], of["joint"], actor, of["joint"].argmax(axis=1))


def smoothed(votes: Array) -> Array:
    """Shares of votes with half a vote added to each emotion."""
    return (votes + 0.5) / (votes.sum(axis=1, keepdims=True) + 0.5 * votes.shape[1])


def agreed(one: Array, other: Array) -> NDArray[np.bool_]:
    """Whether the winners are the same."""
    return np.asarray(one.argmax(axis=1) == other.argmax(axis=1))


def _is_clear(votes: Array) -> NDArray[np.bool_]:
    return np.asarray((votes == votes.max(axis=1, keepdims=True)).sum(axis=1) == 1)
