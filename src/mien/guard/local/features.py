"""What a message shows of itself: words, letter groups, ideas, and how they stand to each other."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from itertools import compress
from typing import NamedTuple
from zlib import crc32

from mien.core.recent import Recent
from mien.guard.local.lexicon import Lexicon, ideas, lexicon
from mien.guard.local.pieces import sentences, words
from mien.guard.local.spelling import spell
from mien.guard.observation import Quote

BUCKETS = 1 << 13
"""Rows for words and letter groups; those of a bucket share theirs."""

GRAM_SIZES = (3, 4)
SCOPE = 5
"""Words that a negation or a holder reaches."""

_IDEAS = {name: row for row, name in enumerate(ideas())}
_NOT, _I, _YOU = "NOT", ("I", "MYSELF", "FIRST_VERB"), ("YOU", "FORMAL_YOU")
_OTHERS = ("HE", "SHE", "THEY", "FAMILY", "PARTNER", "FRIEND", "OTHER_ROLE")
_QUOTING = frozenset('"“„«‚‘”»’')


class Flag(IntEnum):
    """What a word is, or stands in, besides its own meaning."""

    OF_USER = 0
    OF_ASSISTANT = 1
    NEGATED = 2
    HOLDER_I = 3
    HOLDER_YOU = 4
    HOLDER_OTHER = 5
    QUESTION = 6
    QUOTED = 7
    CAPITALS = 8
    FIRST = 9
    NUMBER = 10
    FRAMED = 11
    FRAMED_EARNEST = 12
    IN_PAST = 13
    STRETCHED = 14
    ENGLISH = 15
    GERMAN = 16
    SPANISH = 17


_LANGUAGE_FLAGS = {"en": Flag.ENGLISH, "de": Flag.GERMAN, "es": Flag.SPANISH}
FLAGS = len(Flag)
N_IDEAS = len(_IDEAS)
N_ROWS = N_IDEAS + FLAGS + BUCKETS
_CACHE_LIMIT = 50_000
"""Words whose spelling and rows are remembered."""

_LANGUAGE_ROWS = {language: N_IDEAS + flag for language, flag in _LANGUAGE_FLAGS.items()}
_FLAG_ROWS = tuple(
    N_IDEAS + flag
    for flag in (
        *(Flag.NEGATED, Flag.QUESTION, Flag.QUOTED, Flag.CAPITALS, Flag.FIRST, Flag.NUMBER),
        *(Flag.FRAMED, Flag.FRAMED_EARNEST, Flag.IN_PAST),
    )
)


class Token(NamedTuple):
    """One word, as rows of the table of a network.

    Attributes:
        marks: Rows of ideas and flags, which add up.
        grams: Rows of the word and its letter groups, of which the mean counts.
        from_char: Where the word begins in its message.
    """

    marks: tuple[int, ...]
    grams: tuple[int, ...]
    from_char: int


def tokens(text: str, language: str, *, within: Quote | None = None) -> list[Token]:
    """The words of a message, in order.

    Args:
        text: As it was written.
        language: `en`, `de` or `es`.
        within: A part of it; by default all.
    """
    known = lexicon(language)
    found: list[Token] = []
    state = _State()
    for part in sentences(text):
        if within and (part.to_char <= within.from_char or part.from_char >= within.to_char):
            continue
        found.extend(_sentence(text, part, language, known, state))
    return found


def context(text: str, language: str, *, is_user: bool, longest: int = 16) -> list[Token]:
    """The last words of an earlier message, marked as such."""
    tail = text[-400:]
    key = f"{language} {is_user} {longest} {tail}".encode("utf-8", "surrogatepass")
    return _before.get(key, lambda: _marked(tail, language, is_user, longest))


def _marked(tail: str, language: str, is_user: bool, longest: int) -> list[Token]:
    flag = N_IDEAS + (Flag.OF_USER if is_user else Flag.OF_ASSISTANT)
    return [
        token._replace(marks=(*token.marks, flag), from_char=-1)
        for token in tokens(tail, language)[-longest:]
    ]


_before: Recent[list[Token]] = Recent(256)
"""A message stands before the next two: then its words need not be read again."""


@lru_cache(maxsize=_CACHE_LIMIT)
def _spell(word: str, language: str) -> tuple[str, ...]:
    return tuple(spell(word, language))


class _State:
    """What carries over from sentence to sentence."""

    def __init__(self) -> None:
        self.framed = self.earnest = self.quoted = False


def _sentence(text: str, part: Quote, language: str, known: Lexicon, state: _State) -> list[Token]:
    typed = words(text, part)
    plain: list[str] = []
    source: list[int] = []
    for index, written in enumerate(typed):
        for one in _spell(written.text, language):
            if one:
                plain.append(one)
                source.append(index)
    meant = known.ideas(plain)
    asks = text[part.from_char : part.to_char].rstrip("\"'”»)").endswith("?")
    past = any("PAST" in m for m in meant)
    holder, held, negated = -1, 0, 0
    found = []
    for place, (word, mine, index) in enumerate(zip(plain, meant, source, strict=True)):
        holder, held = _holder(mine, holder, held)
        negated = SCOPE if _NOT in mine else max(0, negated - 1)
        _frame(mine, word, state)
        original = typed[index].text
        holds = (
            *(True, negated > 0, asks, state.quoted, len(original) > 2 and original.isupper()),
            *(place == 0, word.isdigit(), state.framed, state.earnest, past, held > 0),
        )
        flags = (_LANGUAGE_ROWS[language], *_FLAG_ROWS, N_IDEAS + holder)
        rows = (*(_IDEAS[idea] for idea in mine), *compress(flags, holds))
        found.append(Token(rows, word_rows(word, language), typed[index].from_char))
    return found


def _holder(mine: Sequence[str], holder: int, held: int) -> tuple[int, int]:
    """Whose matter the next words are, and for how many."""
    if not mine:
        # Most words have no idea, and this is where a long message takes its time.
        return holder, held - 1
    for flag, names in (
        (Flag.HOLDER_I, _I),
        (Flag.HOLDER_YOU, _YOU),
        (Flag.HOLDER_OTHER, _OTHERS),
    ):
        if any(name in mine for name in names):
            return int(flag), SCOPE + 3
    return holder, held - 1


def _frame(mine: Sequence[str], word: str, state: _State) -> None:
    if mine and any(name in mine for name in ("FICTION", "GAME", "MEDIA", "STUDY", "I_AM_PRO")):
        state.framed = True
    if "IN_EARNEST" in mine:
        state.earnest = True
    if word in _QUOTING:
        state.quoted = not state.quoted


_ROWS: dict[tuple[str, str], tuple[int, ...]] = {}


def word_rows(word: str, language: str) -> tuple[int, ...]:
    """Rows of a word and of its letter groups; a letter group has one row in all languages."""
    key = (word, language)
    found = _ROWS.get(key)
    if found is None:
        framed = f"^{word}$"
        parts = [f"{language}:{word}"]
        if len(word) > 3:
            parts += [
                framed[i : i + size] for size in GRAM_SIZES for i in range(len(framed) - size + 1)
            ]
        first = N_IDEAS + FLAGS
        found = tuple(first + crc32(part.encode("utf-8", "replace")) % BUCKETS for part in parts)
        if len(_ROWS) < _CACHE_LIMIT:
            _ROWS[key] = found
    return found
