import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import ConfigError
from mien.emotions import Emotion, label_map, map_names

names = st.sampled_from(map_names())


@given(names, st.integers(0, 2**32 - 1))
def test_exactly_what_is_covered_has_a_share(name, seed):
    found = label_map(name)
    shares = np.random.default_rng(seed).random((3, len(found.labels))).astype(np.float32)
    told = ~np.isnan(found.spread(shares))
    for emotion in Emotion:
        assert told[:, emotion.position].all() == (emotion in found.covers)
        assert told[:, emotion.position].any() == (emotion in found.covers)


@given(names, st.integers(0, 2**32 - 1))
def test_shares_stay_between_zero_and_one(name, seed):
    found = label_map(name)
    shares = np.random.default_rng(seed).random((3, len(found.labels))).astype(np.float32)
    spread = found.spread(shares)
    assert np.nanmin(spread) >= 0
    assert np.nanmax(spread) <= 1


@given(names, st.integers(0, 2**32 - 1))
def test_more_votes_for_a_label_never_lower_a_share(name, seed):
    found = label_map(name)
    rng = np.random.default_rng(seed)
    low = rng.random((1, len(found.labels))).astype(np.float32) / 2
    high = low + rng.random(low.shape).astype(np.float32) / 2
    assert (np.nan_to_num(found.spread(high) - found.spread(low)) >= -1e-6).all()


@given(names)
def test_no_label_gives_more_than_one_vote(name):
    assert (label_map(name).matrix.sum(axis=1) <= 1.1 + 1e-6).all()


@given(names)
def test_priors_lie_on_the_scale(name):
    priors = label_map(name).priors
    assert priors.shape == (len(label_map(name).labels), 3)
    assert np.abs(priors).max() <= 1


def test_ferplus_keeps_exclusive_votes_exclusive():
    found = label_map("ferplus")
    votes = np.random.default_rng(0).dirichlet(np.ones(8), 50).astype(np.float32)
    assert np.nansum(found.spread(votes), axis=1) == pytest.approx(np.ones(50), abs=1e-5)
    assert len(found.covers) == 8
    assert found.exclusive


def test_goemotions_covers_nineteen_of_the_forty():
    covers = label_map("goemotions").covers
    assert len([e for e in covers if e is not Emotion.NEUTRAL]) == 19
    assert Emotion.AWE not in covers
    assert Emotion.AWE in label_map("goemotions").partly


def test_boredom_covers_nothing():
    found = label_map("voice")
    bored = np.eye(len(found.labels), dtype=np.float32)[found.index("boredom")][None]
    assert np.nansum(found.spread(bored)) == 0


def test_nothing_of_neutral_becomes_numbness():
    for name in map_names():
        found = label_map(name)
        for label, row in zip(found.labels, found.matrix, strict=True):
            if row[Emotion.NEUTRAL.position] == 1:
                assert row[Emotion.NUMBNESS.position] == 0, (name, label)


def test_affect_of_an_angry_voice_is_unpleasant_and_high():
    found = label_map("voice")
    angry = np.eye(len(found.labels), dtype=np.float32)[found.index("angry")][None]
    valence, arousal, _ = found.affect(angry)[0]
    assert valence < -0.3
    assert arousal > 0.3


def test_what_was_never_taught_is_not_covered():
    found = label_map("voice").taught(["angry", "happy", "neutral"])
    assert [e.value for e in found.covers] == ["elation", "contentment", "anger", "neutral"]
    assert np.isnan(found.spread(np.ones((1, 9), np.float32))[0, Emotion.SURPRISE.position])


def test_an_unknown_corpus_or_code_is_refused():
    with pytest.raises(ConfigError, match="no label set"):
        label_map("nope")
    with pytest.raises(ConfigError, match="has no label"):
        label_map("ravdess").index("09")
