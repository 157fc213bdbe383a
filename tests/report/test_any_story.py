from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    Phase,
    Target,
    TargetKind,
    Trajectory,
    Who,
)
from mien.report import render, render_story
from mien.timeline import Channel, Kind, Origin, Timeline, Verdict, stamp

from .test_anything import PART, SHARES, readings

TURN = st.integers(0, 30)
PEOPLE = st.sampled_from([None, "Ana", "face 1", ""])
MAYBE = st.none() | PART


@st.composite
def spans(draw):
    words = draw(st.text(max_size=30))
    start = draw(st.integers(0, 30))
    return {"text": words, "from_char": start, "to_char": start + len(words)}


CAUSES = st.builds(
    lambda span, **rest: Cause(**span, **rest),
    spans(),
    turn=TURN,
    type=st.sampled_from(CauseType),
    p=PART,
)
TARGETS = st.builds(
    lambda span, **rest: Target(**span, **rest),
    spans(),
    turn=TURN,
    kind=st.sampled_from(TargetKind),
    p=PART,
)
HOLDERS = st.builds(
    Holder,
    who=st.sampled_from(Who),
    mode=st.sampled_from(Mode),
    name=st.none() | st.text(max_size=9),
    p=PART,
)
APPRAISALS = st.builds(Appraisal, pleasantness=MAYBE, pleasantness_sd=MAYBE, control=MAYBE)
MIXED = st.builds(
    Mixed,
    channels=st.just((Channel.VOICE, Channel.WORDS)),
    jsd=PART,
    p_null=PART,
    hypotheses=st.lists(st.builds(Hypothesis, name=st.just("masking"), p=PART), max_size=2).map(
        tuple
    ),
)
EVIDENCE = st.builds(
    Evidence,
    channel=st.sampled_from(Channel),
    start=st.none() | st.floats(0, 4000),
    end=st.none() | st.floats(0, 4000),
    turn=st.none() | TURN,
    quote=st.none() | st.text(max_size=20),
    weight=PART,
    decoder=st.just("any-v1"),
    quality=PART,
)
TRAJECTORIES = st.builds(
    Trajectory,
    phase=st.sampled_from(Phase),
    moved_by=st.lists(
        st.builds(MovedBy, person=st.just("Ben"), turn=st.none(), effect=PART, p=PART), max_size=1
    ).map(tuple),
)


@st.composite
def moments(draw, number):
    start = draw(st.none() | st.floats(0, 4000))
    told = draw(st.booleans())
    return Moment(
        id=f"{number:012x}",
        source="any",
        start=start,
        end=None if start is None else start + draw(st.floats(0, 50)),
        turns=tuple(draw(st.lists(TURN, max_size=2, unique=True).map(sorted))),
        person=draw(PEOPLE),
        emotions=Scores(draw(SHARES)),
        valence=draw(st.none() | st.floats(-1, 1)),
        confidence=draw(PART),
        verdict=Verdict.TOLD if told else Verdict.CANNOT_TELL,
        reason=None if told else draw(st.none() | st.sampled_from(Doubt)),
        holder=draw(st.none() | HOLDERS),
        target=draw(st.none() | TARGETS),
        causes=tuple(draw(st.lists(CAUSES, max_size=3))),
        appraisal=draw(st.none() | APPRAISALS),
        trajectory=draw(TRAJECTORIES),
        mixed=tuple(draw(st.lists(MIXED, max_size=1))),
        evidence=tuple(draw(st.lists(EVIDENCE, max_size=2))),
        explanation=draw(st.none() | st.text(max_size=20)),
        by=(Credit(part="emotions", by="any", version="v1"),),
        dropped=draw(st.builds(Dropped, llm_errors=st.integers(0, 1))),
    )


@st.composite
def stories(draw):
    found = draw(st.lists(readings(), max_size=6))
    return found, [draw(moments(i)) for i in range(draw(st.integers(1, 6)))]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(), st.sampled_from(Kind), st.none() | st.floats(0, 5000), st.booleans())
def test_whatever_happened_can_be_shown(story, kind, seconds, private):
    found, told = story
    origin = Origin(source="any", kind=kind, seconds=seconds, private=private)
    timeline = Timeline.of_readings([stamp(r, "any") for r in found], [origin])
    html = render(timeline, told)
    assert "How far to trust this" in html
    assert '"nan' not in html
    assert " nan" not in html
    assert max(len(line) for line in render_story(timeline, told).splitlines()) <= 80


def test_an_emotion_that_no_channel_covers_is_no_feeling():
    moment = Moment(id="1", source="any", start=0, end=1, emotions=Scores({Emotion.ANGER: None}))
    timeline = Timeline.of_readings([], [Origin(source="any", kind=Kind.SOUND, seconds=2)])
    html = render(timeline, [moment])
    assert "What happened" in html
    assert 'class="moment"' not in html
