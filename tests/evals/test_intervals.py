"""An interval must tell how far a figure strays when other people are asked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.evals.intervals import Interval, Resampling, _tail, more_needed
from mien.evals.perception.scoring.moments import Cell, Moments
from mien.evals.stats import quadratic_kappa


def mean(values, clusters, **options):
    resampling = Resampling(clusters, **options)
    rows = np.column_stack([np.ones(len(values)), values])
    n, total = resampling.sums(np.arange(len(values)), rows).T
    return resampling.interval(total / n)


def test_the_interval_of_a_mean_is_that_of_the_textbook():
    values = np.random.default_rng(0).normal(size=400)
    found = mean(values, [str(i) for i in range(400)])
    assert found.value == pytest.approx(values.mean())
    assert found.half == pytest.approx(1.96 * values.std() / 20, rel=0.12)


def test_copies_of_an_item_in_one_cluster_narrow_nothing():
    values = np.random.default_rng(0).normal(size=50)
    names = [f"{i:02}" for i in range(50)]
    once = mean(values, names)
    copied = mean(np.repeat(values, 8), np.repeat(names, 8).tolist())
    assert copied == pytest.approx(once)


@pytest.mark.parametrize(("n_people", "least"), [(6, 0.9), (10, 0.91), (25, 0.92)])
def test_it_holds_the_truth_about_as_often_as_it_says(n_people, least):
    random = np.random.default_rng(1)
    held, names = 0, np.repeat(np.arange(n_people), 4).astype(str).tolist()
    for trial in range(300):
        people = random.normal(size=n_people)
        values = (people[:, None] + random.normal(size=(n_people, 4)) / 2).ravel()
        found = mean(values, names, seed=trial, draws=300)
        held += found.low <= 0 <= found.high
    assert least < held / 300 < 0.98


@pytest.mark.parametrize(("n_people", "items"), [(10, 60), (20, 20)])
def test_a_bent_figure_of_few_people_is_held_as_often(n_people, items):
    """Kappa of few people is too low on average, and the ends of its draws lean the wrong way."""

    def said(random, n, each):
        own = np.repeat(random.normal(size=n), each)
        felt = random.normal(size=n * each)
        other = 0.6 * felt + 0.9 * own + 0.6 * random.normal(size=n * each)
        both = np.stack([felt + own / 2, other])
        return np.clip(np.round(3.5 + 1.5 * both), 0, 7)

    truth = quadratic_kappa(*said(np.random.default_rng(0), 4000, 30))
    held, names = 0, np.repeat(np.arange(n_people), items).astype(str).tolist()
    for trial in range(300):
        one, other = said(np.random.default_rng(trial + 1), n_people, items)
        resampling = Resampling(names, 300, trial)
        kappa = Moments([Cell(np.arange(len(one)), one, other)], resampling).kappa()
        found = resampling.interval(kappa[:, 0])
        held += found.low <= truth <= found.high
    assert 0.925 < held / 300 < 0.98


@pytest.mark.parametrize("n", [5, 8, 24, 1000])
def test_few_clusters_reach_as_far_out_as_students_t(n):
    scipy = pytest.importorskip("scipy.stats")
    wanted = scipy.norm.cdf(-scipy.t.ppf(0.975, n - 1) * (n / (n - 1)) ** 0.5)
    assert _tail(n) == pytest.approx(wanted, rel=0.01)


@given(st.lists(st.floats(0, 1, width=16), min_size=6, max_size=30), st.integers(0, 99))
@settings(max_examples=50)
def test_the_interval_of_a_share_holds_it_and_is_one_of_shares(values, seed):
    values = np.array(values)
    found = mean(values, [str(i) for i in range(len(values))], draws=60, seed=seed)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_interval_of_a_correlation_is_one_of_correlations():
    random = np.random.default_rng(0)
    one = random.normal(size=8)
    resampling = Resampling([str(i) for i in range(8)])
    cell = Cell(np.arange(8), one, -one + random.normal(size=8) / 3)
    found = resampling.interval(Moments([cell], resampling).pearson()[:, 0])
    assert -1 == found.low < found.value < found.high < 0


def test_an_end_lies_at_the_value_where_no_draw_goes_beyond():
    drawn = np.where(np.arange(1000) % 3, 0.125, 1 / 7)
    found = Resampling([str(i) for i in range(30)]).interval(np.append(0.125, drawn))
    assert found.low == 0.125
    assert found.high >= 1 / 7


@pytest.mark.parametrize("n_people", [1, 2, 4])
def test_too_few_people_give_no_interval(n_people):
    found = mean(np.arange(8.0), [str(i % n_people) for i in range(8)])
    assert found.value == 3.5
    assert np.isnan(found.low)
    assert more_needed(found, 8) is None


@pytest.mark.parametrize(("n_own", "has_interval"), [(1, False), (3, False), (12, True)])
def test_a_figure_of_few_of_the_people_has_none_either(n_own, has_interval):
    resampling = Resampling([str(i) for i in range(40)])
    values = np.random.default_rng(0).normal(size=n_own)
    n, total = resampling.sums(np.arange(n_own), np.column_stack([np.ones(n_own), values])).T
    with np.errstate(invalid="ignore"):
        found = resampling.interval(total / n)
    assert np.isfinite(found.half) == has_interval


def test_the_same_seed_draws_the_same():
    values, names = np.arange(30.0), [str(i % 7) for i in range(30)]
    assert mean(values, names, seed=3) == mean(values, names, seed=3)
    assert mean(values, names, seed=3) != mean(values, names, seed=4)


def test_a_figure_that_cannot_be_formed_has_no_interval():
    found = Resampling(["a", "b"]).interval(np.full(1001, np.nan))
    assert np.isnan(found).all()


def test_four_times_the_items_halve_an_interval():
    assert more_needed(Interval(0.0, -0.1, 0.1), 250) == 750
    assert more_needed(Interval(0.0, -0.04, 0.04), 250) == 0
