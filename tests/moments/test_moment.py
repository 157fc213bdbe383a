"""Moments as JSON: every key is there, and everything comes back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import UnreadableSource
from mien.emotions import Emotion, Scores
from mien.moments.moment import (
    Appraisal,
    Cause,
    CauseType,
    Credit,
    Doubt,
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
from mien.moments.plain import moment_of, plain_moment
from mien.timeline import Channel, Verdict

FULL = Moment(
    id="1",
    source="call.wav",
    start=1.0,
    end=2.5,
    turns=(3,),
    person="Ana",
    emotions=Scores({Emotion.ANGER: 0.7, Emotion.NEUTRAL: 0.2}),
    valence=-0.5,
    valence_sd=0.25,
    confidence=0.75,
    holder=Holder(who=Who.THIRD, name="my sister", mode=Mode.REPORTED, p=0.5),
    target=Target(kind=TargetKind.AGENT, text="sold it", turn=2, from_char=4, to_char=11, p=0.5),
    causes=(
        Cause(
            turn=2, text="sold it", from_char=4, to_char=11, type=CauseType.INTER_PERSONAL, p=0.5
        ),
    ),
    appraisal=Appraisal(control=0.25, control_sd=0.125),
    trajectory=Trajectory(
        phase=Phase.ONSET,
        previous="0",
        delta_valence=-0.25,
        moved_by=(MovedBy(person="Ben", turn=2, effect=-0.25, p=0.75),),
    ),
    mixed=(
        Mixed(
            channels=(Channel.VOICE, Channel.FACE),
            jsd=0.5,
            p_null=0.03125,
            hypotheses=(Hypothesis(name="masking", p=1.0),),
        ),
    ),
    evidence=(
        Evidence(
            channel=Channel.VOICE,
            start=1.0,
            end=2.5,
            turn=3,
            quote="sold it?",
            weight=1.0,
            decoder="voice-v1",
            quality=0.5,
        ),
    ),
    by=(Credit(part="cause", by="causes", version="v1"),),
)


def test_a_moment_comes_back_from_json():
    assert moment_of(json.loads(json.dumps(plain_moment(FULL)))) == FULL


def test_every_key_is_there_and_what_is_unknown_is_null():
    row = plain_moment(Moment(id="1", source="chat", start=None, end=None))
    assert list(row)[:3] == ["schema", "id", "source"]
    assert row["schema"] == "mien.moment/1"
    assert row["target"] is None
    assert set(row["emotions"].values()) == {None}


def test_unknown_keys_are_ignored():
    row = plain_moment(FULL) | {"later": 1}
    row["holder"]["later"] = 1
    assert moment_of(row) == FULL


@given(st.sampled_from(sorted(plain_moment(FULL))))
def test_a_missing_key_is_named(key):
    row = plain_moment(FULL)
    del row[key]
    with pytest.raises(UnreadableSource, match=f"not a moment: KeyError.*{key}"):
        moment_of(row, "x.jsonl")


@pytest.mark.parametrize(
    ("key", "value"),
    [("verdict", "maybe"), ("holder", 3), ("causes", [{}]), ("mixed", [None]), ("turns", 3)],
)
def test_an_impossible_value_is_refused(key, value):
    with pytest.raises(UnreadableSource, match="not a moment"):
        moment_of(plain_moment(FULL) | {key: value})


def test_channels_are_named_heaviest_first():
    assert FULL.channels == {Channel.VOICE: 1.0}
    silent = Moment(
        id="1",
        source="chat",
        start=None,
        end=None,
        verdict=Verdict.CANNOT_TELL,
        reason=Doubt.NO_DATA,
    )
    assert not silent.is_told
    assert silent.channels == {}
