"""Channels are pooled: one alone passes, none that is missing weighs, and better input counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import BadWeights
from mien.emotions import Emotion
from mien.moments import fuse
from mien.moments.fuse import NOTHING, load_pool, pool_of
from mien.moments.views import FEW_VOTES, View, view_of, views_of
from mien.timeline import Channel, Verdict
from tests.moments.made import reading

EKMAN = ("anger", "disgust", "fear", "elation", "neutral", "sadness")


def view(channel, shares, quality=1.0, confidence=0.6):
    array = np.full(len(Emotion), np.nan)
    for slug, share in shares.items():
        array[Emotion(slug).position] = share
    return View(
        channel=Channel(channel),
        shares=array,
        quality=quality,
        confidence=confidence,
        votes=10.0,
        n=1,
    )


def six(*shares):
    return dict(zip(EKMAN, shares, strict=True))


@st.composite
def views(draw, channels=("voice", "face", "words")):
    found = []
    for channel in channels:
        shares = [draw(st.floats(0.01, 1)) for _ in EKMAN]
        quality = draw(st.floats(0.05, 1))
        found.append(view(channel, six(*shares), quality, draw(st.floats(0.2, 1))))
    return found


def test_one_view_passes_unchanged():
    alone = view("voice", six(0.5, 0.1, 0.1, 0, 0.2, 0.3), confidence=0.66)
    fused = load_pool().fuse([alone])
    assert fused.confidence == 0.66
    assert fused.weights == {Channel.VOICE: 1.0}
    np.testing.assert_allclose(fused.scores.to_array(), alone.shares, atol=1e-6)


def test_nothing_told_is_nothing():
    assert load_pool().fuse([]) == NOTHING
    assert load_pool().fuse([view("voice", six(*[0.5] * 6), quality=0.0)]) == NOTHING


@given(views())
def test_a_channel_of_no_quality_weighs_nothing(three):
    silent = View(
        channel=Channel.WORDS,
        shares=three[2].shares,
        quality=0.0,
        confidence=1.0,
        votes=10.0,
        n=1,
    )
    assert load_pool().fuse([*three[:2], silent]) == load_pool().fuse(three[:2])


@given(views(), st.sampled_from(range(3)), st.floats(1.0, 3.0))
def test_better_input_never_lowers_a_channels_part(three, which, better):
    pool = load_pool()
    chosen = three[which]
    raised = view(
        chosen.channel,
        {e.value: s for e, s in zip(Emotion, chosen.shares, strict=True) if not np.isnan(s)},
        min(1.0, chosen.quality * better),
    )
    others = [v for v in three if v is not chosen]
    before, after = pool.parts([*others, chosen]), pool.parts([*others, raised])
    assert after[chosen.channel] >= before[chosen.channel] - 1e-9


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(0.1, 1.0))
def test_the_more_words_say_an_emotion_the_more_is_told(low, high, quality):
    pool = load_pool()
    voice = view("voice", six(0.3, 0.1, 0.1, 0.1, 0.3, 0.1))

    def anger(share):
        rest = (1 - share) / 5
        words = view("words", six(share, rest, rest, rest, rest, rest), quality)
        return pool.fuse([voice, words]).scores[Emotion.ANGER]

    low, high = sorted((low, high))
    assert anger(high) >= anger(low) - 1e-6


@given(views())
def test_the_order_of_channels_does_not_matter(three):
    forward, backward = load_pool().fuse(three), load_pool().fuse(three[::-1])
    np.testing.assert_allclose(forward.scores.to_array(), backward.scores.to_array(), atol=2e-6)


@given(views(("voice", "face")), st.floats(0.001, 0.05))
def test_a_poor_second_view_comes_in_gradually(two, poor):
    voice, face = two
    faint = view("face", six(*face.shares[~np.isnan(face.shares)]), poor * voice.quality)
    alone = load_pool().fuse([voice]).scores.to_array()
    both = load_pool().fuse([voice, faint]).scores.to_array()
    assert np.nanmax(np.abs(both - alone)) <= 6 * poor


def test_agreement_makes_sure():
    voice = view("voice", six(0.7, 0.1, 0.1, 0.02, 0.05, 0.03))
    face = view("face", six(0.6, 0.1, 0.2, 0.02, 0.05, 0.03))
    fused = load_pool().fuse([voice, face])
    assert fused.scores.top.emotion is Emotion.ANGER
    assert fused.confidence > 0.9


def test_what_one_channel_alone_judges_neither_wins_nor_loses_by_that():
    voice = view("voice", six(0.6, 0.1, 0.1, 0.1, 0.2, 0.1))
    words = view("words", {**six(0.6, 0.1, 0.1, 0.1, 0.2, 0.1), "gratitude": 0.1, "hope": 0.05})
    fused = load_pool().fuse([voice, words])
    assert fused.scores.top.emotion is Emotion.ANGER
    assert fused.scores[Emotion.GRATITUDE] < fused.scores[Emotion.NEUTRAL]
    assert fused.scores[Emotion.JEALOUSY] is None


def test_a_view_is_the_mean_of_told_readings_by_length_and_quality():
    seen = view_of(
        Channel.FACE,
        [
            reading("face", 0.0, 3.0, shares={"anger": 0.6}, quality=1.0),
            reading("face", 3.0, 4.0, shares={"anger": 0.2}, quality=1.0),
            reading("face", 4.0, 9.0, shares={"anger": 1.0}, verdict=Verdict.CANNOT_TELL),
        ],
    )
    assert seen.shares[Emotion.ANGER.position] == pytest.approx(0.5)
    assert seen.n == 2
    assert seen.votes == FEW_VOTES
    assert views_of([reading("voice", 0.0, 1.0, verdict=Verdict.CANNOT_TELL)]) == ()


def test_a_damaged_pool_is_named(monkeypatch, tmp_path):
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "pool-v1.json").write_text('{"weights": 3}')
    monkeypatch.setattr(fuse, "files", lambda _: tmp_path)
    with pytest.raises(BadWeights, match="reinstall"):
        load_pool.__wrapped__()


def test_words_weigh_as_the_mean_of_voice_and_face():
    told = {
        "weights": {"voice": {"anger": 1.0}, "face": {"anger": 2.0}},
        "offsets": {"anger": 0.5, "neutral": -1.0},
        "temperature": 1.0,
    }
    pool = pool_of(told)
    assert set(pool.weights[Channel.WORDS]) == {1.5}
    assert pool.offsets[Emotion.HOPE.position] == 0.5
