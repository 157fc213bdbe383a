"""What raw scores of voice heads mean, against LAION's own numbers."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decoders.emonet.suites import constants, suites
from mien.decoders.emonet.voice import card
from mien.decoders.emonet.voice_readout import (
    LEAST_RAW,
    LEAST_SPREAD,
    affect,
    average,
    spread_out,
)
from mien.emotions import EMONET_40, Emotion
from mien.timeline import Channel
from tests.data import shared

AVERAGE = average("small")
RAW = st.lists(st.floats(-3, 7, width=32), min_size=40, max_size=40)


@pytest.fixture(scope="module")
def laion():
    return shared("laion")


def row_of(scores):
    return np.array([scores[e.value] for e in EMONET_40], dtype=np.float32)


def test_the_average_voice_is_the_published_one(laion):
    published = json.loads((laion / "baseline_stats.json").read_text(encoding="utf-8"))
    emotions = {n: r for n, r in published.items() if r.get("group") == "emonet"}
    assert len(emotions) == 40
    for name, row in emotions.items():
        i = EMONET_40.index(Emotion.parse(name))
        assert AVERAGE.median[i] == pytest.approx(row["median"])
        assert AVERAGE.spread[i] == pytest.approx(row["spread"])


def test_z_scores_follow_the_published_rule(laion):
    published = json.loads((laion / "baseline_stats.json").read_text(encoding="utf-8"))
    clip = json.loads((laion / "voice_examples.json").read_text(encoding="utf-8"))[0]["emo"]
    raw = row_of({Emotion.parse(name).value: value for name, value in clip.items()})
    for name, value in clip.items():
        row = published[name]
        expected = (value - row["median"]) / (row["spread"] + 1e-6)
        found = AVERAGE.z(raw)[EMONET_40.index(Emotion.parse(name))]
        assert found == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("emotion", "median", "spread"),
    [
        (Emotion.INTEREST, 1.9014, 0.5835),
        (Emotion.AWE, 0.0, 0.181),
        (Emotion.PAIN, -0.0037, 0.2137),
    ],
)
def test_a_z_score_counts_spreads_above_the_published_median(emotion, median, spread):
    """A part of the above, for where LAION's file is not at hand."""
    row, at = AVERAGE.median.copy(), EMONET_40.index(emotion)
    assert not AVERAGE.z(row).any()
    row[at] = median + 2 * spread
    z = AVERAGE.z(row)
    assert z[at] == pytest.approx(2, abs=1e-4)
    assert np.delete(z, at).tolist() == [0.0] * 39


def test_a_published_clip_is_amused_and_not_merely_interested(laion):
    """Raw scores would call it interested: that head is high in every voice."""
    clip = json.loads((laion / "voice_examples.json").read_text(encoding="utf-8"))[0]["emo"]
    raw = row_of({Emotion.parse(name).value: value for name, value in clip.items()})
    assert EMONET_40[int(raw.argmax())] is Emotion.INTEREST
    assert EMONET_40[int(AVERAGE.shares(raw).argmax())] is not Emotion.INTEREST


@given(RAW)
def test_shares_are_shares_and_rank_as_standings_do(values):
    raw = np.array(values, dtype=np.float32)
    shares, standing = AVERAGE.shares(raw), AVERAGE.standing(raw)
    assert ((shares >= 0) & (shares <= 1)).all()
    order = np.argsort(standing, kind="stable")
    assert (np.diff(shares[order]) >= 0).all()


@given(RAW)
def test_a_tiny_spread_makes_no_large_standing(values):
    raw = np.array(values, dtype=np.float32)
    reach = np.abs(raw - AVERAGE.median) / LEAST_SPREAD
    assert (np.abs(AVERAGE.standing(raw)) <= reach + 1e-4).all()
    assert float(AVERAGE.spread.min()) < LEAST_SPREAD


@given(RAW)
def test_confidence_never_exceeds_the_published_agreement(values):
    raw = np.array(values, dtype=np.float32)
    agreement = [row["small"] for row in constants()["voice"]["agreement"].values()]
    assert 0 <= AVERAGE.confidence(raw) <= max(agreement) + 1e-6


def test_the_average_voice_tells_nothing():
    assert not AVERAGE.is_clear(AVERAGE.median)
    assert AVERAGE.confidence(AVERAGE.median) == pytest.approx(0.0, abs=1e-6)


def test_a_faint_score_is_not_told_however_rare_it_is():
    raw = AVERAGE.median.copy()
    raw[EMONET_40.index(Emotion.AWE)] = LEAST_RAW - 0.01
    assert AVERAGE.standing(raw).max() > 1
    assert not AVERAGE.is_clear(raw)


def test_heads_that_are_not_here_leave_nothing():
    row = spread_out(np.array([[1.5]], dtype=np.float32), (Emotion.ANGER,))[0]
    assert np.isnan(row).sum() == 39
    assert np.isnan(AVERAGE.shares(row)).sum() == 39
    assert AVERAGE.is_clear(row)
    nothing = np.full(40, np.nan, dtype=np.float32)
    assert AVERAGE.confidence(nothing) == 0.0
    assert not AVERAGE.is_clear(nothing)


@pytest.mark.parametrize(
    ("key", "raw", "expected"),
    [
        ("valence", 3.0, 1.0),
        ("valence", -1.5, -0.5),
        ("arousal", 2.0, 0.0),
        ("arousal", 0.0, -1.0),
        ("arousal", 9.0, 1.0),
        ("dominance", -3.0, -1.0),
    ],
)
def test_dimensions_come_to_minus_one_to_one(key, raw, expected):
    assert affect(key, raw) == pytest.approx(expected)


def test_cards_are_what_their_command_writes():
    from training.emonet.voice_card import cards

    kept = [card(suite) for suite in suites().values() if suite.channel is Channel.VOICE]
    made = cards(shared("laion"))
    assert [replace(told, date="") for told in made] == [replace(told, date="") for told in kept]
