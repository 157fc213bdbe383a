"""What is known of a stretch before its neighbors in time are: all but the trajectory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mien.emotions.emotion import Emotion
from mien.moments.fuse import Fused
from mien.moments.mixed import disagreements
from mien.moments.moment import (
    Appraisal,
    Cause,
    Credit,
    Doubt,
    Evidence,
    Holder,
    Mixed,
    Target,
)
from mien.moments.parts import Parts, Told
from mien.moments.spoken import Spoken
from mien.moments.stretch import Stretch
from mien.moments.views import View, views_of, weight_of
from mien.timeline.reading import Channel, Reading, Reason, Verdict

UNSURE = 0.4
"""Confidence below which channels that disagree leave nothing to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A stretch and what was made of it.

    Attributes:
        stretch: With the words read in their conversation.
        fused: All channels as one.
        doubt: Why nothing can be told, or None.
        mixed: Channels that disagree.
        holder: Whose feeling the words tell of.
        causes: What it comes from.
        target: What it is toward.
        appraisal: How the event looks.
        evidence: What it rests on.
        by: Who made which part.
    """

    stretch: Stretch
    fused: Fused
    doubt: Doubt | None
    mixed: tuple[Mixed, ...] = ()
    holder: Holder | None = None
    causes: tuple[Cause, ...] = ()
    target: Target | None = None
    appraisal: Appraisal | None = None
    evidence: tuple[Evidence, ...] = ()
    by: tuple[Credit, ...] = ()


def draft(stretch: Stretch, history: Sequence[Spoken], parts: Parts) -> tuple[Draft, Spoken | None]:
    """What can be said of a stretch by itself and by what was said before.

    Args:
        stretch: Its readings.
        history: The turns so far, the stretch's own as the last if it has words.
        parts: The models.

    Returns:
        The draft, and the stretch's own turn as it reads in its conversation.
    """
    words = stretch.words
    own = history[-1] if words is not None and history and history[-1].turn == words.turn else None
    if words is not None:
        parts = parts.reading(words.decoder)
    if own is not None and words is not None and parts.turns is not None and _is_read(words):
        told = parts.turns.read(history)
        own = replace(own, scores=told.scores)
        stretch = _reread(stretch, words, told)
    views = views_of(stretch.readings)
    fused = parts.pool.fuse(views)
    mixed = disagreements(views)
    doubt = _doubt(stretch, views, fused, mixed)
    made = Draft(
        stretch=stretch,
        fused=fused,
        doubt=doubt,
        mixed=mixed,
        evidence=tuple(_evidence(stretch, fused)),
        by=tuple(_credits(stretch, views, parts, is_reread=stretch.words is not words)),
    )
    if own is None or doubt is not None or _is_neutral(own):
        return made, own
    return _worded(made, [*history[:-1], own], parts), own


def _worded(made: Draft, history: Sequence[Spoken], parts: Parts) -> Draft:
    """The parts that words alone can give, of a feeling that is there."""
    own = history[-1]
    holder = parts.holder.find(own.text, own.scores) if parts.holder else None
    causes = parts.causes.find(history) if parts.causes else ()
    target = parts.target.find(history, causes) if parts.target else None
    (appraisal,) = parts.rater.rate([own.text], [own.scores]) if parts.rater else (None,)
    named = (("holder", parts.holder, holder), ("causes", parts.causes, causes),
             ("target", parts.target, target), ("appraisal", parts.rater, appraisal))  # fmt: skip
    by = tuple(credit(part, model.name) for part, model, found in named if model and found)
    return replace(
        made,
        holder=holder,
        causes=causes,
        target=target,
        appraisal=appraisal,
        by=made.by + by,
    )


def credit(part: str, name: str) -> Credit:
    """Who made a part, from a name such as `words-v1`."""
    by, _, version = name.rpartition("-")
    return Credit(part=part, by=by or name, version=version if by else "")


def _is_read(words: Reading) -> bool:
    # What is in another language, or says nothing, has no shares to go by.
    return not bool(np.isnan(words.scores.to_array()).all())


def _reread(stretch: Stretch, words: Reading, told: Told) -> Stretch:
    seen = replace(
        words,
        scores=told.scores,
        confidence=told.confidence,
        verdict=Verdict.TOLD if told.is_told else Verdict.CANNOT_TELL,
        reason=None if told.is_told else Reason.LOW_CONFIDENCE,
    )
    readings = tuple(seen if reading is words else reading for reading in stretch.readings)
    return replace(stretch, readings=readings)


def _doubt(
    stretch: Stretch, views: Sequence[View], fused: Fused, mixed: Sequence[Mixed]
) -> Doubt | None:
    if not views:
        reasons = [reading.reason for reading in stretch.readings if reading.reason is not None]
        return Doubt(max(reasons, key=reasons.count)) if reasons else Doubt.NO_DATA
    return Doubt.CONFLICT if mixed and fused.confidence < UNSURE else None


def _is_neutral(own: Spoken) -> bool:
    top = own.scores.top
    return top is None or top.emotion is Emotion.NEUTRAL


def _evidence(stretch: Stretch, fused: Fused) -> Iterator[Evidence]:
    """One entry a channel and decoder, heaviest first: a face may have hundreds of readings."""
    for channel, part in sorted(fused.weights.items(), key=lambda item: -item[1]):
        told = [reading for reading in stretch.of(channel) if reading.is_told]
        whole = sum(map(weight_of, told))
        for decoder in dict.fromkeys(reading.decoder for reading in told):
            own = [reading for reading in told if reading.decoder == decoder]
            yield _entry(channel, decoder, own, part * sum(map(weight_of, own)) / whole)


def _entry(channel: Channel, decoder: str, own: Sequence[Reading], weight: float) -> Evidence:
    starts = [reading.start for reading in own if reading.start is not None]
    ends = [reading.end for reading in own if reading.end is not None]
    return Evidence(
        channel=channel,
        start=min(starts, default=None),
        end=max(ends, default=None),
        turn=own[0].turn,
        quote=own[0].text,
        weight=weight,
        decoder=decoder,
        quality=sum(reading.quality for reading in own) / len(own),
    )


def _credits(
    stretch: Stretch, views: Sequence[View], parts: Parts, *, is_reread: bool
) -> Iterator[Credit]:
    told = (reading.decoder for reading in stretch.readings if reading.is_told)
    for decoder in dict.fromkeys(told):
        yield credit("emotions", decoder)
    if parts.turns is not None and is_reread:
        yield credit("context", parts.turns.name)
    if len(views) > 1:
        yield credit("fusion", parts.pool.name)
