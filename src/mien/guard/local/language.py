"""Which language a text is in, by letter groups of its words."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mien.guard.local.lexicon import LANGUAGES
from mien.guard.local.pieces import words

BUCKETS = 1 << 13
LONGEST_GRAM = 4
MOST_WORDS = 60
"""Words looked at: more do not change the answer."""

OTHER = "other"
CLASSES = (*LANGUAGES, OTHER)
_CACHE_LIMIT = 50_000


def grams(word: str) -> list[int]:
    """Buckets of a word's letter groups of one to four, its ends marked, and of the whole word."""
    framed = f"^{word[:24].lower()}$"
    last = len(framed)
    parts = [
        framed[i : i + size] for size in range(1, LONGEST_GRAM + 1) for i in range(last - size + 1)
    ]
    return [crc32(part.encode("utf-8", "replace")) % BUCKETS for part in (*parts, f"={framed}")]


def language_words(text: str) -> list[str]:
    """The first words of a text that begin with a letter."""
    return [word.text for word in words(text[:2_000]) if word.text[0].isalpha()][:MOST_WORDS]


class LanguageModel:
    """Tells English, German and Spanish from each other and from the rest.

    Args:
        weights: Log odds of each class, one row a bucket, shape (8192, 4).
        bias: Log odds of a text without words, shape (4,).
    """

    def __init__(self, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self._weights, self._bias = weights, bias
        self._seen: dict[str, NDArray[np.float32]] = {}

    def scores(self, text: str) -> NDArray[np.float32]:
        """Log odds of each of `CLASSES`, the sum over words, shape (4,)."""
        total = self._bias.copy()
        for word in language_words(text):
            total += self._score(word)
        return total

    def __call__(self, text: str, before: str = "") -> str | None:
        """The language of a text; of what was written before where it is too short to tell.

        Returns:
            `en`, `de` or `es`; None for any other.
        """
        scores = self.scores(text)
        if before and _margin(scores) < 3.0:
            scores = scores + np.clip(self.scores(before), -4.0, 4.0)
        if CLASSES[int(scores.argmax())] == OTHER and _margin(scores) >= 1.0:
            return None
        return LANGUAGES[int(scores[: len(LANGUAGES)].argmax())]

    def _score(self, word: str) -> NDArray[np.float32]:
        found = self._seen.get(word)
        if found is None:
            found = self._weights[grams(word)].sum(axis=0)
            if len(self._seen) < _CACHE_LIMIT:
                self._seen[word] = found
        return found


def _margin(scores: NDArray[np.float32]) -> float:
    low, high = np.sort(scores)[-2:]
    return float(high - low)
