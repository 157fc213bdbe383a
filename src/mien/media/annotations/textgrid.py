"""Praat's TextGrid, long and short text form, to turns.

Source: Praat manual, "TextGrid file formats": only quoted strings, numbers and flags that stand
free count, whatever else is written around them, which makes both forms one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from mien.media.annotations.tiers import Interval, Tier, written_of
from mien.media.words.text import Written
from mien.media.words.whisper import NotATranscript

_HEAD = re.compile(r'\s*(?:File type = )?"ooTextFile"[^"]*"TextGrid"')
_CHRONOLOGICAL = '"Praat chronological TextGrid text file"'
_TOKEN = re.compile(
    r'"(?P<text>[^"]*(?:""[^"]*)*)"|(?<!\S)(?P<flag><\w+>)|(?<!\S)(?P<number>[-+]?\d\S*)'
    r'|![^\n]*|[^\s"]+|"'
)


class _Token(NamedTuple):
    kind: str
    value: str
    at: int


def is_textgrid(text: str) -> bool:
    """Whether a text is a TextGrid in one of Praat's text forms."""
    return _HEAD.match(text) is not None or text.lstrip().startswith(_CHRONOLOGICAL)


def parse_textgrid(text: str, name: str) -> Written:
    """The turns of a TextGrid's tiers of intervals; see `media.annotations.tiers` for which.

    Args:
        text: For which `is_textgrid` holds, line feeds at line ends.
        name: Becomes the conversation's id.

    Raises:
        NotATranscript: If it is damaged; the message names the line.
    """
    if text.lstrip().startswith(_CHRONOLOGICAL):
        raise NotATranscript("a chronological TextGrid: save it with Praat's Save as text file")
    tokens = _Tokens(text)
    tokens.skip("text", "text", "number", "number")  # what it is, from when, to when
    if tokens.next("flag").value != "<exists>":
        return written_of((), name)
    tiers = [_tier(tokens) for _ in range(tokens.count())]
    points = sum(tier is None for tier in tiers)
    notes = [f"tiers of points, not read: {points}"] if points else []
    return written_of([tier for tier in tiers if tier is not None], name, notes)


def _tier(tokens: _Tokens) -> Tier | None:
    """The next tier; None for one of points, which have no length."""
    form = tokens.next("text").value
    name = tokens.next("text").value
    tokens.skip("number", "number")
    n = tokens.count()
    if form == "IntervalTier":
        return Tier(name, tuple(_interval(tokens) for _ in range(n)))
    if form != "TextTier":
        raise NotATranscript(f"line {tokens.line}: a tier of the unknown class {form[:40]!r}")
    for _ in range(n):
        tokens.skip("number", "text")
    return None


def _interval(tokens: _Tokens) -> Interval:
    return Interval(tokens.number(), tokens.number(), tokens.next("text").value)


class _Tokens:
    """What stands free in a text, one after the other."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._found = self._tokens()

    @property
    def line(self) -> int:
        """Where reading stands, from 1."""
        return self._text.count("\n", 0, self._at) + 1

    def next(self, kind: str) -> _Token:
        """The next one, which must be a `text`, a `number` or a `flag`."""
        token = next(self._found, None)
        if token is None:
            raise NotATranscript("the TextGrid ends too early (was a download cut?)")
        self._at = token.at
        if token.kind != kind:
            raise NotATranscript(f"line {self.line}: a {kind} should stand here in a TextGrid")
        return token

    def skip(self, *kinds: str) -> None:
        """Pass over some."""
        for kind in kinds:
            self.next(kind)

    def number(self) -> float:
        """The next one as a finite number."""
        token = self.next("number")
        try:
            number = float(token.value)
        except ValueError:
            number = math.nan
        if not abs(number) < 1e9:
            raise NotATranscript(f"line {self.line}: {token.value[:40]!r} is no time")
        return number

    def count(self) -> int:
        """The next one as how many follow."""
        number = self.number()
        if number < 0 or number != int(number):
            raise NotATranscript(f"line {self.line}: {number:g} is not how many there can be")
        return int(number)

    def _tokens(self) -> Iterator[_Token]:
        for found in _TOKEN.finditer(self._text):
            if found.lastgroup is not None:
                value = found[found.lastgroup]
                is_text = found.lastgroup == "text"
                yield _Token(
                    found.lastgroup, value.replace('""', '"') if is_text else value, found.start()
                )
