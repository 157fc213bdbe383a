"""Dialogues as the models see them, with the causes and targets that readers marked."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from mien.core.config import Config
from mien.decoders.registry import load
from mien.moments.spoken import Spoken, spoken_of
from mien.timeline.conversation import Turn
from training.moments.data import dialogues


class Mark(NamedTuple):
    """Words that a reader marked in a turn; without places where only the words are known."""

    turn: int
    text: str
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class Asked:
    """A turn with a feeling by its label, which is the only use of a true emotion here.

    Attributes:
        turn: Which one.
        causes: Marked words; a turn with several marks is there several times.
        types: Of the causes, as the set names them.
        target: What the feeling is toward.
        kind: Of the target.
    """

    turn: int
    causes: tuple[Mark, ...]
    types: frozenset[str] = frozenset()
    target: Mark | None = None
    kind: str = ""

    @property
    def turns(self) -> frozenset[int]:
        """Turns with a cause."""
        return frozenset(mark.turn for mark in self.causes)

    @property
    def taught(self) -> frozenset[int]:
        """Turns with a cause, and the one in which the target stands."""
        return self.turns | ({self.target.turn} if self.target is not None else set())


@dataclass(frozen=True, slots=True)
class Talk:
    """A dialogue with what its turns show by a decoder, and the turns that are asked about."""

    id: str
    spoken: tuple[Spoken, ...]
    asked: tuple[Asked, ...]


def own_talks(decoder: str, *, sealed: bool = False) -> list[Talk]:
    """The dialogues written for the project; asked are turns with a feeling."""
    return [
        Talk(row["id"], _spoken(row["turns"], "text", decoder), tuple(_own_asked(row["turns"])))
        for row in dialogues(sealed=sealed)
    ]


def reccon_talks(folder: Path, decoder: str, split: str = "test") -> list[Talk]:
    """RECCON-DD: asked are turns that are not neutral, those with a cause outside the text too."""
    return [
        Talk(row["id"], _spoken(row["turns"], "utterance", decoder), tuple(_reccon(row["turns"])))
        for row in _rows(folder / "reccon_dd.jsonl.gz")
        if row["split"] == split
    ]


def ecf_talks(folder: Path, decoder: str, split: str = "test") -> list[Talk]:
    """ECF 1.0: asked are turns that are not neutral."""
    return [
        Talk(
            str(row["conversation_id"]),
            _spoken(row["turns"], "text", decoder),
            tuple(_ecf(row["turns"], row["pairs"])),
        )
        for row in _rows(folder / "ecf.jsonl.gz")
        if row["split"] == split
    ]


def leaked(folder: Path) -> frozenset[str]:
    """Test dialogues of RECCON with half of their longer turns word for word in its train part."""
    long = {"train": set(), "test": {}}  # type: dict[str, Any]
    for row in _rows(folder / "reccon_dd.jsonl.gz"):
        texts = [turn["utterance"].lower() for turn in row["turns"] if len(turn["utterance"]) > 40]
        if row["split"] == "train":
            long["train"] |= set(texts)
        elif row["split"] == "test":
            long["test"][row["id"]] = texts
    return frozenset(
        name
        for name, texts in long["test"].items()
        if texts and sum(text in long["train"] for text in texts) * 2 >= len(texts)
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _spoken(rows: Sequence[dict[str, Any]], key: str, decoder: str) -> tuple[Spoken, ...]:
    decoding = load(decoder, Config()).open()
    turns = [Turn(index=i, text=row[key], speaker=row["speaker"]) for i, row in enumerate(rows)]
    readings = decoding.push(turns) + decoding.close()
    return tuple(one for one in map(spoken_of, readings) if one is not None)


def _own_asked(rows: Sequence[dict[str, Any]]) -> Iterator[Asked]:
    for i, row in enumerate(rows):
        if row["emotion"] == "neutral" or not row["causes"]:
            continue
        target = row["target"]
        yield Asked(
            turn=i,
            causes=tuple(_mark(cause) for cause in row["causes"] if cause["turn"] is not None),
            types=frozenset(cause["type"] for cause in row["causes"]),
            target=None if target is None or target["turn"] is None else _mark(target),
            kind="" if target is None else target["kind"],
        )


def _mark(row: dict[str, Any]) -> Mark:
    return Mark(row["turn"], row["text"], row["from_char"], row["to_char"])


def _reccon(rows: Sequence[dict[str, Any]]) -> Iterator[Asked]:
    for i, row in enumerate(rows):
        if row["emotion"] == "neutral":
            continue
        places = row.get("expanded emotion cause evidence", [])
        words = row.get("expanded emotion cause span", [])
        marks = [
            Mark(place - 1, text)
            for place, text in zip(places, words, strict=True)
            if place != "b" and place - 1 <= i
        ]
        yield Asked(i, tuple(marks), frozenset(row.get("type", [])))


def _ecf(rows: Sequence[dict[str, Any]], pairs: Sequence[Sequence[int]]) -> Iterator[Asked]:
    for i, row in enumerate(rows):
        if row["emotion"] != "neutral":
            yield Asked(i, tuple(Mark(cause - 1, "") for turn, cause in pairs if turn == i + 1))
