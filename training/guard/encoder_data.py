"""What the encoder learns from: messages of both sides, each with the signals that are known."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mien.guard.local.passages import SPECIAL, Passage, Pieces, stretches
from mien.guard.local.pieces import sentences
from mien.guard.signals import Effect, Side, Signal, harms_of, of_side
from training.guard import ordinary
from training.guard.composed import carelessly, together
from training.guard.data import Row, further, is_sealed, lines, open_rows
from training.guard.encoder_fit import Lesson
from training.guard.replies_ordinary import modern
from training.guard.train import Example
from training.guard.user import asides, examples, ordinary_examples

ALL = tuple(Signal)
_PLACE = {signal: column for column, signal in enumerate(ALL)}
HARMS = harms_of(Side.ASSISTANT)
PROTECTIONS = tuple(s for s in of_side(Side.ASSISTANT) if s.effect is Effect.PROTECTION)

Marks = Mapping[Signal, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Item:
    """A message, or as much of one as is read at once.

    Attributes:
        text: The message.
        language: `en`, `de` or `es`.
        side: Whose it is.
        before: Earlier messages, oldest first.
        marks: Label and weight of each signal that is known.
        pair: Of twins; else nothing.
        source: What is held out together: the pair or the chat. Nothing if it always teaches.
        level: Of a crisis, 1 to 6; 0 is unknown.
    """

    text: str
    language: str
    side: Side
    before: tuple[tuple[Side, str], ...]
    marks: Marks
    pair: str = ""
    source: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How much of each kind.

    Attributes:
        as_replies: Comments as if an assistant had said them, in English; of each other language
            a third.
        careless: Share of further rows that are typed carelessly too.
        beside: Share of further rows that stand beside an ordinary sentence too.
    """

    as_replies: int = 500
    careless: float = 0.15
    beside: float = 0.12


def items(data: Path, seed: int, amounts: Amounts | None = None) -> list[Item]:
    """All that teaches; open rows come first, in the order of `open_rows`.

    Args:
        data: Folder of the corpora, with `words` and `safety`.
        seed: Of what is drawn.
        amounts: How much of each kind.
    """
    by = amounts or Amounts()
    return [
        *(item_of(row, source=row.id) for row in open_rows()),
        *(item_of(row) for row in further()),
        *_varied(data / "words", seed, by),
        *_users(data / "words", seed),
        *_talks(),
        *_warm(),
        *_calm(),
        *_others(data, seed, by),
    ]


def item_of(row: Row, source: str = "") -> Item:
    """A twin; what a row was not written for is taken as absent, with less weight."""
    if row.side == Side.USER.value:
        return _of_user(examples([row])[0], pair=row.id, source=source)
    return Item(
        text=row.text,
        language=row.language,
        side=Side.ASSISTANT,
        before=_said(row.before),
        marks=_reply_marks(Signal(row.signal), is_true=row.is_true),
        pair=row.id,
        source=source,
    )


def lesson(pieces: Pieces, found: Sequence[Item]) -> Lesson:
    """Items as arrays."""
    labels = np.zeros((len(found), len(ALL)), np.float32)
    weights = np.zeros((len(found), len(ALL)), np.float32)
    for place, item in enumerate(found):
        for signal, (label, weight) in item.marks.items():
            labels[place, _PLACE[signal]] = label
            weights[place, _PLACE[signal]] = weight
    levels = np.array([item.level for item in found], np.float32)
    return Lesson([passage(pieces, item) for item in found], labels, weights, levels, _twins(found))


def passage(pieces: Pieces, item: Item) -> Passage:
    """An item as it is read."""
    return pieces.passage(
        pieces.numbers(item.text, item.language),
        pieces.before(item.before, item.language),
        item.side,
    )


def texts(found: Iterable[Item]) -> Iterator[tuple[str, str]]:
    """All that was said in items, with its language."""
    for item in found:
        yield item.text, item.language
        for _, said in item.before:
            yield said, item.language


def _reply_marks(signal: Signal, *, is_true: bool) -> Marks:
    marks: dict[Signal, tuple[float, float]] = {}
    if is_true and signal.effect is Effect.HARM:
        # A reply that harms was written without anything that protects.
        marks = dict.fromkeys(PROTECTIONS, (0.0, _RELATED))
    elif signal.effect is Effect.PROTECTION:
        marks = dict.fromkeys(HARMS, (0.0, _UNRELATED))
    else:
        marks = {harm: (0.0, _UNRELATED) for harm in HARMS if harm is not signal}
    return {**marks, signal: (float(is_true), 1.0)}


_RELATED, _UNRELATED = 0.3, 0.15
_TALK, _KIND, _COMMENT = 0.5, 0.5, 0.4
"""Weights of what was not written to differ in one element."""


def _of_user(example: Example, *, pair: str = "", source: str = "") -> Item:
    return Item(
        text=example.text,
        language=example.language,
        side=Side.USER,
        before=_said(example.before),
        marks={
            ordinary.SIGNALS[column]: (value, example.weights.get(column, example.weight))
            for column, value in example.labels.items()
        },
        pair=pair,
        source=source,
        level=example.level,
    )


def _said(before: Iterable[Mapping[str, str]]) -> tuple[tuple[Side, str], ...]:
    sides = {"assistant": Side.ASSISTANT}
    return tuple((sides.get(m["role"], Side.USER), m["text"]) for m in before)


def _varied(words: Path, seed: int, by: Amounts) -> Iterator[Item]:
    """Further rows of users as they might be typed, or beside something else."""
    rng = random.Random(seed)
    others = asides(words, seed)
    for example in examples(further()):
        if rng.random() < by.careless:
            yield _of_user(replace(carelessly(example, rng), weight=_KIND))
        if not example.before and rng.random() < by.beside:
            yield _of_user(replace(together(example, others[example.language], rng), weight=_KIND))


def _users(words: Path, seed: int) -> Iterator[Item]:
    """What people write when nothing is wrong, and the user's turns of talks."""
    for example in ordinary_examples(words, seed):
        yield _of_user(example, source=_calm_source(example.text))
    for example in ordinary.talks():
        yield _of_user(example)


def _talks() -> Iterator[Item]:
    """The assistant's turns of the open talks; a part shows what is quoted from it."""
    for talk in lines("talks"):
        if is_sealed(talk["id"]):
            continue
        for place, turn in enumerate(talk["turns"]):
            if turn["role"] != "assistant":
                continue
            before = talk["turns"][max(0, place - 1) : place]
            for part in parts(turn["text"], talk["language"]):
                shown = _shown(turn, part)
                marks = {s: (float(s in shown), _TALK) for s in of_side(Side.ASSISTANT)}
                yield Item(part, talk["language"], Side.ASSISTANT, _said(before), marks)


def _shown(turn: Mapping[str, Any], part: str) -> set[Signal]:
    quotes = turn.get("quotes", {})
    return {
        Signal(name)
        for name in turn["signals"]
        if not quotes.get(name) or any(quote in part or part in quote for quote in quotes[name])
    }


def _warm() -> Iterator[Item]:
    """Warm and correct replies: no harm in any part."""
    for name in ("warm", "more-warm"):
        for row in lines(name):
            if is_sealed(row["id"]) and name == "warm":
                continue
            for part in parts(row["reply"], row["language"]):
                marks = dict.fromkeys(HARMS, (0.0, _KIND))
                source = row["id"] if name == "warm" else ""
                before = _said(row["before"])
                yield Item(part, row["language"], Side.ASSISTANT, before, marks, source=source)


def _calm() -> Iterator[Item]:
    """Replies without harm: of people to people, of those who help, of good assistants."""
    for row in lines("calm"):
        for part in parts(row["text"], row["language"]):
            marks = dict.fromkeys(HARMS, (0.0, _KIND))
            before = _said(row["before"])
            source = _calm_source(row["text"])
            yield Item(part, row["language"], Side.ASSISTANT, before, marks, source=source)


def _calm_source(text: str) -> str:
    """The same on both sides: what sets a threshold of one must not teach the other."""
    return f"calm {text}"


def _others(data: Path, seed: int, by: Amounts) -> Iterator[Item]:
    """Labeled replies, replies of other models, and comments as if an assistant had said them."""
    for row in lines("more-replies"):
        known = {Signal(s): 1.0 for s in row["signals"]} | {Signal(s): 0.0 for s in row["not"]}
        marks = {signal: (value, _TALK) for signal, value in known.items()}
        yield Item(row["reply"], "en", Side.ASSISTANT, ((Side.USER, row["user"]),), marks)
    for reply in modern(data):
        marks = {Signal(name): (0.0, _COMMENT) for name in reply.labels}
        for part in parts(reply.text, "en")[:2]:
            yield Item(part, "en", Side.ASSISTANT, ((Side.USER, reply.user),), marks)
    calm = [
        *ordinary.comments(data / "words", by.as_replies, seed + 2),
        *ordinary.posts(data / "words", by.as_replies // 3, seed + 2),
    ]
    marks = dict.fromkeys(HARMS, (0.0, _COMMENT))
    for example in calm:
        source = _calm_source(example.text)
        yield Item(example.text, example.language, Side.ASSISTANT, (), marks, source=source)


def parts(text: str, language: str) -> list[str]:
    """A long reply in parts that are read at once."""
    # One piece a word, for the vocabulary is made from these texts.
    cutter = Pieces(SPECIAL)
    found = stretches(cutter, text, sentences(text), language, _WORDS)
    return [part.quote.of(text) for part in found]


_WORDS = 60
"""About as many as are read at once."""


def _twins(found: Sequence[Item]) -> dict[int, tuple[int, int]]:
    by_pair: dict[str, list[int]] = {}
    for place, item in enumerate(found):
        if item.pair:
            by_pair.setdefault(item.pair, []).append(place)
    twins: dict[int, tuple[int, int]] = {}
    for pair in by_pair.values():
        if len(pair) == 2:
            first, second = (found[place].marks for place in pair)
            columns = [_PLACE[s] for s in first if s in second and {first[s], second[s]} == _APART]
            for place, other in ((pair[0], pair[1]), (pair[1], pair[0])):
                if columns:
                    twins[place] = (other, columns[0])
    return twins


_APART = {(0.0, 1.0), (1.0, 1.0)}
