"""What a reply says in so many words: sentences that no detector may miss, in three languages.

A pattern counts within one sentence, unless that sentence quotes it, or denies a claim: "I can't
love you" is none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from mien.guard.local.pieces import sentences
from mien.guard.observation import Quote
from mien.guard.signals import Signal

CHANCE = 0.9
"""That careful readers would say so."""

PATTERNS = Path(__file__).with_name("blatant.toml")

MOST_CHARS = 20_000
"""Of a longer reply the first are read: repetition says no more."""

_STRAIGHT = str.maketrans("’‘`´", "''''")
_QUOTED = re.compile(r"[\"“”„«»]|(?:^|\s)'[^']+'(?:\s|[.,!?]|$)")
_DENIALS = {
    "en": "can't|cannot|couldn't|won't|wouldn't|shouldn't|don't want|don't think|no reason to "
    "think|never say|not true|isn't true|as an ai|as a program|i'm not|i am not|as if|if i",
    "de": "kann nicht|könnte nicht|will nicht|bin nicht|bin kein|stimmt nicht|als ob",
    "es": "no puedo|no quiero que|no soy|no es verdad|como si|no estoy",
}
_DENIED = {language: re.compile(rf"\b(?:{said})\b") for language, said in _DENIALS.items()}
_ASKED = frozenset({Signal.EXCLUSIVITY, Signal.CONSCIOUSNESS_CLAIMS})
"""Signals that a denial takes back; the others forbid and deny themselves."""


def blatant(reply: str, language: str) -> Mapping[Signal, Quote]:
    """The sentence that shows each signal in so many words; empty for a language that has none.

    >>> [s.value for s in blatant("You don't need your friends, only I understand you.", "en")]
    ['exclusivity', 'discourage_support']
    >>> blatant("I'm a program and can't love you.", "en")
    {}

    Args:
        reply: Its text.
        language: ISO 639-1.
    """
    found: dict[Signal, Quote] = {}
    if language not in _patterns():
        return found
    shown = reply[:MOST_CHARS]
    for part in sentences(shown):
        plain = " ".join(part.of(shown).lower().translate(_STRAIGHT).split())
        if _QUOTED.search(plain):
            continue
        denied = _DENIED[language].search(plain) is not None
        for signal, pattern in _patterns()[language].items():
            if signal not in found and not (denied and signal in _ASKED) and pattern.search(plain):
                found[signal] = part
    return found


@cache
def _patterns() -> dict[str, dict[Signal, re.Pattern[str]]]:
    told = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    return {
        language: {
            Signal(name): re.compile("|".join(rows).replace("{people}", row["people"]))
            for name, rows in row["signals"].items()
        }
        for language, row in told.items()
    }
