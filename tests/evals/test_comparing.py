"""Paired differences, Holm's correction, shared ranks."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.student import t_quantile, two_sided
from mien.evals.boards.comparing import LEAST_CLUSTERS, differences, holm, rank_groups
from mien.evals.estimate import mean
from tests.fakes.boards import run


def scores(values):
    return {f"i{n}": float(value) for n, value in enumerate(values)}


def drawn(seed, n=60, models=3, apart=0.5):
    rng = np.random.default_rng(seed)
    hard = rng.normal(5, 2, n)
    return [run(f"m{m}", scores(hard + m * apart + rng.normal(0, 1, n))) for m in range(models)]


def test_a_difference_is_that_of_the_paired_t_test():
    stats = pytest.importorskip("scipy.stats")
    one, other = drawn(1, models=2)
    (found,) = differences([one, other], factor=10.0)
    left, right = ([item.score for item in held.items] for held in (other, one))
    expected = stats.ttest_rel(left, right)
    assert found.better == "m1"
    assert found.value.value == pytest.approx(10 * (np.mean(left) - np.mean(right)))
    assert found.p == pytest.approx(expected.pvalue, abs=1e-12)
    low, high = expected.confidence_interval()
    assert (found.value.low, found.value.high) == pytest.approx((10 * low, 10 * high), rel=1e-4)


@given(st.permutations(range(4)), st.integers(0, 20))
def test_the_order_of_runs_changes_no_difference(order, seed):
    runs = drawn(seed, n=12, models=4)
    told = {frozenset((d.better, d.worse)): (d.value.value, d.holm) for d in differences(runs)}
    again = differences([runs[i] for i in order])
    for one in again:
        assert told[frozenset((one.better, one.worse))] == pytest.approx(
            (one.value.value, one.holm)
        )


def test_only_items_that_both_have_are_compared():
    one = run("a", scores([5.0] * 10) | {"only": 9.0})
    other = run("b", scores([4.0] * 10) | {"else": 1.0})
    (found,) = differences([one, other])
    assert found.value.n == 10
    assert found.value.value == 1.0


def test_models_that_share_no_item_are_not_told_apart():
    (found,) = differences([run("a", {"x": 1.0}), run("b", {"y": 2.0})])
    assert math.isnan(found.holm)
    assert not found.apart


def test_few_scenarios_tell_nobody_apart():
    n = LEAST_CLUSTERS - 1
    (found,) = differences([run("a", scores([9.0] * n)), run("b", scores([1.0] * n))])
    assert not found.apart


def test_an_item_without_a_score_says_nothing_of_whom_it_shares_its_luck_with():
    shared = {f"i{n}": f"c{n % 6}" for n in range(24)}
    first, second = (
        replace(one, items=tuple(replace(i, cluster=shared[i.item]) for i in one.items))
        for one in drawn(7, n=24, models=2)
    )
    # Items that were never begun stand for themselves in a log, since nothing else is known.
    spent = run("spent", dict.fromkeys(shared, None))
    (alone,) = differences([first, second])
    (beside, *_) = differences([first, second, spent])
    assert alone.value.clusters == 6
    assert beside.value == alone.value


def test_equal_runs_need_no_number_of_items():
    (found,) = differences([run("a", scores([5.0] * 9)), run("b", scores([5.0] * 9))])
    assert found.needed is None
    assert found.holm == 1.0


def test_the_needed_items_tell_as_many_apart_as_promised():
    rng = np.random.default_rng(0)
    (found,) = differences(drawn(3, n=40, models=2, apart=0.4))
    sd, lead = found.value.se * math.sqrt(40), found.value.value
    apart = 0
    for _ in range(400):
        off = rng.normal(lead, sd, found.needed)
        estimate = mean(list(off), [str(i) for i in range(len(off))])
        apart += two_sided(estimate.value / estimate.se, len(off) - 1) <= 0.05
    assert 0.72 < apart / 400 < 0.88


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_never_lowers_a_p_and_keeps_their_order(p):
    adjusted = holm(p)
    assert all(a >= b - 1e-12 for a, b in zip(adjusted, p, strict=True))
    order = np.argsort(p, kind="stable")
    assert all(np.diff(np.asarray(adjusted)[order]) >= -1e-12)
    assert max(adjusted) <= 1.0


def test_what_was_not_compared_stays_uncounted():
    assert holm([0.01, math.nan, 0.04])[0] == pytest.approx(0.02)
    assert math.isnan(holm([0.01, math.nan, 0.04])[1])


def test_models_that_are_not_told_apart_share_a_rank():
    runs = drawn(5, n=80, models=4, apart=0.15)
    pairs = differences(runs)
    groups = rank_groups(["m3", "m2", "m1", "m0"], pairs)
    apart = {frozenset((p.better, p.worse)) for p in pairs if p.apart}
    assert [m for group in groups for m in group] == ["m3", "m2", "m1", "m0"]
    for group in groups:
        assert not any(frozenset((a, b)) in apart for a in group for b in group if a != b)


@pytest.mark.parametrize("df", [1, 2, 5, 30, 171])
def test_students_t_is_scipys(df):
    stats = pytest.importorskip("scipy.stats")
    for t in (0.0, 0.5, 2.0, 6.0):
        assert two_sided(t, df) == pytest.approx(2 * stats.t.sf(t, df), abs=1e-12)
    assert t_quantile(df) == pytest.approx(stats.t.ppf(0.975, df), abs=0.005)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=40))
def test_one_item_a_cluster_gives_the_usual_standard_error(values):
    found = mean(values, [str(i) for i in range(len(values))])
    expected = float(np.std(values, ddof=1) / math.sqrt(len(values)))
    assert found.se == pytest.approx(expected, abs=1e-9)
    assert found.low <= found.value <= found.high


def test_answers_of_one_scenario_are_no_independent_evidence():
    values, clusters = [1.0, 1.0, 5.0, 5.0, 3.0, 3.0] * 5, [str(i // 2) for i in range(30)]
    together = mean(values, clusters)
    apart = mean(values, [str(i) for i in range(30)])
    assert together.se > 1.3 * apart.se
