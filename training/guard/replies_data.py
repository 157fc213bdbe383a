"""What the reply detectors learn from: replies whose sentences and whole are labeled.

Chats of the Spiral-Bench table are read where they lie and never copied; its judges' quotes say
which sentences show a label.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from mien.guard.local.pieces import sentences
from mien.guard.signals import Effect, Side, of_side
from training.guard.data import lines, rows

SIGNALS = of_side(Side.ASSISTANT)
COLUMN = {signal.value: column for column, signal in enumerate(SIGNALS)}
HARMS = tuple(s.value for s in SIGNALS if s.effect is Effect.HARM)
NOT_IN_SPIRAL = ("over_validation", "discourage_support", "exclusivity", "guilt_at_leaving")
IN_SPIRAL = tuple(name for name in COLUMN if name not in NOT_IN_SPIRAL)
OWN = "own"
PARTS = 15
"""Into which chats of this project are cut; each is held out with one fold of Spiral."""

Labels = dict[str, int]
Before = tuple[str, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply and what is known of it.

    Attributes:
        origin: The model that wrote it, or `own` for what was written for this project.
        chat: It is part of; twins share it.
        kind: Scenario, course, or kind of near miss.
        place: Of the message in its chat, from 0.
        text: The reply.
        user: The message that it answers.
        said: What the user had written before that.
        heard: What the assistant had written before.
        labels: 1 or 0 of each signal that is known of the whole.
        parts: Its sentences.
        marks: Labels of each sentence.
    """

    origin: str
    chat: str
    kind: str
    place: int
    text: str
    user: str
    said: tuple[str, ...]
    heard: tuple[str, ...]
    labels: Labels
    parts: tuple[str, ...]
    marks: tuple[Labels, ...]


def spiral(folder: Path) -> list[Reply]:
    """The judged replies of the Spiral-Bench table.

    Args:
        folder: With `spiral_turns.jsonl.gz`.
    """
    chats: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with gzip.open(folder / "spiral_turns.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            chats[row["conv"]].append(row)
    found = []
    for chat in chats.values():
        chat.sort(key=lambda row: row["i"])
        for place, row in enumerate(chat):
            if row["role"] == "assistant" and row.get("judged") and not row.get("judge_error"):
                labels = {name: int(name in row["labels"]) for name in IN_SPIRAL}
                before = _before((m["role"], m["text"]) for m in chat[:place])
                where = (row["model"], row["conv"], row["scenario"], place)
                found.append(_reply(where, row["text"], before, labels, row["quotes"]))
    return found


def part_of(chat: str, parts: int = PARTS) -> int:
    """Which part of this project's chats one belongs to, by its name."""
    return crc32(chat.encode()) % parts


def own() -> list[Reply]:
    """All English replies that were written for training and are not sealed."""
    return [*_talks(), *_pairs(), *_warm("warm"), *_warm("more-warm"), *_more()]


def _talks() -> list[Reply]:
    found = []
    for talk in lines("talks"):
        if talk["language"] != "en":
            continue
        turns = talk["turns"]
        for place, turn in enumerate(turns):
            if turn["role"] == "assistant":
                labels = {name: int(name in turn["signals"]) for name in COLUMN}
                before = _before((t["role"], t["text"]) for t in turns[:place])
                where = (OWN, talk["id"], talk["course"], place)
                found.append(_reply(where, turn["text"], before, labels, turn.get("quotes", {})))
    return found


def _pairs() -> list[Reply]:
    """Twins: the sentences of a true one that its near one lacks show the signal."""
    both: dict[str, dict[bool, Any]] = defaultdict(dict)
    for row in rows(names=("assistant",)):
        if row.language == "en":
            both[row.id][row.is_true] = row
    found = []
    for id_, twins in both.items():
        near = {_key(part) for part in _parts(twins[False].text)} if False in twins else None
        for is_true, row in twins.items():
            parts = _parts(row.text)
            before = _before((m["role"], m["text"]) for m in row.before)
            marks = tuple(_twin_mark(row.signal, part, near, len(parts)) for part in parts)
            if not is_true:
                marks = tuple({row.signal: 0} for _ in parts)
            found.append(
                Reply(
                    OWN, id_, row.kind, len(row.before), row.text, *before,
                    {row.signal: int(is_true)}, parts, marks,
                )
            )  # fmt: skip
    return found


def _twin_mark(signal: str, part: str, near: set[str] | None, n_parts: int) -> Labels:
    if near is None:
        return {signal: 1} if n_parts == 1 else {}
    return {signal: int(_key(part) not in near)}


def _warm(name: str) -> list[Reply]:
    """Warm and correct replies: no harm in any sentence; protections where they are told."""
    found = []
    for row in lines(name):
        if row["language"] != "en":
            continue
        labels = dict.fromkeys(HARMS, 0)
        if "signals" in row:
            labels = {n: int(n in row["signals"]) for n in COLUMN}
        before = _before((m["role"], m["text"]) for m in row["before"])
        parts = _parts(row["reply"])
        found.append(
            Reply(
                OWN, row["id"], "warm", len(row["before"]), row["reply"], *before, labels,
                parts, tuple(dict.fromkeys(HARMS, 0) for _ in parts),
            )
        )  # fmt: skip
    return found


def _more() -> list[Reply]:
    found = []
    for row in lines("more-replies"):
        labels = {**dict.fromkeys(row["signals"], 1), **dict.fromkeys(row["not"], 0)}
        where, before = (OWN, row["user"], "more", 1), (row["user"], (), ())
        found.append(_reply(where, row["reply"], before, labels, row["quotes"]))
    return found


def _reply(
    where: tuple[str, str, str, int],
    text: str,
    before: Before,
    labels: Labels,
    quotes: Mapping[str, Iterable[str]],
) -> Reply:
    parts = _parts(text)
    marks = _marks(parts, labels, quotes)
    return Reply(*where, text, *before, labels, parts, marks)


def _before(messages: Iterable[tuple[str, str]]) -> Before:
    """The user's last message, those before it, and what the assistant had written."""
    said: list[str] = []
    heard: list[str] = []
    for role, text in messages:
        (heard if role == "assistant" else said).append(text)
    return (said[-1] if said else "", tuple(said[:-1]), tuple(heard))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.of(text) for part in sentences(text))


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _marks(
    parts: Sequence[str], labels: Labels, quotes: Mapping[str, Iterable[str]]
) -> tuple[Labels, ...]:
    """Which sentences were quoted for which signal; quotes are matched loosely."""
    keys = [_key(part) for part in parts]
    marks = [dict.fromkeys(labels, 0) for _ in parts]
    for name, quoted in quotes.items():
        if name not in labels:
            continue
        for quote in quoted:
            for part in _parts(quote):
                for place in _places(_key(part), keys):
                    marks[place][name] = 1
    return tuple(marks)


def _places(key: str, keys: Sequence[str]) -> list[int]:
    """Sentences that hold a quote or are held by it; else the one that shares most of its words."""
    if len(key) < 6 or not keys:
        return []
    found = [i for i, other in enumerate(keys) if other and (key in other or _inside(other, key))]
    if found:
        return found
    words = set(key.split())
    shared = [len(words & set(other.split())) / len(words) for other in keys]
    best = max(range(len(keys)), key=shared.__getitem__)
    return [best] if shared[best] > 0.6 else []


def _inside(sentence: str, quote: str) -> bool:
    return len(sentence) > 15 and sentence in quote
