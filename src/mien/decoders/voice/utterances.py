"""Cutting a stream of speech probabilities into utterances.

The rule: speech begins where the probability reaches `enter` and lasts until it falls below
`leave`; pauses shorter than `gap` join what they part. An utterance that grows beyond
`longest` is cut at its quietest point in its second half. Utterances never overlap: each
moment of speech belongs to exactly one. What the net *hears* is a little longer than what the
reading *spans*: `margin` on both sides, and up to `shortest` in all for a brief utterance, so
that neighbors may share a margin but never a reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mien.decoders.voice.features import Floats

STEP = 0.02
"""Seconds that a probability stands for."""


@dataclass(frozen=True, slots=True)
class CutRule:
    """When speech is an utterance; times in seconds.

    Attributes:
        enter: Probability that begins speech.
        leave: Probability below which it ends.
        gap: Pauses shorter than this join.
        longest: Utterances are cut beyond this.
        shortest: What the net should at least hear.
        margin: What it hears before and after an utterance.
        briefest: Speech shorter than this is taken for a click.
        maybe: Probability from which a sound that is never speech may be a laugh or a sob.
        burst: How long such a sound must last.
    """

    enter: float = 0.5
    leave: float = 0.35
    gap: float = 0.3
    longest: float = 10.0
    shortest: float = 1.0
    margin: float = 0.15
    briefest: float = 0.1
    maybe: float = 0.2
    burst: float = 0.3


class Piece(NamedTuple):
    """A stretch to judge, in steps of the stream.

    Attributes:
        start: First step.
        end: The step after the last.
        speech: Mean probability of speech.
        is_speech: False for a candidate of a laugh, sob or sigh.
    """

    start: int
    end: int
    speech: float
    is_speech: bool

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return (self.end - self.start) * STEP


class Cutter:
    """Finds the pieces of one stream; holds at most `longest` seconds of probabilities."""

    def __init__(self, rule: CutRule) -> None:
        self._rule = rule
        self._at = 0
        self._open: int | None = None
        self._last = 0
        self._is_speaking = False
        self._maybe_from: int | None = None
        self._told: list[float] = []
        self._loud: list[float] = []

    @property
    def at(self) -> int:
        """The step that comes next."""
        return self._at

    @property
    def needed_from(self) -> int:
        """The first step that a later piece may still contain."""
        starts = [at for at in (self._open, self._maybe_from) if at is not None]
        return min(starts, default=self._at)

    def push(self, speech: Floats, loudness: Floats) -> list[Piece]:
        """Pieces that ended within these steps.

        Args:
            speech: Probability of each step, shape (n,).
            loudness: Anything that grows with its level, shape (n,); chooses where to cut.
        """
        pieces: list[Piece] = []
        if self._is_idle and len(speech) and float(speech.max()) < self._rule.maybe:
            self._at += len(speech)  # silence costs nothing
            return pieces
        for told, loud in zip(speech.tolist(), loudness.tolist(), strict=True):
            self._take(told, loud, pieces)
        return pieces

    def close(self) -> list[Piece]:
        """The piece that was still open, if there is one."""
        pieces: list[Piece] = []
        self._end_maybe(pieces)
        self._end_speech(pieces)
        return pieces

    @property
    def _is_idle(self) -> bool:
        return self._open is None and self._maybe_from is None

    def _take(self, told: float, loud: float, pieces: list[Piece]) -> None:
        rule, at = self._rule, self._at
        self._is_speaking = told >= (rule.leave if self._is_speaking else rule.enter)
        if self._is_speaking:
            self._begin_speech(at)
            self._last = at
        elif self._open is not None and at - self._last >= _steps(rule.gap):
            self._end_speech(pieces)
        if self._open is None:
            self._follow_maybe(told, pieces)
        if not self._is_idle:
            self._told.append(told)
            self._loud.append(loud)
        self._at += 1
        held = self._open if self._open is not None else self._maybe_from
        if held is not None and self._at - held >= _steps(rule.longest):
            self._cut(pieces)

    def _begin_speech(self, at: int) -> None:
        if self._open is None:
            self._open = at
            self._maybe_from = None
            self._told, self._loud = [], []

    def _follow_maybe(self, told: float, pieces: list[Piece]) -> None:
        if told < self._rule.maybe:
            self._end_maybe(pieces)
        elif self._maybe_from is None:
            self._maybe_from = self._at

    def _end_speech(self, pieces: list[Piece]) -> None:
        if self._open is None:
            return
        self._emit(self._open, self._last + 1, True, pieces)
        self._open, self._is_speaking = None, False
        self._told, self._loud = [], []

    def _end_maybe(self, pieces: list[Piece]) -> None:
        if self._maybe_from is None:
            return
        if self._at - self._maybe_from >= _steps(self._rule.burst):
            self._emit(self._maybe_from, self._at, False, pieces)
        self._maybe_from = None
        self._told, self._loud = [], []

    def _cut(self, pieces: list[Piece]) -> None:
        if self._open is None:
            self._end_maybe(pieces)
            return
        start, half = self._open, len(self._told) // 2
        keep = half + _quietest(self._loud[half:])
        self._emit(start, start + keep, True, pieces)
        self._open = start + keep
        self._last = max(self._last, self._open)
        self._told, self._loud = self._told[keep:], self._loud[keep:]

    def _emit(self, start: int, end: int, is_speech: bool, pieces: list[Piece]) -> None:
        if (end - start) >= _steps(self._rule.briefest):
            mean = float(np.mean(self._told[: end - start]))
            pieces.append(Piece(start, end, mean, is_speech))


def _quietest(loudness: Sequence[float]) -> int:
    """The middle of the softest 200 ms."""
    width = 10
    sums = np.convolve(loudness, np.ones(width), "valid")
    return int(np.argmin(sums)) + width // 2


def _steps(seconds: float) -> int:
    return round(seconds / STEP)


def heard(piece: Piece, rule: CutRule, first: int, last: int) -> tuple[int, int]:
    """What the net hears of a piece, in steps from `first` to `last`, both there to be heard.

    Args:
        piece: What is judged.
        rule: Its margin and shortest length.
        first: The earliest step that is still held.
        last: The step after the latest one.
    """
    margin = _steps(rule.margin)
    end = min(piece.end + margin, last)
    start = max(piece.start - margin, first)
    missing = _steps(rule.shortest) - (end - start)
    if missing > 0:
        end = min(end + missing // 2, piece.end + _steps(rule.gap), last)
        start = max(end - _steps(rule.shortest), first)
    return start, end
