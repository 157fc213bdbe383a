"""What speaks for a turn being the cause of a feeling: numbers for it and each candidate."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import is_
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.emotions.emotion import Emotion
from mien.emotions.scores import Scores
from mien.moments.spoken import WINDOW, Spoken

Array = NDArray[np.float32]

FAMILIES: Final = {
    "joy": "elation pleasure contentment hope triumph pride awe relief",
    "warmth": "gratitude affection infatuation",
    "fun": "amusement teasing",
    "surprise": "surprise",
    "wonder": "interest contemplation concentration confusion doubt",
    "anger": "anger bitterness contempt disgust impatience malevolence sourness jealousy",
    "sadness": "sadness disappointment pain helplessness longing fatigue numbness",
    "fear": "fear distress",
    "shame": "shame embarrassment",
    "neutral": "neutral",
}
"""Emotions that have the same kinds of causes; a decoder's finer confusions stay inside."""

TRAITS: Final = (
    "length", "sentences", "asks", "exclaims", "negates", "first", "second", "third", "past",
    "reacts", "because", "points", "thanks", "regrets", "rarity",
)  # fmt: skip
_FELT: Final = (*FAMILIES, "valence", "feeling")
_PAIR: Final = (
    "lag", "same", "is_own", "is_last", "own_between", "their_between",
    "shared", "shared_of_target", "shared_of_candidate", "shared_with_last", "novel", "told_before",
    "alike", "valence_gap", "valence_product", "rarity_rank", "feeling_rank",
    "last_asks", "last_length", "last_feeling",
)  # fmt: skip
FEATURES: Final = (
    *(f"target_{name}" for name in TRAITS + _FELT),
    *(f"candidate_{name}" for name in TRAITS + _FELT),
    *_PAIR,
)
"""The columns that `clues` gives."""

COMMON: Final = 4.0
"""Rarity below which a word is of every talk and tells nothing when it is shared."""

_FOLD: Final = np.array(
    [[e.value in names.split() for names in FAMILIES.values()] for e in Emotion], np.float32
)
_QUOTES: Final = str.maketrans("’‘ʼ`´", "'''''")
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+")
_SENTENCE: Final = re.compile(r"(?<![.!?…])[.!?…]+(?:\s|$)")
_PARTS: Final = re.compile(r"(?<=\w) (?='(?:s|m|re|ve|ll|d|t)\b)")
_ENDINGS: Final = re.compile(r"(?<=\w{3})(?:'s|ings?|ed|es|s|ly)$")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CLASSES: Final = {
    "negates": _set(
        "no not never nothing nobody none neither nor cannot without hardly barely don't doesn't "
        "didn't isn't aren't wasn't weren't won't wouldn't can't couldn't shouldn't haven't hasn't "
        "hadn't ain't"
    ),
    "first": _set("i i'm i've i'll i'd me my mine myself we we're we've we'll us our ours"),
    "second": _set("you you're you've you'll you'd your yours yourself u"),
    "third": _set("he he's she she's they they're him her them his hers their it it's"),
    "past": _set(
        "was were had did got went said told gave took came saw found lost left broke won heard "
        "made thought kept fell forgot bought sold sent met ate drank wrote paid quit hit let knew "
        "felt"
    ),
    "because": _set("because cause since why reason"),
    "thanks": _set("thank thanks thankful grateful appreciate cheers"),
    "regrets": _set("sorry apologize apologise forgive regret excuse pardon"),
}
_REACTING: Final = _set(
    "oh ah wow what really no god gosh hey aw ooh ugh ha haha hahaha yes yeah great wonderful "
    "congratulations finally damn hell jesus christ seriously ouch yay"
)
_POINTING: Final = _set("that that's this it it's those these so")
_COLUMNS: Final = {
    word: [TRAITS.index(name) for name, words in _CLASSES.items() if word in words]
    for word in frozenset().union(*_CLASSES.values())
}
_COUNTED: Final = frozenset({"first", "second", "third", "past"})


@dataclass(frozen=True, slots=True)
class Rarity:
    """How much a shared word tells: its surprise in everyday talk, in nats.

    Attributes:
        known: By stem.
        unknown: Of any other word.
    """

    known: Mapping[str, float]
    unknown: float

    def of(self, words: Iterable[str]) -> dict[str, float]:
        """Of the stems among words that are not of every talk."""
        found = {one: self.known.get(one, self.unknown) for one in map(stem, words)}
        return {one: rarity for one, rarity in found.items() if rarity > COMMON}


@dataclass(frozen=True, slots=True)
class Said:
    """One turn, read once.

    Attributes:
        stems: Rarity of its telling words.
        total: Their sum.
        traits: Of its words, then what it shows; shape (traits + felt,).
    """

    stems: Mapping[str, float]
    total: float
    traits: Array

    @property
    def feeling(self) -> float:
        """Part of what is shown that is not neutral, 0 to 1."""
        return float(self.traits[_FEELING])


@dataclass(frozen=True, slots=True)
class Heard:
    """The turns that a feeling may come from, the one that shows it as the last.

    Attributes:
        spoken: The turns.
        said: The same, read.
        clues: Shape (turns, features).
    """

    spoken: tuple[Spoken, ...]
    said: Sequence[Said]
    clues: Array


@lru_cache(maxsize=4_096)
def stem(word: str) -> str:
    """A word without its endings; rough, and the same for all forms that matter.

    >>> stem("talked"), stem("talking"), stem("cat's")
    ('talk', 'talk', 'cat')
    """
    return _ENDINGS.sub("", word)


def words_of(text: str) -> list[str]:
    """Lower-case words, with contractions in one piece."""
    if "`" in text or not text.isascii():
        text = text.translate(_QUOTES)
    if " '" in text:
        text = _PARTS.sub("", text)
    found: list[str] = _WORD.findall(text.lower())
    return found


def said(text: str, scores: Scores, valence: float | None, rarity: Rarity) -> Said:
    """One turn, read once."""
    words = words_of(text)
    stems = rarity.of(words)
    total = sum(stems.values())
    shown = np.array(traits(text, words, total) + _felt(scores, valence), np.float32)
    return Said(stems, total, shown)


def traits(text: str, words: Sequence[str], rarity: float) -> list[float]:
    """What can be counted in words: one number for each of `TRAITS`."""
    row = [0.0] * len(TRAITS)
    row[0] = math.log1p(len(words))
    row[1] = float(len(_SENTENCE.findall(text)))
    row[2] = float("?" in text)
    row[3] = float(text.count("!"))
    for word in words:
        for column in _COLUMNS.get(word, ()):
            row[column] += 1.0
        if word.endswith("ed"):
            row[_PAST] += 1.0
    for column in _FLAGS:
        row[column] = min(row[column], 1.0)
    row[_REACTS] = float(not _REACTING.isdisjoint(words[:2]))
    row[_POINTS] = float(not _POINTING.isdisjoint(words[:3]))
    row[-1] = rarity
    return row


_PAST: Final = TRAITS.index("past")
_REACTS: Final = TRAITS.index("reacts")
_POINTS: Final = TRAITS.index("points")
_FLAGS: Final = tuple(TRAITS.index(name) for name in _CLASSES if name not in _COUNTED)


def _felt(scores: Scores, valence: float | None) -> list[float]:
    shares: list[float] = (_told(scores) @ _FOLD).tolist()
    total = sum(shares)
    feeling = 1 - shares[-1] / total if total > 0 else 0.0
    return [*shares, valence or 0.0, feeling]


def _told(scores: Scores) -> Array:
    shares = scores.to_array()
    return np.where(np.isnan(shares), np.float32(0), shares)


_N: Final = len(TRAITS)
_FELT_AT: Final = slice(_N, _N + len(FAMILIES) - 1)
_VALENCE: Final = _N + _FELT.index("valence")
_FEELING: Final = _N + _FELT.index("feeling")
_RARITY: Final = TRAITS.index("rarity")
_OF_LAST: Final = [TRAITS.index("asks"), TRAITS.index("length"), _FEELING]


def clues(history: Sequence[Spoken], turns: Sequence[Said]) -> Array:
    """What speaks for each turn being a cause of what the last one shows.

    Args:
        history: Not empty; the last one is the turn that is asked about.
        turns: The same, read.

    Returns:
        Shape (turns, features), in order of time.
    """
    shown = np.stack([turn.traits for turn in turns])
    target = np.broadcast_to(shown[-1], shown.shape)
    return np.concatenate([target, shown, _pairs(history, turns, shown)], axis=1)


def _pairs(history: Sequence[Spoken], turns: Sequence[Said], shown: Array) -> Array:
    n = len(turns)
    own, last = turns[-1], turns[max(0, n - 2)]
    felt, valence = shown[:, _FELT_AT], shown[:, _VALENCE]
    norms = np.sqrt((felt * felt).sum(axis=1)) + 1e-6
    gap = valence - valence[-1]
    measured = np.stack(
        (
            felt @ felt[-1] / (norms * norms[-1]),
            np.maximum(gap, -gap),
            valence * valence[-1],
            _rank(shown[:, _RARITY]),
            _rank(shown[:, _FEELING]),
        ),
        axis=1,
    )
    counted = [
        (*near, *words)
        for near, words in zip(_places(history), _words(turns, own, last), strict=True)
    ]
    of_last = np.broadcast_to(last.traits[_OF_LAST], (n, len(_OF_LAST)))
    return np.concatenate([np.array(counted, np.float32), measured, of_last], axis=1)


def _places(history: Sequence[Spoken]) -> list[tuple[float, ...]]:
    """How far back each turn lies, and who spoke since."""
    speaker = history[-1].speaker
    found: list[tuple[float, ...]] = []
    own = their = 0
    for lag, turn in enumerate(reversed(history)):
        is_same = turn.speaker == speaker
        found.append((lag, is_same, lag == 0, lag == 1, own, their))
        if lag:
            own, their = own + is_same, their + (not is_same)
    return found[::-1]


def _words(turns: Sequence[Said], own: Said, last: Said) -> Iterator[tuple[float, ...]]:
    """What each turn shares with the own one and the last one, and what it tells first."""
    seen: set[str] = set()
    for turn in turns:
        stems = turn.stems
        shared = turn.total if turn is own else shared_rarity(stems, own.stems)
        known = shared_rarity(stems, seen)
        total = turn.total + 1e-6
        of_own = shared / (own.total + 1e-6)
        with_last = shared_rarity(stems, last.stems) / total
        yield shared, of_own, shared / total, with_last, turn.total - known, known
        seen.update(stems)


def shared_rarity(stems: Mapping[str, float], others: Collection[str]) -> float:
    """Of the stems that are among others."""
    # Most turns share nothing, which `isdisjoint` finds out without a step in Python.
    if stems.keys().isdisjoint(others):
        return 0.0
    return sum([rarity for one, rarity in stems.items() if one in others])


def _rank(values: Array) -> Array:
    """Of how many of the turns a turn has more, as a part of one."""
    return np.asarray((values[:, None] > values[None, :]).sum(axis=1) / len(values), np.float32)


class Listener:
    """Reads each turn once, however often it is a candidate.

    Args:
        rarity: Of words.
    """

    def __init__(self, rarity: Rarity) -> None:
        self.rarity = rarity
        self._said = lru_cache(maxsize=4 * WINDOW)(partial(said, rarity=rarity))
        self._last: tuple[tuple[Spoken, ...], Heard] | None = None

    def __call__(self, history: Sequence[Spoken]) -> Heard:
        """What is known of the last turns of a history, which is not empty."""
        key = tuple(history[-WINDOW:])
        last = self._last
        if last is not None and len(last[0]) == len(key) and all(map(is_, last[0], key)):
            return last[1]
        turns = [self._said(one.text, one.alone, one.valence) for one in key]
        heard = Heard(key, turns, clues(key, turns))
        self._last = key, heard
        return heard
