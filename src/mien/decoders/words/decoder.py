"""The words decoders: turns in, one reading a turn out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.decoders.decoder import Reference
from mien.decoders.words.clean import LOUD, clean, neutral, raw_words
from mien.decoders.words.emoji import without_symbols
from mien.decoders.words.language import EnglishDetector
from mien.decoders.words.models import WordsModel
from mien.decoders.words.passages import passages, strongest, weighted_mean
from mien.decoders.words.readout import ENOUGH_WORDS, judge, labels
from mien.emotions.scores import Scores
from mien.timeline.card import Card
from mien.timeline.conversation import Turn
from mien.timeline.reading import Channel, Reading, Reason, Verdict

BLOCK = 256
"""Turns judged together; only for speed, no result depends on it."""


class _Open(NamedTuple):
    """A turn that the model is asked about."""

    turn: Turn
    place: int
    parts: list[list[str]]
    size: int


@dataclass(frozen=True, slots=True)
class WordsDecoder:
    """Reads messages as people would label them, each by itself, in English.

    Attributes:
        name: With version.
        card: What it is worth.
        model: Judges passages.
        english: Asked first.
    """

    name: str
    card: Card
    model: WordsModel
    english: EnglishDetector

    def open(self, reference: Reference | None = None) -> WordsDecoding:
        """Begin a conversation; words have no baseline, so a reference changes nothing."""
        return WordsDecoding(self)

    def refer(self, pieces: Iterable[Turn]) -> Reference | None:
        """None: what a person usually writes is no measure of what they write now."""
        return None


class WordsDecoding:
    """One pass over one conversation; every turn is answered at once.

    Args:
        decoder: Whose pass it is.
    """

    def __init__(self, decoder: WordsDecoder) -> None:
        self._decoder = decoder

    def push(self, pieces: Sequence[Turn]) -> list[Reading]:
        """One reading a turn, in order."""
        return [
            reading
            for start in range(0, len(pieces), BLOCK)
            for reading in _read(self._decoder, pieces[start : start + BLOCK])
        ]

    def close(self) -> list[Reading]:
        """Nothing: no reading waits for a later turn."""
        return []


def _read(decoder: WordsDecoder, turns: Sequence[Turn]) -> list[Reading]:
    readings: list[Reading | None] = [None] * len(turns)
    asked: list[_Open] = []
    for place, turn in enumerate(turns):
        cleaned = clean(turn.text)
        raw = raw_words(cleaned)
        found = neutral(raw, cleaned)
        size = count_words(found)
        if not size:
            readings[place] = _silent(decoder.name, turn, Reason.NO_DATA)
        elif decoder.english.refuses(raw if turn.text.isascii() else _written(turn.text)):
            readings[place] = _silent(decoder.name, turn, Reason.UNCOVERED_LANGUAGE)
        else:
            asked.append(_Open(turn, place, passages(found), size))
    if asked:
        for one, reading in zip(asked, _answers(decoder, asked), strict=True):
            readings[one.place] = reading
    return [reading for reading in readings if reading is not None]


def _written(text: str) -> list[str]:
    # Emoji are said in English words, and four of one would count as a strange language.
    return raw_words(clean(without_symbols(text)))


def _answers(decoder: WordsDecoder, asked: Sequence[_Open]) -> Iterator[Reading]:
    model = decoder.model
    shares, affect = _judge(model, asked)
    told = judge(model.readout, shares, [one.size for one in asked])
    rows = zip(
        asked,
        Scores.from_rows(told.shares),
        Scores.from_rows(told.deviations),
        told.confidence.tolist(),
        told.reasons,
        told.extra,
        affect.tolist(),
        strict=True,
    )
    v_sd, a_sd, d_sd = model.affect_deviation.tolist()
    for (turn, _, _, size), shown, deviations, confidence, reason, extra, (v, a, d) in rows:
        wide = max(1.0, (ENOUGH_WORDS / size) ** 0.5)
        yield Reading(
            start=turn.start,
            end=turn.end,
            turn=turn.index,
            channel=Channel.WORDS,
            person=turn.speaker,
            scores=shown,
            scores_sd=deviations,
            valence=v,
            valence_sd=v_sd * wide,
            arousal=a,
            arousal_sd=a_sd * wide,
            dominance=d,
            dominance_sd=d_sd * wide,
            confidence=confidence,
            quality=min(1.0, size / ENOUGH_WORDS),
            verdict=Verdict.TOLD if reason is None else Verdict.CANNOT_TELL,
            reason=reason,
            text=turn.text,
            extra=extra,
            decoder=decoder.name,
        )


def count_words(found: Sequence[str]) -> int:
    """Words among words and marks."""
    wordy = [word for word in found if len(word) > 1 or word.isalnum()]
    return len(wordy) - (LOUD in wordy[:1])


def _judge(
    model: WordsModel, asked: Sequence[_Open]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    judged = model([part for one in asked for part in one.parts])
    if len(judged.shares) == len(asked):
        return judged.shares, judged.affect
    shares = np.zeros((len(asked), judged.shares.shape[1]), np.float32)
    affect = np.zeros((len(asked), 3), np.float32)
    neutral = labels().index("neutral")
    start = 0
    for i, one in enumerate(asked):
        rows = slice(start, start + len(one.parts))
        shares[i] = strongest(judged.shares[rows], neutral)
        affect[i] = weighted_mean(judged.affect[rows], one.parts)
        start += len(one.parts)
    return shares, affect


def _silent(name: str, turn: Turn, reason: Reason) -> Reading:
    return Reading(
        start=turn.start,
        end=turn.end,
        turn=turn.index,
        channel=Channel.WORDS,
        person=turn.speaker,
        quality=0.0,
        verdict=Verdict.CANNOT_TELL,
        reason=reason,
        text=turn.text,
        decoder=name,
    )
