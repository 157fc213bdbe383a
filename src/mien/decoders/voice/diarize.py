"""Who speaks when in sound of one channel: vectors of voices, grouped at the end.

While the sound passes, each stretch of speech leaves a vector every half second and nothing
else; at the end the vectors are grouped, and each tenth of a second goes to the group that the
windows over it are most like, changes of voice being rare (Viterbi). The vectors are then
forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights
from mien.decoders.calibrate import sigmoid
from mien.decoders.voice.clusters import Labels, centers, cut, latest_cuts, merges, spread
from mien.decoders.voice.embedding import DIMENSIONS, SpeakerNet
from mien.decoders.voice.features import FRAME_HZ, Floats
from mien.decoders.voice.speech import SpeechNet
from mien.decoders.voice.stream import Heard, Listener
from mien.decoders.voice.utterances import CutRule
from mien.media import Block

Values = NDArray[np.float64]

MOST_VOICES = 8
"""Voices that are looked for where nobody says how many there are."""

NAME = "speakers-v1"
"""Of the net's file and card."""
_WEIGHTS = Path(__file__).parent / "weights"

WINDOW = 1.5
"""Seconds of speech that a vector stands for, or the whole of a shorter stretch."""
HOP = 0.5
"""Seconds from one window to the next."""
STEP = 0.1
"""Seconds that are given to one voice or another."""
BRIEF = 0.4
"""Seconds below which a stretch of speech says too little of whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How vectors are grouped; the training run writes it into the file of the net.

    Attributes:
        alike: Groups less alike than this are different voices.
        least: Seconds of speech below which a group is no voice of its own.
        part: The same as a part of all speech.
        stay: How much more alike another voice must be, summed over steps, before it takes over.
        slope: Of the certainty over the difference in likeness to the two best voices.
        offset: Likewise, at no difference.
        sure: Certainty below which nobody is named.
    """

    alike: float = 0.3
    least: float = 2.5
    part: float = 0.08
    stay: float = 1.0
    slope: float = 8.0
    offset: float = 0.0
    sure: float = 0.7

    @classmethod
    def of(cls, net: SpeakerNet) -> Manner:
        """As the net's file says.

        Raises:
            BadWeights: If it does not.
        """
        try:
            plain = json.loads(net.facts["manner"])
            return cls(**{field.name: float(plain[field.name]) for field in fields(cls)})
        except (KeyError, TypeError, ValueError) as error:
            raise BadWeights("the speaker net's file lacks its manner: reinstall Mien") from error


class Said(NamedTuple):
    """A stretch of one voice.

    Attributes:
        start: Seconds.
        end: Seconds.
        voice: From 0, in order of appearance.
        certainty: Chance that it is this one of the voices found, 0 to 1.
    """

    start: float
    end: float
    voice: int
    certainty: float


class _Stretch(NamedTuple):
    start: float
    end: float
    first: int  # of its windows
    windows: int


class Diarizer:
    """Listens to one recording and then tells its voices apart.

    Holds some 800 bytes for each second of speech.
    """

    def __init__(self, speech: SpeechNet, net: SpeakerNet, manner: Manner | None = None) -> None:
        """Begin a recording.

        Args:
            speech: Tells where someone speaks.
            net: Gives vectors.
            manner: How they are grouped; by default as the net's file says.
        """
        self._net = net
        self._listener = Listener(speech, CutRule())
        self.manner = manner if manner is not None else Manner.of(net)
        self._stretches: list[_Stretch] = []
        self._middles: list[float] = []
        self._vectors: list[Floats] = []

    @property
    def spans(self) -> list[tuple[float, float]]:
        """Start and end of each stretch of speech that was judged, so far."""
        return [(stretch.start, stretch.end) for stretch in self._stretches]

    def push(self, blocks: Iterable[Block]) -> None:
        """Listen to more of it."""
        self._take(self._listener.push(blocks))

    def close(self, people: int | None = None) -> list[Said]:
        """Who spoke when, by start; stretches never overlap.

        Args:
            people: How many speak, if that is known; there may be fewer voices, never more.
        """
        self._take(self._listener.close())
        vectors = np.array(self._vectors, dtype=np.float32).reshape(-1, DIMENSIONS)
        found = group(vectors, self.manner, people)
        return _in_order(self._said((vectors @ found.T).astype(np.float64)))

    def _take(self, heard: list[Heard]) -> None:
        for start, end, utterance in heard:
            if not utterance.piece.is_speech or end - start < BRIEF:
                continue
            lead = len(utterance.mel) / FRAME_HZ - (end - start)
            mel = utterance.mel[max(0, round(lead / 2 * FRAME_HZ)) :]
            size, hop = round(WINDOW * FRAME_HZ), round(HOP * FRAME_HZ)
            last = max(0, len(mel) - size)
            firsts = sorted({*range(0, last + 1, hop), last})
            self._stretches.append(_Stretch(start, end, len(self._vectors), len(firsts)))
            for first in firsts:
                window = mel[first : first + size]
                self._vectors.append(self._net.embed(window))
                self._middles.append(start + (first + len(window) / 2) / FRAME_HZ)

    def _said(self, alike: Values) -> list[Said]:
        found: list[Said] = []
        for start, end, first, n in self._stretches:
            steps = np.arange(start, end, STEP) + STEP / 2
            middles = np.array(self._middles[first : first + n])
            near = np.maximum(0.02, 1 - np.abs(steps[:, None] - middles) / (WINDOW / 2))
            scores = (near / near.sum(axis=1, keepdims=True)) @ alike[first : first + n]
            found += self._stretch(start, end, scores)
        return found

    def _stretch(self, start: float, end: float, scores: Values) -> list[Said]:
        path = most_likely(scores, self.manner.stay)
        changes = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)]
        said = []
        for low, high in pairwise(changes):
            voice = int(path[low])
            begun, ended = start + low * STEP, end if high == len(path) else start + high * STEP
            said.append(Said(begun, ended, voice, self._certainty(scores[low:high], voice)))
        return said

    def _certainty(self, scores: Values, voice: int) -> float:
        if scores.shape[1] < 2:
            return 1.0
        mean = scores.mean(axis=0)
        lead = mean[voice] - np.delete(mean, voice).max()
        return float(sigmoid(np.array(self.manner.slope * lead + self.manner.offset)))


def group(vectors: Floats, manner: Manner, people: int | None = None) -> Floats:
    """The mean direction of each voice, shape (voices, dimensions); none without vectors.

    Args:
        vectors: Of windows in order of time, of length one, shape (windows, dimensions).
        manner: How.
        people: How many voices there are, if that is known.
    """
    if not len(vectors):
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    chosen = vectors[spread(len(vectors))]
    seconds = HOP * len(vectors) / len(chosen)
    least = max(manner.least, manner.part * HOP * len(vectors)) / seconds
    done = merges(chosen)
    cuts = latest_cuts(len(chosen), done, least)
    found = centers(chosen, np.zeros(len(chosen), dtype=np.int64))
    for voices in range(2, (people or MOST_VOICES) + 1):
        if voices not in cuts:
            continue
        settled = _settled(chosen, _large(cut(len(chosen), done, cuts[voices]), least))
        if people is not None or _differ(chosen, settled, manner):
            found = settled
    return found


def _large(labels: Labels, least: float) -> Labels:
    """Labels of the groups of at least so many, from 0; -1 for what is in none of them."""
    large = np.bincount(labels) >= least
    return np.where(large, np.cumsum(large) - 1, -1)[labels].astype(np.int64)


def _differ(vectors: Floats, found: Floats, manner: Manner) -> bool:
    """Whether any two voices are less alike, from vector to vector, than one person's may be."""
    labels = (vectors @ found.T).argmax(axis=1)
    means = np.stack([vectors[labels == k].mean(axis=0) for k in range(len(found))])
    alike = means @ means.T
    np.fill_diagonal(alike, -1.0)
    return bool(alike.max() < manner.alike)


def _settled(vectors: Floats, labels: Labels, rounds: int = 5) -> Floats:
    """Centers after each vector went to the nearest one a few times."""
    found = centers(vectors, labels)
    for _ in range(rounds):
        labels = (vectors @ found.T).argmax(axis=1)
        found = centers(vectors, np.unique(labels, return_inverse=True)[1].astype(np.int64))
    return found


def most_likely(scores: Values, stay: float) -> Labels:
    """The path through steps that scores most, each change of voice costing `stay` (Viterbi).

    Args:
        scores: Shape (steps, voices).
        stay: In units of the scores.

    Returns:
        Shape (steps,).
    """
    n, voices = scores.shape
    came = np.zeros((n, voices), dtype=np.int64)
    best = scores[0].copy()
    for i in range(1, n):
        leader = int(best.argmax())
        keeps = best >= best[leader] - stay
        came[i] = np.where(keeps, np.arange(voices), leader)
        best = np.where(keeps, best, best[leader] - stay) + scores[i]
    path = np.zeros(n, dtype=np.int64)
    path[-1] = best.argmax()
    for i in range(n - 1, 0, -1):
        path[i - 1] = came[i, path[i]]
    return path


def _in_order(said: list[Said]) -> list[Said]:
    names = {voice: i for i, voice in enumerate(dict.fromkeys(s.voice for s in said))}
    return [s._replace(voice=names[s.voice]) for s in said]


def open_diarizer(threads: int = 1) -> Diarizer:
    """A diarizer with its nets loaded; each is loaded once a process.

    Raises:
        MissingWeights: If a file is not there.
        BadWeights: If it cannot be used.
    """
    return Diarizer(*_nets(threads))


@cache
def _nets(threads: int) -> tuple[SpeechNet, SpeakerNet]:
    speech = SpeechNet(_WEIGHTS / "speech-v1.onnx", threads)
    return speech, SpeakerNet(_WEIGHTS / f"{NAME}.onnx", threads)
