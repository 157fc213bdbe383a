"""What teaches the emotion of a turn: own dialogues, film lines and comments, as turns."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mien.core.config import Config
from mien.decoders.words import WORDS, WORDS_FAST
from mien.emotions.emotion import Emotion
from mien.emotions.maps import label_map
from mien.emotions.scores import Scores
from mien.moments.spoken import Spoken
from mien.timeline.conversation import Turn
from training.moments.families import members
from training.words.data import read_goemotions

DECODERS = {"words-v1": WORDS, "words-fast-v1": WORDS_FAST}
SECOND = 0.33
"""What a second emotion counts beside the first."""

_XED = {0: "neutral", 1: "anger", 3: "disgust", 4: "fear", 5: "joy", 6: "sadness", 7: "surprise"}
_SPACED = (
    (re.compile(r"\[[A-Z]+\]"), "[NAME]"),
    (re.compile(r"^[\s\-*#\"♪]+"), ""),
    (re.compile(r"\s+([.,!?;:…])"), r"\1"),
    (re.compile(r"(\w) - (\w)"), r"\1-\2"),
    (re.compile(r"(\w)\s+'\s*(s|re|ll|d|m|ve|t)\b"), r"\1'\2"),
    (re.compile(r" n't\b"), "n't"),
)
"""The lines were split into tokens: back to how people write."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Turns of one dialogue with what they are labelled.

    Attributes:
        name: Of the dialogue.
        speakers: One a turn.
        texts: So.
        goals: Emotions a turn, shape (turns, 41): parts that add up to one, or, where only a
            family is known, ones for all that the label may mean.
        is_set: Whether the goals are such sets.
    """

    name: str
    speakers: list[str | None]
    texts: list[str]
    goals: NDArray[np.float32]
    is_set: bool = False


def own_talks(rows: Iterable[dict[str, Any]]) -> list[Talk]:
    """The dialogues written for this project."""
    return [
        Talk(
            row["id"],
            [turn["speaker"] for turn in row["turns"]],
            [turn["text"] for turn in row["turns"]],
            np.array([_goal(turn["emotion"], turn["second"]) for turn in row["turns"]]),
        )
        for row in rows
    ]


def film_lines(data: Path) -> list[Talk]:
    """XED's English lines that have one or two of the six basic emotions.

    The neutral lines lack their texts. Lines of 16 letters or more that occur in a set kept for
    evaluation are left out, and so are doubles.
    """
    rows = pq.read_table(data / "xed.parquet", filters=[("lang", "==", "en")]).to_pylist()
    kept = _kept_for_tests(data)
    found: dict[str, Talk] = {}
    for row in rows:
        text, labels = _joined(row["text"]), [int(label) for label in row["labels"]]
        key = _key(text)
        if not 0 < len(labels) <= 2 or labels == [0] or not set(labels) <= set(_XED):
            continue
        if len(key) > 1 and not (len(key) > 15 and key in kept):
            goal = members(_XED[label] for label in labels)
            found.setdefault(text, Talk("film", [None], [text], goal[None], is_set=True))
    return list(found.values())


def comments(data: Path, split: str) -> list[Talk]:
    """GoEmotions' comments; of `dev` and `test` the words decoders were not fitted on any.

    A label stands for all emotions that it means or touches, and weak ones for neutral too.
    """
    labels = label_map("goemotions")
    touched = (labels.matrix > 0).astype(np.float32)
    for weak in ("approval", "realization", "curiosity"):
        touched[labels.index(weak), Emotion.NEUTRAL.position] = 1.0
    found = read_goemotions(data)[split]
    goals = ((found.targets @ touched) > 0).astype(np.float32)
    return [
        Talk("comment", [None], [text], goal[None], is_set=True)
        for text, goal in zip(found.texts, goals, strict=True)
    ]


def spoken(talks: Sequence[Talk], decoder: str, run: Path | None = None) -> list[list[Spoken]]:
    """The talks as a decoder reads them; kept in the folder `run` for the next time."""
    texts = [text for talk in talks for text in talk.texts]
    scores = iter(_read(texts, decoder, run))
    return [list(_turns(talk, scores)) for talk in talks]


def blind(talk: Sequence[Spoken]) -> list[Spoken]:
    """The same turns with nobody's name on them."""
    return [
        Spoken(turn=t.turn, speaker=None, text=t.text, alone=t.alone, scores=t.scores) for t in talk
    ]


def _turns(talk: Talk, scores: Iterator[Scores]) -> Iterator[Spoken]:
    for i, (speaker, text) in enumerate(zip(talk.speakers, talk.texts, strict=True)):
        alone = next(scores)
        yield Spoken(turn=i, speaker=speaker, text=text, alone=alone, scores=alone)


def _read(texts: Sequence[str], decoder: str, run: Path | None) -> list[Scores]:
    key = hashlib.sha256(json.dumps([decoder, *texts]).encode()).hexdigest()[:16]
    kept = None if run is None else run / f"{key}.npy"
    if kept is not None and kept.is_file():
        return Scores.from_rows(np.load(kept))
    turns = [Turn(index=i, text=text) for i, text in enumerate(texts)]
    readings = DECODERS[decoder].load(Config(threads=1)).open().push(turns)
    rows = np.array([reading.scores.to_array() for reading in readings]).reshape(-1, len(Emotion))
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, rows)
    return Scores.from_rows(rows)


def _goal(first: str, second: str | None) -> NDArray[np.float32]:
    goal = np.zeros(len(Emotion), np.float32)
    goal[Emotion(first).position] = 1.0 if second is None else 1.0 - SECOND
    if second is not None:
        goal[Emotion(second).position] += SECOND
    return goal


def _kept_for_tests(data: Path) -> set[str]:
    found: set[str] = set()
    for name in ("meld", "emorynlp"):
        texts = pq.read_table(data / f"{name}.parquet", columns=["Utterance"]).to_pylist()
        found.update(_key(row["Utterance"]) for row in texts)
    return found


def _joined(text: str) -> str:
    for pattern, by in _SPACED:
        text = pattern.sub(by, text)
    return text.strip()


def _key(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()
