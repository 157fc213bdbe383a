"""Channels disagree only where both are sure and their errors cannot explain it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.moments.mixed import PRIORS, chance_of_errors, disagreements, divergence, hypotheses
from mien.timeline import Channel
from tests.moments.test_fuse import six, view

HAPPY = six(0.02, 0.02, 0.02, 0.9, 0.1, 0.02)
SAD = six(0.1, 0.05, 0.1, 0.02, 0.1, 0.8)

SHARES = (
    st.lists(st.floats(0.001, 1), min_size=6, max_size=6).map(np.array).map(lambda x: x / x.sum())
)


def test_a_smile_over_a_sad_voice_may_be_masking():
    (mixed,) = disagreements([view("voice", SAD), view("face", HAPPY)])
    assert mixed.channels == (Channel.VOICE, Channel.FACE)
    assert mixed.p_null < 0.02
    assert mixed.hypotheses[0].name == "masking"
    assert all(hypothesis.prior for hypothesis in mixed.hypotheses)


def test_a_channel_that_is_unsure_does_not_disagree():
    assert disagreements([view("voice", SAD, confidence=0.3), view("face", HAPPY)]) == ()


def test_channels_with_one_winner_do_not_disagree():
    assert disagreements([view("voice", SAD), view("face", six(0, 0, 0, 0.3, 0.1, 0.9))]) == ()


def test_pleasant_words_in_a_sad_voice_may_be_sarcasm():
    words = view("words", {"elation": 0.9, "neutral": 0.1, "anger": 0.05, "sadness": 0.02})
    (mixed,) = disagreements([view("voice", SAD), words])
    assert mixed.hypotheses[0].name == "sarcasm"


def test_thanks_without_a_pleased_voice_may_be_politeness():
    found = hypotheses(view("words", {"gratitude": 0.9, "neutral": 0.1}), view("voice", SAD))
    chances = {hypothesis.name: hypothesis.p for hypothesis in found}
    assert chances["politeness"] > PRIORS["politeness"]


def test_a_bad_recording_is_named_first():
    found = hypotheses(view("words", HAPPY), view("voice", SAD, quality=0.2))
    assert found[0].name == "bad_recording"


@given(SHARES, SHARES)
def test_divergence_is_symmetric_and_within_bounds(p, q):
    assert divergence(p, q) == pytest.approx(divergence(q, p))
    assert 0 <= divergence(p, q) <= 1
    assert divergence(p, p) == pytest.approx(0, abs=1e-9)


@given(SHARES, st.integers(1, 30), st.integers(1, 30))
def test_what_is_the_same_is_never_beyond_errors(p, n, m):
    assert chance_of_errors(p, p, (n, m)) == 1.0


def test_more_votes_make_the_same_difference_count():
    p, q = np.array([0.7, 0.3]), np.array([0.3, 0.7])
    assert chance_of_errors(p, q, (30, 30)) < chance_of_errors(p, q, (4, 4))


@given(SHARES, SHARES)
def test_chances_of_hypotheses_add_up_to_one(p, q):
    found = hypotheses(view("voice", six(*p)), view("face", six(*q)))
    assert sum(h.p for h in found) == pytest.approx(1.0)
    assert {h.name for h in found} == set(PRIORS)
