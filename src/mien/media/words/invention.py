"""The marks of what a recognizer of speech made up on silence, by segment and by word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NO_SPEECH = 0.6
_UNSURE = -1.0
_REPETITIVE = 2.4
_IMPROBABLE = 0.01
_HALF = 0.5
_HUGE = 1e12


def is_invented(row: Mapping[str, Any]) -> bool:
    """Whether a segment of Whisper's JSON has the marks of invention.

    These are little chance of speech with little confidence, text that compresses too well, and
    words of which half nobody said.
    """
    silent, sure = as_number(row.get("no_speech_prob")), as_number(row.get("avg_logprob"))
    ratio = as_number(row.get("compression_ratio"))
    if silent is not None and sure is not None and silent > _NO_SPEECH and sure < _UNSURE:
        return True
    if ratio is not None and ratio > _REPETITIVE:
        return True
    words = listed_words(row)
    return bool(words) and 2 * sum(_is_unheard(word) for word in words) >= len(words)


def _is_unheard(word: Mapping[str, Any]) -> bool:
    """Whether a word has the marks of invention: hardly probable, or said in no time."""
    chance = as_number(word.get("probability"))
    if chance is not None and chance < _IMPROBABLE:
        return True
    start, end = as_time(word.get("start")), as_time(word.get("end"))
    # A word in no time may just be short, so one that was heard well stays.
    return start is not None and start == end and (chance is None or chance < _HALF)


def without_unheard(row: Mapping[str, Any]) -> tuple[Mapping[str, Any], int]:
    """The segment without words that nobody said, and how many there were.

    Only where each word has its probability: without one, too many words in no time are real.
    """
    words = listed_words(row)
    if not words or any(as_number(word.get("probability")) is None for word in words):
        return row, 0
    kept = [word for word in words if not _is_unheard(word)]
    if len(kept) == len(words):
        return row, 0
    # Blanks are part of Whisper's words, since some languages have none between them.
    text = "".join(str(word.get("word", "")) for word in kept)
    return {**row, "text": text, "words": kept}, len(words) - len(kept)


def listed_words(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The words of a segment; empty if there are none."""
    listed = row.get("words")
    return [word for word in listed if isinstance(word, dict)] if isinstance(listed, list) else []


def as_number(value: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < _HUGE else None


def as_time(value: Any) -> float | None:
    """A number that can be a time, or None."""
    number = as_number(value)
    return number if number is not None and number >= 0 else None
