"""What kind of event a text tells of: signs that are there or not, for linear models."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from mien.moments.feelings import word_lists

_JOINTS = frozenset(("when", "because", "that", "as", "after", "while", "since", "once"))
_OPENINGS = (
    frozenset(("i", "we")),
    frozenset(("my", "our")),
    frozenset(("he", "she", "they", "someone", "somebody", "a", "the")),
)
_NEGATORS = frozenset(("not", "never", "didn't", "couldn't", "wasn't", "hadn't", "don't", "can't"))
_SIGNS = tuple(
    frozenset(words)
    for words in (
        ("i",),
        ("myself", "own"),
        _NEGATORS,
        ("me",),
        ("had",),
        ("without",),
        ("because",),
    )
)
_DOING = frozenset(("had", "have", "was", "could", "would", "did"))
_MANY, _LONG = 3, 20


@cache
def kinds() -> tuple[frozenset[str], ...]:
    """Words of events by kind, read once a process."""
    return tuple(frozenset(words) for words in word_lists("events").values())


def n_signs() -> int:
    """How many signs there are."""
    return 2 * len(kinds()) + len(_OPENINGS) + len(_SIGNS) + 6


def signs(words: Sequence[str]) -> list[int]:
    """Numbers of the signs that a text shows, each once.

    Args:
        words: Of the text, in lower case, as `mien.decoders.words.clean.words` gives them.
    """
    met = set(words)
    found = [i for i, kind in enumerate(kinds()) if not kind.isdisjoint(met)]
    opening = words[1] if len(words) > 1 and words[0] in _JOINTS else (words[0] if words else "")
    at = len(kinds())
    if opening in _OPENINGS[0]:
        # "I forgot" and "she forgot" are different events.
        found += [at + i for i in found]
    at += len(kinds())
    found += [at + i for i, group in enumerate(_OPENINGS) if opening in group]
    at += len(_OPENINGS)
    found += [at + i for i, group in enumerate(_SIGNS) if not group.isdisjoint(met)]
    at += len(_SIGNS)
    return found + [at + i for i, is_there in enumerate(_shape(words)) if is_there]


def _shape(words: Sequence[str]) -> tuple[bool, ...]:
    after_i = [second for first, second in pairwise(words) if first == "i"]
    return (
        words[:1] == ["that"],
        words[:1] == ["when"],
        any(word in _DOING for word in after_i),
        any(word.endswith("ed") for word in after_i),
        len(after_i) >= _MANY,
        len(words) >= _LONG,
    )
