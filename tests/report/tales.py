"""Invented moments for the invented readings: every part of a moment occurs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from mien.emotions import Emotion, Scores
from mien.moments import (
    Appraisal,
    Cause,
    CauseType,
    Credit,
    Doubt,
    Dropped,
    Evidence,
    Holder,
    Hypothesis,
    Mixed,
    Mode,
    Moment,
    MovedBy,
    Target,
    TargetKind,
    Who,
)
from mien.moments.fuse import load_pool
from mien.moments.parts import Parts
from mien.moments.stretch import gather
from mien.moments.thread import Thread
from mien.timeline.reading import Channel, Reading
from mien.timeline.timeline import Timeline

from . import scenes


def cause(turn: int, words: str, whole: str, p: float, kind: str = "inter_personal") -> Cause:
    """A cause whose words stand in a turn's text."""
    start = whole.index(words)
    return Cause(
        turn=turn,
        text=words,
        from_char=start,
        to_char=start + len(words),
        type=CauseType(kind),
        p=p,
    )


def alone(reading: Reading) -> Moment:
    """The moment of one turn as its reading says: no model has a say in it."""
    evidence = Evidence(
        channel=reading.channel,
        start=reading.start,
        end=reading.end,
        turn=reading.turn,
        quote=reading.text,
        weight=1.0,
        decoder=reading.decoder,
        quality=reading.quality,
    )
    return Moment(
        id=reading.id,
        source=reading.source,
        start=reading.start,
        end=reading.end,
        turns=() if reading.turn is None else (reading.turn,),
        person=reading.person,
        emotions=reading.scores,
        valence=reading.valence,
        confidence=reading.confidence,
        verdict=reading.verdict,
        reason=None if reading.reason is None else Doubt(reading.reason),
        evidence=(evidence,) if reading.is_told else (),
        by=(Credit(part="emotions", by="words", version="v1"),) if reading.is_told else (),
        dropped=Dropped(readings_skipped=int(not reading.is_told)),
    )


def situated(timeline: Timeline) -> list[Moment]:
    """Moments with all channels fused and smoothed, and nothing that models make of words."""
    thread = Thread(Parts(pool=load_pool()))
    found = [moment for stretch in gather(timeline) for moment in thread.push(stretch)]
    return found + thread.close()


@cache
def chat() -> tuple[Timeline, tuple[Moment, ...]]:
    """The chat with causes, a target, an appraisal, a sentence by a model, and what was dropped."""
    timeline = scenes.chat()
    said = [text for _, text, _ in scenes.TURNS]
    moments = [alone(reading) for reading in timeline]
    bitter = cause(2, "it starts in March, in Lisbon", said[2], 0.74)
    moments[3] = replace(
        moments[3],
        causes=(bitter,),
        target=Target(
            kind=TargetKind.EVENT, text="March", turn=2, from_char=13, to_char=18, p=0.61
        ),
        appraisal=Appraisal(
            pleasantness=0.12, pleasantness_sd=0.1, control=0.1, control_sd=0.15, effort=0.55
        ),
        explanation="Tom had counted on Mia staying for another year.",
        by=(*moments[3].by, Credit(part="explanation", by="a-model", version="")),
        dropped=Dropped(quotes_not_found=1, llm_errors=0),
    )
    moments[7] = replace(
        moments[7],
        emotions=Scores({Emotion.ANGER: 0.61, Emotion.DISAPPOINTMENT: 0.4, Emotion.NEUTRAL: 0.2}),
        causes=(
            cause(4, "I was going to tell you on Friday", said[4], 0.66),
            cause(7, "you could have said something before", said[7], 0.52, "no_context"),
        ),
        holder=Holder(who=Who.SELF, mode=Mode.EXPERIENCED, p=0.9),
        trajectory=replace(
            moments[7].trajectory,
            moved_by=(MovedBy(person="Mia", turn=6, effect=-0.2, p=0.98),),
        ),
    )
    moments[9] = replace(
        moments[9],
        holder=Holder(who=Who.THIRD, name="my sister", mode=Mode.REPORTED, p=0.7),
        causes=(
            cause(8, "I’m sorry", said[8], 0.8),
            cause(7, "could have said something", said[7], 0.45, "self_contagion"),
        ),
    )
    moments[11] = replace(moments[11], dropped=Dropped(llm_errors=1))
    return timeline, tuple(moments)


@cache
def call() -> tuple[Timeline, tuple[Moment, ...]]:
    """The call, whose people have several channels, with mixed signals in one moment."""
    timeline = scenes.call()
    moments = situated(timeline)
    mixed = Mixed(
        channels=(Channel.WORDS, Channel.VOICE),
        jsd=0.62,
        p_null=0.03,
        hypotheses=(Hypothesis(name="masking", p=0.6), Hypothesis(name="bad_recording", p=0.2)),
    )
    found = next(i for i, m in enumerate(moments) if len(m.channels) > 1 and m.is_told)
    moments[found] = replace(moments[found], mixed=(mixed,))
    return timeline, tuple(moments)


def little() -> tuple[Timeline, tuple[Moment, ...]]:
    """A recording that tells little."""
    timeline = scenes.little()
    return timeline, tuple(situated(timeline))


def private() -> tuple[Timeline, tuple[Moment, ...]]:
    """The call without words and names."""
    timeline = scenes.private()
    return timeline, tuple(situated(timeline))


@cache
def hostile() -> tuple[Timeline, tuple[Moment, ...]]:
    """A chat whose every string tries to break out of the page."""
    timeline = scenes.hostile()
    (moment,) = map(alone, timeline)
    told = replace(
        moment,
        causes=(cause(0, scenes.HOSTILE, scenes.HOSTILE, 0.9, "no_context"),),
        holder=Holder(who=Who.THIRD, name=scenes.HOSTILE, mode=Mode.QUOTED, p=0.9),
        explanation=scenes.HOSTILE,
        by=(Credit(part="explanation", by=scenes.HOSTILE, version=scenes.HOSTILE),),
    )
    return timeline, (told,)


Told = Callable[[], tuple[Timeline, tuple[Moment, ...]]]

ALL: Mapping[str, Told] = {"chat": chat, "call": call, "little": little, "private": private}
