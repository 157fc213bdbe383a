"""How a turn is worded, beside what its words mean: marks on its surface, and hashed n-grams."""

from __future__ import annotations

import re
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

TABLE = 1 << 14
"""Rows that n-grams are hashed to."""

OPENINGS = (
    *("oh", "ah", "wow", "ugh", "hey", "hmm", "um", "uh", "what", "god", "whoa", "yay", "no"),
    *("okay", "well", "please", "sorry", "thanks", "haha", "great", "really"),
)
"""Words that color a turn by standing among its first three."""

ASKING = frozenset({"you", "why", "how", "what", "who", "when", "where"})

N_MARKS = 19 + len(OPENINGS)

_WORD = re.compile(r"[\w']+")
_GRAM = re.compile(r"[a-z']+|[?!]+|\.\.\.|[.,]")
_LAUGHTER = re.compile(r"\b(?:ha){2,}|\blol|\blmao|haha|heh")
_DRAWN_OUT = re.compile(r"(\w)\1\1")
_PLAIN = str.maketrans({"’": "'", "‘": "'", "…": "...", "—": " — "})
_LONGEST = 2_000  # characters; a turn's color does not need more


def marks(text: str) -> NDArray[np.float32]:
    """Question and exclamation marks, capitals, length, laughter, openings: (N_MARKS,)."""
    text = text[:_LONGEST].translate(_PLAIN)
    words = _WORD.findall(text)
    lower = text.lower()
    first = [word.lower() for word in words[:3]]
    n, end = len(words), text.rstrip()[-1:]
    asks, cries = text.count("?"), text.count("!")
    shouted = sum(len(word) > 1 and word.isupper() for word in words)
    return np.array(
        [
            asks > 0,
            asks > 1,
            cries > 0,
            cries > 1,
            asks > 0 and cries > 0,
            "..." in text,
            "—" in text or " - " in text,
            shouted > 0,
            shouted > 1 and 2 * shouted > n,
            np.log1p(n),
            n <= 1,
            n <= 3,
            n >= 15,
            end == "?",
            end == "!",
            end == ".",
            _LAUGHTER.search(lower) is not None,
            _DRAWN_OUT.search(lower) is not None,
            bool(first) and first[0] in ASKING,
            *[opening in first for opening in OPENINGS],
        ],
        np.float32,
    )


def grams(text: str) -> list[int]:
    """Rows of the table for a turn's words, marks and pairs of these, each once."""
    words = ["<", *_GRAM.findall(text[:_LONGEST].lower().translate(_PLAIN)), ">"]
    found = {crc32(word.encode()) for word in words}
    found.update(crc32(f"{one} {two}".encode()) for one, two in pairwise(words))
    return sorted({code & (TABLE - 1) for code in found})
