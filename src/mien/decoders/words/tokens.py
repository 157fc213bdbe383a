"""WordPiece, so that the transformer needs no tokenizer package at run time.

The same pieces as BERT's uncased tokenizer over the cut vocabulary (Wu et al. 2016; Devlin
et al. 2019), tested against the `tokenizers` package.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

LONGEST_WORD = 100
"""Characters; a longer word is one unknown piece, as in BERT."""

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[who]", "[loud]")
"""The first pieces of every cut vocabulary, in this order."""

_CACHE_LIMIT = 50_000


class WordPiece:
    """Cuts words into the pieces of a vocabulary, the longest first.

    Args:
        vocabulary: Pieces in the order of their numbers; `##` marks those inside a word.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._numbers["[UNK]"]
        self._start, self._stop = self._numbers["[CLS]"], self._numbers["[SEP]"]
        self._special = frozenset(SPECIAL)
        self._seen: dict[str, tuple[int, ...]] = {}

    def encode(self, words: Iterable[str], limit: int = 64) -> list[int]:
        """Piece numbers of lower-case words, with start and stop marks, at most `limit`."""
        numbers = [self._start]
        for word in words:
            numbers += self._pieces(word)
            if len(numbers) >= limit:
                break
        del numbers[limit - 1 :]
        numbers.append(self._stop)
        return numbers

    def _pieces(self, word: str) -> tuple[int, ...]:
        pieces = self._seen.get(word)
        if pieces is None:
            pieces = self._cut_word(word)
            if len(self._seen) < _CACHE_LIMIT:
                self._seen[word] = pieces
        return pieces

    def _cut_word(self, word: str) -> tuple[int, ...]:
        if word in self._special:
            return (self._numbers[word],)
        return tuple(n for part in _parts(word) for n in self._cut(part))

    def _cut(self, part: str) -> list[int]:
        if len(part) > LONGEST_WORD:
            return [self._unknown]
        numbers: list[int] = []
        start = 0
        while start < len(part):
            end = len(part)
            prefix = "##" if start else ""
            while end > start and prefix + part[start:end] not in self._numbers:
                end -= 1
            if end == start:
                return [self._unknown]
            numbers.append(self._numbers[prefix + part[start:end]])
            start = end
        return numbers


def _parts(word: str) -> list[str]:
    """BERT's own splitting inside a word: no accents, every mark and ideograph by itself."""
    plain = unicodedata.normalize("NFD", word.lower())
    plain = "".join(
        c for c in plain if unicodedata.category(c) not in ("Mn", "Cc", "Cf", "Co", "Cs")
    )
    return "".join(f" {c} " if _stands_alone(c) else c for c in plain).split()


def _stands_alone(char: str) -> bool:
    code = ord(char)
    if code < 128:
        return not (char.isalnum() or char.isspace())
    if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF:
        return True
    return 0x20000 <= code <= 0x2CEAF or unicodedata.category(char).startswith("P")
