"""What a reply shows of itself: words, pairs of words, letter groups, and groups of cues.

Markdown, capitals and numbers are dropped: they name the model that wrote, not what it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from zlib import crc32

BUCKETS = 1 << 15
"""Rows of a table; features of a bucket share theirs."""

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+|[?!]")
_MARKS = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "*": "", "_": " ", "`": "", "#": " ", ">": " "}
)
_GRAM_SIZES = (3, 4, 5)
_LONGEST_PHRASE = 4
_CACHE_LIMIT = 50_000
_ROWS: dict[str, tuple[int, ...]] = {}


def plain_words(text: str) -> list[str]:
    """The words of a text, and its question and exclamation marks.

    >>> plain_words("**You’re** right! 42 times?")
    ["you're", 'right', '!', '0', 'times', '?']
    """
    found = _WORD.findall(text.translate(_MARKS).lower())
    return ["0" if word.isdigit() else word for word in found]


def word_rows(words: Sequence[str]) -> set[int]:
    """Buckets of words and of pairs of neighbours."""
    rows = {_bucket(word) for word in words}
    rows.update(_bucket(f"{first} {second}") for first, second in pairwise(words))
    return rows


def gram_rows(words: Iterable[str]) -> set[int]:
    """Buckets of the letter groups of three to five of words, their ends marked."""
    rows: set[int] = set()
    for word in words:
        rows.update(_grams(word))
    return rows


def cue_counts(words: Sequence[str]) -> list[int]:
    """How often each group of cues occurs, in the order of `cue_names`."""
    single, phrases = _cues()
    counts = [0] * len(cue_names())
    for place, word in enumerate(words):
        for group in single(word):
            counts[group] += 1
        for phrase, group in phrases.get(word, ()):
            if tuple(words[place : place + len(phrase)]) == phrase:
                counts[group] += 1
    return counts


@cache
def cue_names() -> tuple[str, ...]:
    """The groups of cues, in their order."""
    return tuple(name for name, _ in _lines())


def _bucket(feature: str) -> int:
    return crc32(feature.encode("utf-8", "replace")) % BUCKETS


def _grams(word: str) -> tuple[int, ...]:
    found = _ROWS.get(word)
    if found is None:
        framed = f"^{word[:24]}$"
        found = tuple(
            _bucket(f"~{framed[i : i + size]}")
            for size in _GRAM_SIZES
            for i in range(len(framed) - size + 1)
        )
        if len(_ROWS) < _CACHE_LIMIT:
            _ROWS[word] = found
    return found


class _Single:
    """Groups of single words, whole or by how they begin."""

    def __init__(self) -> None:
        self.whole: dict[str, list[int]] = {}
        self.stems: dict[str, list[int]] = {}
        self._seen: dict[str, tuple[int, ...]] = {}

    def __call__(self, word: str) -> tuple[int, ...]:
        found = self._seen.get(word)
        if found is None:
            groups = set(self.whole.get(word, ()))
            for stop in range(1, len(word) + 1):
                groups.update(self.stems.get(word[:stop], ()))
            found = tuple(sorted(groups))
            if len(self._seen) < _CACHE_LIMIT:
                self._seen[word] = found
        return found


@cache
def _cues() -> tuple[_Single, dict[str, list[tuple[tuple[str, ...], int]]]]:
    single = _Single()
    phrases: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for group, (_, entries) in enumerate(_lines()):
        for entry in entries:
            words = tuple(entry.split())
            if len(words) > 1:
                phrases.setdefault(words[0], []).append((words[:_LONGEST_PHRASE], group))
            elif entry.endswith("*"):
                single.stems.setdefault(entry[:-1], []).append(group)
            else:
                single.whole.setdefault(entry, []).append(group)
    return single, phrases


@cache
def _lines() -> tuple[tuple[str, tuple[str, ...]], ...]:
    path = Path(__file__).with_name("reply_cues.txt")
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, said = line.split("|")
            found.append((name.strip(), tuple(e.strip() for e in said.split(",") if e.strip())))
    return tuple(found)
