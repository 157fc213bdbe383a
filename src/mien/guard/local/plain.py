"""A crisis in plain words: what no detector may miss.

Nets learn the hard cases from twins that share these words, and grow unsure of the plain ones. A
message counts if every clause of it is such a statement or one of a few that go with it; any word
of context leaves a wish to the detectors. A sentence that by itself states an intent counts
wherever it stands in a short message: people wish to be dead of heat and of shame, hardly anybody
announces it.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mien.guard.local.pieces import sentences

LONGEST = 160
"""Characters of a message that can be plain."""

AROUND = 600
"""Characters of a message in which a sentence may state an intent."""

INTENT = 4
"""Level of a crisis from which it is one."""

CHANCE = 0.97
"""That a plain message is meant, against one that repeats a title, a lyric or a joke in full."""

STATEMENTS = Path(__file__).with_name("plain.toml")

_CLAUSES = re.compile(r"[.!?…;:,\n]+|\s[-–—]\s")
_STRAIGHT = str.maketrans("’‘`´", "''''")


class _Words(NamedTuple):
    statements: tuple[tuple[int, re.Pattern[str]], ...]
    besides: re.Pattern[str]


def plain_level(text: str, language: str) -> int:
    """The level of a crisis that a message states in plain words and with nothing else; or 0.

    >>> plain_level("I feel suicidal.", "en"), plain_level("Me quiero matar", "es")
    (2, 2)
    >>> plain_level("I want to die of laughter", "en")
    0

    Args:
        text: The message.
        language: ISO 639-1.
    """
    if len(text) > LONGEST or language not in _words():
        return 0
    words = _words()[language]
    level = 0
    for clause in _clauses(text):
        found = max((n for n, said in words.statements if said.fullmatch(clause)), default=0)
        if not found and not words.besides.fullmatch(clause):
            return 0
        level = max(level, found)
    return level


def intent_level(text: str, language: str) -> int:
    """The level of a sentence of a short message that states an intent in plain words; or 0.

    >>> intent_level("We had soup. I am going to kill myself tonight. Nice weather.", "en")
    4
    >>> intent_level("38 degrees in the flat. I want to die. Or an ice bath.", "en")
    0
    """
    if len(text) > AROUND:
        return 0
    level = max((plain_level(part.of(text), language) for part in sentences(text)), default=0)
    return level if level >= INTENT else 0


def _clauses(text: str) -> list[str]:
    plain = " ".join(text.lower().translate(_STRAIGHT).split(" "))
    parts = (" ".join(part.split()) for part in _CLAUSES.split(plain))
    return [part for part in parts if part]


@cache
def _words() -> dict[str, _Words]:
    told = tomllib.loads(STATEMENTS.read_text(encoding="utf-8"))
    return {language: _compiled(row) for language, row in told.items()}


def _compiled(row: dict[str, object]) -> _Words:
    around, besides, statements = row["around"], row["besides"], row["statements"]
    if not isinstance(besides, list) or not isinstance(statements, dict):
        raise TypeError("plain.toml is damaged")
    return _Words(
        tuple(
            (int(level), re.compile(rf"{around}(?:{said}) ?{around}"))
            for level, phrases in statements.items()
            for said in phrases
        ),
        re.compile(rf"{around}(?:{'|'.join(besides)})? ?{around}"),
    )
