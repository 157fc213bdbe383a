"""What one channel showed at one time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from mien.core.spans import round_time
from mien.emotions.emotion import Emotion
from mien.emotions.scores import EMPTY, Scores

_NEUTRAL = Emotion.NEUTRAL.position


class Channel(StrEnum):
    """Where a reading comes from."""

    VOICE = "voice"
    FACE = "face"
    WORDS = "words"


class Verdict(StrEnum):
    """Whether the decoder commits itself."""

    TOLD = "told"
    CANNOT_TELL = "cannot_tell"


class Reason(StrEnum):
    """Why a decoder cannot tell."""

    NO_DATA = "no_data"
    TOO_SHORT = "too_short"
    LOW_QUALITY = "low_quality"
    LOW_CONFIDENCE = "low_confidence"
    UNCOVERED_LANGUAGE = "uncovered_language"
    OUT_OF_DOMAIN = "out_of_domain"


class Adapted(StrEnum):
    """What a reading was compared with."""

    NONE = "none"
    BASELINE = "baseline"


class Box(NamedTuple):
    """A face's place, as parts of the upright picture's width and height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One utterance, one sample of a face track, or one message, as a decoder saw it.

    A reading estimates what people would say they see or hear; it is never a fact about
    a mind.

    Attributes:
        id: Set by the reader; the same source and options give the same id.
        source: The name of the file, stream or chat; set by the reader.
        start: Seconds from the start of the source; None in a chat without times.
        end: Seconds, `end >= start`.
        turn: Index of the turn it belongs to, from 0.
        channel: Where it comes from.
        person: A label within this source, never an identity; None if unknown.
        scores: Share of raters per emotion; None inside for what the decoder cannot judge.
        scores_sd: Standard deviation of each share, same keys.
        valence: Unpleasant to pleasant, -1 to 1, or None; so for arousal and dominance.
        confidence: Calibrated chance that the top emotion is the raters' majority, 0 to 1.
        quality: How good the input was, 0 to 1.
        verdict: `told`, or `cannot_tell` with a `reason`.
        text: The words, if there are any and they are not private.
        box: Where the face is.
        caption: A description in words, from decoders that write one.
        adapted: Whether the person's own baseline was used.
        extra: Named numbers beyond the common ones, such as `speech` or `burst`.
        decoder: Name with version, such as `voice-v1`.
    """

    id: str = ""
    source: str = ""
    start: float | None
    end: float | None
    turn: int | None = None
    channel: Channel
    person: str | None = None
    scores: Scores = EMPTY
    scores_sd: Scores = EMPTY
    valence: float | None = None
    valence_sd: float | None = None
    arousal: float | None = None
    arousal_sd: float | None = None
    dominance: float | None = None
    dominance_sd: float | None = None
    confidence: float = 0.0
    quality: float = 1.0
    verdict: Verdict = Verdict.TOLD
    reason: Reason | None = None
    text: str | None = None
    box: Box | None = None
    caption: str | None = None
    adapted: Adapted = Adapted.NONE
    extra: Mapping[str, float] = field(default_factory=dict)
    decoder: str

    @property
    def is_told(self) -> bool:
        """Whether the decoder commits itself."""
        return self.verdict is Verdict.TOLD

    @property
    def strength(self) -> float:
        """The largest share other than neutral's, weighed by confidence, 0 to 1."""
        shares = self.scores.to_array()[:_NEUTRAL]
        judged = shares[~np.isnan(shares)]
        return float(judged.max(initial=0.0)) * self.confidence

    @property
    def middle(self) -> float | None:
        """The middle of its span in seconds."""
        if self.start is None or self.end is None:
            return None
        return (self.start + self.end) / 2


_FIELDS = tuple(field.name for field in fields(Reading))
_values_of = attrgetter(*_FIELDS)
_TIMES = ("start", "end")
_ROUNDED = (
    "valence",
    "valence_sd",
    "arousal",
    "arousal_sd",
    "dominance",
    "dominance_sd",
    "confidence",
    "quality",
)


def stamp(reading: Reading, source: str) -> Reading:
    """The reading with its source and id, and with times and numbers at six digits.

    The id depends on source, decoder, time, turn, person and place alone, so that reading
    the same source again with the same options gives the same ids.
    """
    # `dataclasses.replace` would take twice as long, and this runs for every reading.
    values: dict[str, Any] = dict(zip(_FIELDS, _values_of(reading), strict=True))
    for name in _TIMES:
        values[name] = None if values[name] is None else round_time(values[name])
    for name in _ROUNDED:
        values[name] = None if values[name] is None else round(float(values[name]), 6)
    box = None if reading.box is None else Box(*(round(float(part), 6) for part in reading.box))
    key = f"{source}\0{reading.decoder}\0{values['start']}\0{reading.turn}\0{reading.person}\0{box}"
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=6)
    extra = {key: round(float(value), 6) for key, value in reading.extra.items()}
    values.update(id=digest.hexdigest(), source=source, box=box, extra=extra)
    return Reading(**values)
