"""A message in sentences and words, each with the place where it stands."""

from __future__ import annotations

import re
from typing import NamedTuple

from mien.guard.observation import Quote

LONGEST_SENTENCE = 400
"""Characters; a longer one is cut, for an unpunctuated text must not be one quote."""

LONGEST_WORD = 40
"""Characters; the rest of a longer one is left unread."""

_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…\n]*|[.!?…\n]+")
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_JOINED = "'’‘ʼ`´*@$-"


class Word(NamedTuple):
    """A word or a mark.

    Attributes:
        text: As it is written.
        from_char: First character.
        to_char: One past the last.
    """

    text: str
    from_char: int
    to_char: int


def sentences(text: str) -> list[Quote]:
    """Where the sentences of a text are, in order, without space around them.

    >>> [part.of("Hi there. Are you real?") for part in sentences("Hi there. Are you real?")]
    ['Hi there.', 'Are you real?']
    """
    found: list[Quote] = []
    for match in _SENTENCE.finditer(text):
        for start in range(match.start(), match.end(), LONGEST_SENTENCE):
            piece = text[start : min(match.end(), start + LONGEST_SENTENCE)]
            lead = len(piece) - len(piece.lstrip())
            if body := piece.strip():
                found.append(Quote(start + lead, start + lead + len(body)))
    return _with_stray_marks(found, text)


def words(text: str, within: Quote | None = None) -> list[Word]:
    """The words and marks of a text; a word keeps an apostrophe or a mask within it.

    >>> [word.text for word in words("I can't, s*icide")]
    ['I', "can't", ',', 's*icide']
    """
    start, stop = within or (0, len(text))
    found: list[Word] = []
    for match in _WORD.finditer(text, start, stop):
        if found and _continues(found, match.start(), text):
            first = found[-2]
            found[-2:] = [Word(text[first.from_char : match.end()], first.from_char, match.end())]
        else:
            found.append(Word(match.group(), match.start(), match.end()))
    return [
        word._replace(text=word.text[:LONGEST_WORD]) if len(word.text) > LONGEST_WORD else word
        for word in found
    ]


def _continues(found: list[Word], start: int, text: str) -> bool:
    """Whether a word goes on after one mark, as in can't or s*icide."""
    if len(found) < 2 or not text[start].isalnum():
        return False
    first, mark = found[-2], found[-1]
    touches = first.to_char == mark.from_char and mark.to_char == start
    short = mark.to_char - first.from_char < LONGEST_WORD
    return touches and short and mark.text in _JOINED and first.text[-1].isalnum()


def _with_stray_marks(found: list[Quote], text: str) -> list[Quote]:
    """Pieces without a letter or digit join the sentence before them."""
    joined: list[Quote] = []
    for piece in found:
        is_stray = bool(joined) and not any(map(str.isalnum, piece.of(text)))
        if is_stray and piece.to_char - joined[-1].from_char <= LONGEST_SENTENCE:
            joined[-1] = Quote(joined[-1].from_char, piece.to_char)
        else:
            joined.append(piece)
    return joined
