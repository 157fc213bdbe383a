"""What is said, turn by turn, as the models of a conversation see it."""

from __future__ import annotations

from dataclasses import dataclass

from mien.emotions.scores import Scores
from mien.timeline.reading import Reading

WINDOW = 12
"""Turns that any model of a conversation looks back over, the present one among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One turn with what its words show.

    Attributes:
        turn: Index in the conversation, from 0.
        speaker: A label, or None if unknown.
        text: The words as they were written; offsets of causes and targets count in it.
        start: Seconds, or None; so is `end`.
        alone: What the words decoder reads in this turn by itself; nothing inside where it
            could not tell.
        scores: The same seen in its conversation; `alone` until that was asked.
        valence: -1 to 1, or None; so is `arousal`.
    """

    turn: int
    speaker: str | None
    text: str
    start: float | None = None
    end: float | None = None
    alone: Scores
    scores: Scores
    valence: float | None = None
    arousal: float | None = None


def spoken_of(reading: Reading) -> Spoken | None:
    """The turn behind a reading of words; None if its words are private or have no turn."""
    if reading.text is None or reading.turn is None:
        return None
    return Spoken(
        turn=reading.turn,
        speaker=reading.person,
        text=reading.text,
        start=reading.start,
        end=reading.end,
        alone=reading.scores,
        scores=reading.scores,
        valence=reading.valence,
        arousal=reading.arousal,
    )
