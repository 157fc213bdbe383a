"""Words and phrases of three languages, filed under the ideas they stand for.

With ideas in place of words, what is learnt from sentences of one language is known in all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mien.guard.local.pieces import words
from mien.guard.local.spelling import spell

LANGUAGES = ("en", "de", "es")
FOLDER = Path(__file__).parent
_SHORTEST_STEM = 3
_CACHE_LIMIT = 50_000
"""Words whose stems are remembered."""


@dataclass(frozen=True)
class Lexicon:
    """The ideas of one language.

    Attributes:
        phrases: Ideas of a phrase, by its first word, the longest first: (words, ideas).
        stems: Ideas of every word that begins so.
    """

    phrases: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = field(default_factory=dict)
    stems: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def ideas(self, plain: Sequence[str]) -> list[list[str]]:
        """The ideas of each word, by itself or as part of a phrase.

        Args:
            plain: Words as `spell` gives them.
        """
        found: list[list[str]] = [[] for _ in plain]
        for i, word in enumerate(plain):
            for phrase, ideas in self.phrases.get(word, ()):
                if tuple(plain[i : i + len(phrase)]) == phrase:
                    for part in found[i : i + len(phrase)]:
                        part.extend(idea for idea in ideas if idea not in part)
            for idea in self._of_stem(word):
                if idea not in found[i]:
                    found[i].append(idea)
        return found

    def _of_stem(self, word: str) -> tuple[str, ...]:
        found = self._known.get(word)
        if found is None:
            stops = range(_SHORTEST_STEM, len(word) + 1)
            found = tuple(idea for stop in stops for idea in self.stems.get(word[:stop], ()))
            if len(self._known) < _CACHE_LIMIT:
                self._known[word] = found
        return found


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language, read once."""
    entries: dict[tuple[str, ...], list[str]] = {}
    stems: dict[str, list[str]] = {}
    for idea, said in _lines(language):
        for entry in said:
            plain = plain_words(entry.removesuffix("*"), language)
            if entry.endswith("*") and len(plain) == 1:
                stems.setdefault(plain[0], []).append(idea)
            elif plain and idea not in entries.setdefault(tuple(plain), []):
                entries[tuple(plain)].append(idea)
    by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for phrase, ideas in sorted(entries.items(), key=lambda item: -len(item[0])):
        by_first.setdefault(phrase[0], []).append((phrase, tuple(ideas)))
    return Lexicon(by_first, {stem: tuple(ideas) for stem, ideas in stems.items()})


@cache
def ideas() -> tuple[str, ...]:
    """The names of all ideas, in the order of the files."""
    return tuple(dict.fromkeys(line.split("|")[0].strip() for line in _text_lines()))


def plain_words(text: str, language: str) -> list[str]:
    """The words of a text as `spell` gives them.

    >>> plain_words("I can't", "en")
    ['i', 'can', 'not']
    """
    return [plain for word in words(text) for plain in spell(word.text, language) if plain]


def _lines(language: str) -> Iterator[tuple[str, list[str]]]:
    column = 1 + LANGUAGES.index(language)
    for line in _text_lines():
        parts = line.split("|")
        yield parts[0].strip(), [said.strip() for said in parts[column].split(",") if said.strip()]


def _text_lines() -> Iterator[str]:
    for path in sorted(FOLDER.glob("lexicon*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                yield line
