"""Is this English? A small model of letters, asked before any decoder reads.

The words decoders know English alone. Read by them, other languages come out as Neutral,
which would be a lie; so a text that is clearly not English is refused. Short texts say little
about their language and are let through unless their script settles it.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mien.decoders.words.arrays import weight_arrays

BUCKETS = 1 << 16
LONGEST_GRAM = 4
LONGEST_WORD = 24
"""Letters looked at in one word."""

_CACHE_LIMIT = 100_000


def grams(word: str) -> list[int]:
    """Buckets of a word's letter groups of one to four, its ends marked, and of the whole word.

    >>> len(grams("ok"))
    11
    """
    framed = f"^{word[:LONGEST_WORD]}$"
    last = len(framed)
    parts = [
        framed[i : i + size] for size in range(1, LONGEST_GRAM + 1) for i in range(last - size + 1)
    ]
    parts.append(f"={framed}")
    return [crc32(part.encode("utf-8", "replace")) % BUCKETS for part in parts]


def language_words(raw: list[str]) -> list[str]:
    """Those of a text's words that begin with a letter."""
    return [word for word in raw if word[0].isalpha()]


class EnglishDetector:
    """How much a text looks like English, as a log odds.

    Args:
        weights: One an n-gram bucket, positive for English, shape (65536,).
        bias: Log odds of a text without words.
        floors: Log odds below which a text is refused, for 1, 2, ... words; the last one
            holds for all longer texts.
    """

    def __init__(
        self, weights: NDArray[np.float32], bias: float, floors: NDArray[np.float32]
    ) -> None:
        self._weights = weights.tolist()
        self._bias = bias
        self._floors = floors.tolist()
        self._seen: dict[str, float] = {}

    @property
    def parts(self) -> tuple[NDArray[np.float32], float, NDArray[np.float32]]:
        """Weights, bias and floors, as they were given."""
        return (
            np.array(self._weights, np.float32),
            self._bias,
            np.array(self._floors, np.float32),
        )

    def log_odds(self, words: list[str]) -> float:
        """Log odds that the words are English; above 0 is more likely than not."""
        seen = self._seen
        total = self._bias
        for word in words:
            score = seen.get(word)
            total += self._score(word) if score is None else score
        return total

    def refuses(self, raw: list[str]) -> bool:
        """Whether a text is clearly not English.

        A text without letters (digits, emoji) is never refused; one mostly in another
        script always is.

        Args:
            raw: Its words and marks, as `clean.raw_words` gives them.
        """
        words = language_words(raw)
        if not words:
            return False
        letters = "".join(words)
        if not letters.isascii() and _is_other_script(letters):
            return True
        floor: float = self._floors[min(len(words), len(self._floors)) - 1]
        return self.log_odds(words) < floor

    def _score(self, word: str) -> float:
        weights = self._weights
        score: float = sum([weights[bucket] for bucket in grams(word)])
        if len(self._seen) < _CACHE_LIMIT:
            self._seen[word] = score
        return score


def load_english(path: Path) -> EnglishDetector:
    """The detector from its weight file.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged.
    """
    with weight_arrays(path) as file:
        weights = file["weights"].astype(np.float32) * file["step"]
        return EnglishDetector(weights, float(file["bias"]), file["floors"])


def _is_other_script(letters: str) -> bool:
    other = sum(1 for c in letters if c > "\u024f" and not _is_latin(c))
    return 2 * other > len(letters)


def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith("LATIN")
