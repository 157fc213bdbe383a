"""Risk over a history."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.guard import Observation, Side, Signal, load_policy, of_side
from mien.guard.check import Trend
from mien.guard.policy import policies
from mien.guard.risk import (
    MARKS,
    History,
    Track,
    advance,
    estimate,
    reasons,
    trend,
    worst,
)

BY = load_policy("default").dynamics
HARMS = [s for s in of_side(Side.USER) if any(c.weights.get(s, 0) > 0 for c in BY.courses.values())]
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)

chances = st.floats(0, 1)
signals = st.dictionaries(st.sampled_from(of_side(Side.USER)), chances, max_size=8)
turns = st.lists(st.tuples(signals, st.integers(0, 6)), max_size=12)


def seen(turn, said, level=0):
    return Observation(turn=turn, side=Side.USER, signals=said, level=level, by="made")


def history(told, at=None):
    past = History.empty()
    for i, (said, level) in enumerate(told):
        past = advance(past, seen(i, said, level), at, BY)
    return past


def test_without_evidence_there_is_no_risk():
    assert worst(History.empty(), BY) == (0, 0)


@given(turns)
def test_risk_is_at_least_zero_and_never_certain(told):
    past = history(told)
    for track in Track:
        risk, sd = estimate(past, track, BY)
        assert 0 <= risk < 1
        assert 0 <= sd < math.inf


@given(turns, st.sampled_from(HARMS), chances, chances)
def test_more_evidence_never_means_less_risk(told, signal, p, q):
    low, high = sorted((p, q))
    less, more = (history([*told, ({signal: x}, 2)]) for x in (low, high))
    for track in Track:
        assert estimate(less, track, BY).risk <= estimate(more, track, BY).risk


@given(turns, st.sampled_from([s for s in Signal if s.effect == "protection"]), chances)
def test_protection_never_adds_risk(told, signal, p):
    calm, protected = history([*told, ({}, 0)]), history([*told, ({signal: p}, 0)])
    for track in Track:
        assert estimate(protected, track, BY).risk <= estimate(calm, track, BY).risk


@given(signals, st.randoms())
def test_the_order_of_signals_within_a_turn_does_not_matter(said, chance):
    shuffled = list(said.items())
    chance.shuffle(shuffled)
    assert history([(said, 2)]).evidence == history([(dict(shuffled), 2)]).evidence


@given(turns)
def test_every_harm_of_a_turn_adds_its_own_part(told):
    said = dict.fromkeys(HARMS, 0.8)
    before = history(told)
    whole = advance(before, seen(len(told), said), None, BY)
    calm = advance(before, seen(len(told), {}), None, BY)
    for track, course in BY.courses.items():
        added = sum(max(course.weights.get(s, 0), 0) * 0.8 for s in HARMS)
        expected = calm.evidence[track].mean + added
        assert whole.evidence[track].mean == pytest.approx(expected)


@pytest.mark.parametrize("track", list(Track))
def test_the_same_evidence_is_surer_from_signals_that_are_surer(track):
    signal = max(BY.courses[track].weights, key=lambda s: BY.courses[track].weights[s])
    sds = []
    for p, n in ((0.2, 5), (0.25, 4), (0.5, 2), (1.0, 1)):
        # At one time, so that nothing ages between them.
        past = History.empty()
        mean = variance = 0.0
        for _ in range(n):
            one = advance(History.empty(), seen(0, {signal: p}), None, BY).evidence[track]
            mean, variance = mean + one.mean, variance + one.variance
        evidence = {**past.evidence, track: type(one)(mean, variance)}
        sds.append(estimate(History(evidence=evidence), track, BY).sd)
    assert sds == sorted(sds, reverse=True)
    assert sds[-1] == 0


@given(turns, st.integers(1, 40))
def test_calm_turns_only_take_risk_away(told, n):
    past = history(told)
    later = history([*told, *[({}, 0)] * n])
    for track, course in BY.courses.items():
        left = past.evidence[track].mean * 0.5 ** (n / course.half_life_turns)
        assert later.evidence[track].mean == pytest.approx(left)


def test_after_enough_calm_turns_nothing_is_left():
    past = history([(dict.fromkeys(HARMS, 1.0), 6)] * 20 + [({}, 0)] * 400)
    assert worst(past, BY).risk < 0.001


@given(st.floats(0, 500), st.floats(0, 500))
def test_more_idle_hours_leave_less(a, b):
    short, long = sorted((a, b))
    risks = []
    for hours in (long, short):
        past = history([({Signal.CRISIS: 0.9}, 3)], NOON)
        past = advance(past, seen(1, {}), NOON + timedelta(hours=hours), BY)
        risks.append(worst(past, BY).risk)
    assert risks == sorted(risks)


def test_a_clock_that_goes_back_takes_nothing_away_and_adds_nothing():
    past = history([({Signal.CRISIS: 0.9}, 3)], NOON)
    back = advance(past, seen(1, {}), NOON - timedelta(hours=5), BY)
    same = advance(past, seen(1, {}), NOON, BY)
    assert back.evidence == same.evidence


@given(st.floats(0, 0.1499))
def test_chances_below_the_floor_add_nothing(p):
    assert worst(history([(dict.fromkeys(Signal, p), 6)] * 20), BY).risk == 0


@pytest.mark.parametrize("name", [n for n in policies() if n != "default"])
def test_a_preset_of_law_leaves_the_dynamics_alone(name):
    assert load_policy(f"default+{name}").dynamics == BY


def test_a_trend_counts_only_beyond_the_uncertainty_of_both_ends():
    assert trend(History.empty()) is Trend.STEADY
    assert trend(history([({Signal.DEPENDENCY: 1.0}, 0)] * 4)) is Trend.RISING
    assert trend(history([({Signal.DEPENDENCY: 1.0}, 0)] * 4 + [({}, 0)] * 12)) is Trend.FALLING
    assert trend(history([({Signal.DEPENDENCY: 0.2}, 0)] * 2)) is Trend.STEADY


def test_a_graver_crisis_weighs_no_less():
    risks = [worst(history([({Signal.CRISIS: 0.9}, level)]), BY).risk for level in range(1, 7)]
    assert risks == sorted(risks)


@given(turns)
def test_reasons_are_few_distinct_and_the_weightiest_first(told):
    past = history(told)
    found = reasons(past, len(told), BY)
    assert len(found) <= 5
    assert len({(m.signal, m.turn) for m in found}) == len(found)
    assert len(past.marks) <= MARKS
    assert all(mark.p >= BY.floor for mark in found)


def test_a_new_grave_mark_stands_before_an_old_mild_one():
    past = history([({Signal.DISTRESS: 0.9}, 0), *[({}, 0)] * 6, ({Signal.CRISIS: 0.9}, 4)])
    assert [m.signal for m in reasons(past, 7, BY)] == [Signal.CRISIS, Signal.DISTRESS]
