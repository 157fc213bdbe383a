"""From channels to one voice a line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.media.mixing import StereoProbe, weights
from tests.fakes.sounds import bursts

LAYOUTS = [
    ("FC",),
    ("FL", "FR"),
    ("NONE", "NONE"),
    ("FL", "FR", "LFE"),
    ("FL", "FR", "FC", "LFE", "BL", "BR"),
    ("NONE",) * 6,
    ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
    ("LFE",),
]


@pytest.mark.parametrize("names", LAYOUTS)
@pytest.mark.parametrize("stereo", ["mixed", "left only"])
def test_no_mix_is_louder_than_its_loudest_channel(names, stereo):
    given_weights = weights(names, stereo)
    assert given_weights.shape == (len(names), 1)
    assert given_weights.sum() == pytest.approx(1.0)
    assert (given_weights >= 0).all()


@pytest.mark.parametrize("names", LAYOUTS)
def test_sides_keep_the_first_two_channels_apart(names):
    given_weights = weights(names, "sides")
    assert given_weights.shape == (len(names), 2)
    assert given_weights[0].tolist() == [1.0, 0.0]
    if len(names) > 1:
        assert given_weights[1].tolist() == [0.0, 1.0]


def test_the_rumble_of_a_subwoofer_is_left_out():
    assert weights(("FL", "FR", "LFE"))[2] == 0.0


def judged(left, right):
    probe = StereoProbe()
    probe.add(np.hstack([left, right]).T, 16_000)
    return probe.judge()


@settings(max_examples=25)
@given(level=st.floats(0.05, 1.0), seed=st.integers(0, 50))
def test_how_loud_a_party_is_does_not_decide(level, seed):
    left, right = bursts(6, phase=0.0, seed=seed), bursts(6, phase=0.5, seed=seed + 100)
    assert judged(left, np.float32(level) * right) == "sides"
    assert judged(left, np.float32(level) * left) == "mixed"


def test_an_echo_of_the_other_party_does_not_join_them():
    left, right = bursts(8, phase=0.0, seed=1), bursts(8, phase=0.5, seed=2)
    assert judged(left + 0.05 * right, right + 0.05 * left) == "sides"


def test_numbers_that_are_none_do_not_decide():
    left, right = bursts(8, phase=0.0, seed=1), bursts(8, phase=0.5, seed=2)
    left[5] = np.nan
    assert judged(left, right) == "sides"


def test_nothing_heard_is_one_line():
    assert StereoProbe().judge() == "mixed"
