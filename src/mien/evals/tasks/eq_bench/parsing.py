r"""Intensities out of answers, by the publisher's patterns, whose traps are part of the score.

In English a pair is a word, a colon, *white space* and digits: `Annoyed:5` and `**Annoyed**: 5`
are none, `7.5` is read as 7, `8/10` as 8, and -3 not at all. German allows the missing space and
bold figures, but `7,5` spoils the whole answer, as it does in the published program.

The published scores follow a rule that their program does not have: names that were not asked for
are passed over, and headings decide whether an answer holds one pass or two. It gives all 86
published scores from their texts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Answer = tuple[float, ...]
"""One intensity an emotion, in the order of the question."""

LONGEST = 1 << 14
"""Letters of an answer that are read: the last ones, since answers come after thoughts."""

_FIRST, _REVISED = "First pass scores:", "Revised scores:"
_ERSTE = re.compile("erste", re.IGNORECASE)
_UEBERARBEITETE = re.compile("überarbeitete", re.IGNORECASE)

# What precedes the groups changes no match. Without it a long word would be tried from each of
# its letters, which takes minutes on a text made for that.
_PAIRS = {
    "en": re.compile(r"(?:\b|(?<=\d)(?=\D))(\w++):\s+(\d+)"),
    "de": re.compile(
        r"(?<![a-zA-ZäöüßÄÖÜ\s])([a-zA-ZäöüßÄÖÜ\s]++):\s*+\**+(\d+(?:,\d+)?)\**",
    ),
}


class Passes(NamedTuple):
    """What was found in one answer.

    Attributes:
        first: Of the first or only pass; None if it is not exactly the four emotions.
        revised: Of the second pass likewise; None too if there is none.
    """

    first: Answer | None
    revised: Answer | None = None


def passes(text: str, names: Sequence[str], language: str) -> Passes:
    r"""The intensities in an answer, by the rule that gives all published scores.

    >>> passes("Calm: 3\nSad: 8\nConfidence: 8/10", ["Sad", "Calm"], "en").first
    (8.0, 3.0)
    """
    text = text[-LONGEST:]
    spans = _german(text) if language == "de" else _english(text)
    if spans is None:
        return Passes(_asked_for(text, names, language))
    first, revised = spans
    return Passes(_asked_for(first, names, language), _asked_for(revised, names, language))


def whole(text: str, names: Sequence[str]) -> Passes:
    r"""The intensities in an answer that must hold nothing else, as lm-evaluation-harness reads.

    >>> whole("Calm: 3\nSad: 8\nConfidence: 8/10", ["Sad", "Calm"]).first
    """
    return Passes(answer(_pairs(text[-LONGEST:], "en"), names))


def answer(pairs: Mapping[str, object], names: Sequence[str]) -> Answer | None:
    """Intensities in the order of the emotions; None if these are not exactly the names.

    Args:
        pairs: Intensities by name, as texts or numbers.
        names: Of the emotions.
    """
    if len(pairs) != len(names) or set(pairs) != set(names):
        return None
    try:
        found = tuple(float(str(pairs[name])) for name in names)
    except ValueError:
        return None
    return found if all(map(math.isfinite, found)) else None


def _asked_for(text: str, names: Sequence[str], language: str) -> Answer | None:
    pairs = _pairs(text, language)
    return answer({name: pairs[name] for name in names if name in pairs}, names)


def _pairs(text: str, language: str) -> dict[str, str]:
    """The last number behind each name."""
    return {label.strip(): number for label, number in _PAIRS[language].findall(text)}


def _english(text: str) -> tuple[str, str] | None:
    """What lies between the two headings, and what after the second; None without both."""
    start = text.find(_FIRST)
    end = text.find(_REVISED, start) if start >= 0 else -1
    if end < 0:
        return None
    return text[start + len(_FIRST) : end], text.partition(_REVISED)[2]


def _german(text: str) -> tuple[str, str] | None:
    """The same; the translated headings vary behind their first word."""
    first, revised = _after_colon(text, _ERSTE), _after_colon(text, _UEBERARBEITETE)
    if first is None or revised is None:
        return None
    end = _UEBERARBEITETE.search(first)
    return first[: end.start()] if end else first, revised


def _after_colon(text: str, heading: re.Pattern[str]) -> str | None:
    found = heading.search(text)
    if found is None:
        return None
    _, colon, rest = text[found.end() :].partition(":")
    return rest.lstrip() if colon else None
