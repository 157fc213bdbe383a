"""Which words of a turn: clauses, and the run of them that a reader would most likely mark."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.moments.clues import TRAITS, Rarity, shared_rarity, traits, words_of

Array = NDArray[np.float32]

FEATURES: Final = (
    *TRAITS, "place", "from_end", "is_first", "is_last", "pieces", "part", "rarity_part", "shared",
    "same", "is_last_turn",
)  # fmt: skip
"""The columns that `piece_clues` gives."""

MOST: Final = 40
"""Clauses of a turn that are looked at: nobody's cause stands on the second page of a message."""

_MARKS: Final = ' \t\r\n\u00a0,;:.!?…()"“”–—-'
_CUT: Final = re.compile(
    r"(?<=\S)(?:[,;:.!?…()\"“”]++(?=\s|$)|\s+(?=[-–—(\"“]|[,;:.!?…]++(?:\s|$))|—"
    r"|\s+(?=(?:and|but|because|so|when|since|if|though|although|while|then|until|or|after|before"
    r"|which|who)\b))",
    re.IGNORECASE,
)
_OPENING: Final = re.compile(r"(?:and|but|so|or|then)\b[\s,]*(?=\w)", re.IGNORECASE)


class Piece(NamedTuple):
    """A clause: `text[start:end]`, with its words."""

    start: int
    end: int
    words: list[str]


def pieces(text: str) -> list[Piece]:
    """The clauses of a text, without marks around them; the whole text if it has no words.

    >>> [p[:2] for p in pieces("I lost it, because you called.")]
    [(0, 9), (11, 29)]
    """
    found: list[Piece] = []
    start = 0
    for mark in chain(_CUT.finditer(text), [None]):
        end = len(text) if mark is None else mark.start()
        first, last = _trimmed(text, start, end)
        if first < last and (words := words_of(text[first:last])):
            found.append(Piece(first, last, words))
        start = end if mark is None else mark.end()
        if len(found) == MOST:
            break
    return found or [Piece(0, len(text), [])]


@dataclass(frozen=True, slots=True)
class Cut:
    """A turn, cut once.

    Attributes:
        pieces: Its clauses.
        sizes: Words of each.
        stems: Rarity of the telling words of each.
        alone: What each shows by itself, one row a clause.
    """

    pieces: Sequence[Piece]
    sizes: Sequence[int]
    stems: Sequence[Mapping[str, float]]
    alone: Sequence[Sequence[float]]


def cut(text: str, rarity: Rarity) -> Cut:
    """A text, cut once."""
    found = pieces(text)
    n = len(found)
    sizes = [len(piece.words) for piece in found]
    stems = [rarity.of(piece.words) for piece in found]
    weights = [sum(one.values()) for one in stems]
    whole, all_rare = max(1, sum(sizes)), sum(weights) + 1e-6
    alone = []
    for i, piece in enumerate(found):
        # The mark after a clause belongs to it: it asks or exclaims.
        end = found[i + 1].start if i + 1 < n else len(text)
        shown = traits(text[piece.start : end], piece.words, weights[i])
        place = (i, n - 1 - i, i == 0, i == n - 1, n, sizes[i] / whole, weights[i] / all_rare)
        alone.append([*shown, *place])
    return Cut(found, sizes, stems, alone)


def piece_clues(turn: Cut, own: Mapping[str, float], *, same: bool, is_last: bool) -> Array:
    """What speaks for each clause, shape (pieces, features).

    Args:
        turn: The turn that is cut.
        own: Stems of the turn that shows the feeling.
        same: Whether one person said both.
        is_last: Whether it stands right before that.
    """
    rows = [
        [*alone, shared_rarity(stems, own), same, is_last]
        for alone, stems in zip(turn.alone, turn.stems, strict=True)
    ]
    return np.array(rows, np.float32)


def best_run(chances: Sequence[float], sizes: Sequence[int]) -> tuple[int, int]:
    """First and last of the run that a reader's mark is expected to share most words with.

    Token F1 of a run, with each count by its expectation: what is shared twice over what is in the
    run and what is expected to be marked.

    >>> best_run([0.9, 0.05, 0.8], [5, 20, 5]), best_run([0.9, 0.6, 0.8], [5, 2, 5])
    ((0, 0), (0, 2))
    """
    marked = [chance * size for chance, size in zip(chances, sizes, strict=True)]
    expected = sum(marked) + 1e-9
    best, run = -1.0, (0, len(marked) - 1)
    for first in range(len(marked)):
        shared = size = 0.0
        for last in range(first, len(marked)):
            shared, size = shared + marked[last], size + sizes[last]
            if (f1 := shared / (size + expected)) > best + 1e-9:
                best, run = f1, (first, last)
    return run


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end].rstrip(_MARKS)
    end = start + len(inside)
    start = end - len(inside.lstrip(_MARKS))
    opening = _OPENING.match(text, start, end)
    return (start if opening is None else opening.end()), end
