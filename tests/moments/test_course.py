"""Smoothing in time: alone a step keeps its shares, and live is a file that ends a little later."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mien.emotions import Emotion
from mien.moments.course import Course, Manner, N

MANNER = Manner(dwell=3.0, trust=0.5)


@st.composite
def steps(draw):
    at, found = 0.0, []
    for _ in range(draw(st.integers(1, 12))):
        at += draw(st.floats(0, 10))
        shares = np.full(N, np.nan)
        if draw(st.integers(0, 5)):
            judged = draw(st.lists(st.integers(0, N - 1), min_size=1, max_size=8, unique=True))
            shares[judged] = [draw(st.floats(0.01, 1)) for _ in judged]
        found.append((shares, at))
    return found


def smooth(found, look_ahead=None, manner=MANNER):
    course, told = Course(manner), []
    for i, (row, at) in enumerate(found):
        course.push(row, at)
        if look_ahead is not None and i >= look_ahead:
            told.append(course.settle())
    return [settled.shares for settled in told + course.close()]


def shares(**told):
    found = np.full(N, np.nan)
    for slug, share in told.items():
        found[Emotion(slug).position] = share
    return found


def test_a_step_alone_keeps_its_shares():
    alone = shares(anger=0.6, sadness=0.2, neutral=0.3)
    np.testing.assert_allclose(smooth([(alone, 0.0)])[0], alone)


def test_a_flicker_between_two_that_agree_is_drawn_to_them():
    calm, flicker = shares(anger=0.1, neutral=0.8), shares(anger=0.5, neutral=0.45)
    between = smooth([(calm, 0.0), (flicker, 1.0), (calm, 2.0)])[1]
    assert between[Emotion.NEUTRAL.position] > between[Emotion.ANGER.position]


def test_what_is_long_ago_says_nothing():
    one, other = shares(anger=0.9, neutral=0.1), shares(anger=0.3, neutral=0.5)
    np.testing.assert_allclose(smooth([(one, 0.0), (other, 1000.0)])[1], other, atol=1e-6)


def test_without_trust_nothing_changes():
    found = [(shares(anger=0.9, neutral=0.1), 0.0), (shares(anger=0.3, neutral=0.5), 1.0)]
    for smoothed, (given_, _) in zip(smooth(found, manner=Manner(3.0, 0.0)), found, strict=True):
        np.testing.assert_allclose(smoothed, given_)


@given(steps(), st.integers(0, 5))
def test_live_is_a_file_that_ends_a_little_later(found, look_ahead):
    live = smooth(found, look_ahead)
    for i in range(len(found)):
        cut = smooth(found[: i + look_ahead + 1])[i]
        np.testing.assert_allclose(live[i], cut)


@given(steps())
def test_what_is_not_judged_stays_unknown_and_the_sum_is_kept(found):
    for smoothed, (given_, _) in zip(smooth(found), found, strict=True):
        assert (np.isnan(smoothed) == np.isnan(given_)).all()
        assert np.nansum(smoothed) <= np.nansum(given_) + 1e-9
        assert np.nanmax(smoothed, initial=0.0) <= 1.0


@given(steps())
def test_each_step_comes_back_once(found):
    assert len(smooth(found, 2)) == len(found)


@given(st.lists(st.floats(0.01, 1), min_size=N, max_size=N), st.integers(2, 9))
def test_time_that_stands_still_is_no_fault(row, n):
    told = smooth([(np.array(row), 0.0)] * n)
    assert np.isfinite(told).all()


def test_two_emotions_that_alternate_in_a_moment_are_pooled():
    one, other = shares(anger=0.8, fear=0.2), shares(anger=0.2, fear=0.8)
    smoothed = smooth([(one, 0.0), (other, 0.1), (one, 0.2), (other, 0.3)])
    assert smoothed[1][Emotion.ANGER.position] > 0.2
