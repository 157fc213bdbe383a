"""Whether a model's quote stands in the text that it names, and where."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

_SAME = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "…": "..."}
)


def find_quote(quote: str, text: str, near: int = 0) -> tuple[int, int] | None:
    """Where a quote stands in a text, as the first and the last place plus one; None if nowhere.

    Word for word if it can be found so, else without regard to case, blanks, kinds of quotation
    marks and dashes, and invisible letters: models change these. Nothing else may differ.

    >>> find_quote('she said "no"', "Then she  said “NO”.")
    (5, 19)

    Args:
        quote: What is said to stand there.
        text: Where.
        near: Of several places the one that begins nearest to this is given.
    """
    wanted = "".join(letter for letter, _ in _plain(quote)).strip()
    if not wanted:
        return None
    exact = _nearest([(at, at + len(quote)) for at in _places(quote, text)], near)
    if exact is not None:
        return exact
    plain = list(_plain(text))
    shown = "".join(letter for letter, _ in plain)
    found = [(at, at + len(wanted)) for at in _places(wanted, shown)]
    places = [
        (plain[start][1], plain[end - 1][1] + 1)
        for start, end in found
        if _is_edge(plain, start) and _is_edge(plain, end)
    ]
    return _nearest(places, near)


def _is_edge(plain: Sequence[tuple[str, int]], at: int) -> bool:
    """Whether no letter is cut here: neither one of several parts nor one with its accent."""
    if at in (0, len(plain)):
        return True
    return plain[at - 1][1] != plain[at][1] and not unicodedata.combining(plain[at][0])


def _plain(text: str) -> Iterator[tuple[str, int]]:
    """Letters that matter, each with its place in the text; runs of blanks become one."""
    was_blank = False
    for at, letter in enumerate(text):
        if unicodedata.category(letter) in ("Cf", "Cc") and not letter.isspace():
            continue
        if letter.isspace():
            if not was_blank:
                yield " ", at
            was_blank = True
            continue
        was_blank = False
        # One by one, so that each keeps its place; decomposed, so that both spellings of é agree.
        for part in unicodedata.normalize("NFKD", letter.translate(_SAME).casefold()):
            yield part, at


def _places(part: str, whole: str) -> Iterator[int]:
    at = whole.find(part)
    while at >= 0:
        yield at
        at = whole.find(part, at + 1)


def _nearest(found: list[tuple[int, int]], near: int) -> tuple[int, int] | None:
    return min(found, key=lambda place: abs(place[0] - near), default=None)
