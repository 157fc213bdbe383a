import numpy as np
import pytest

from mien.evals.intervals import Interval, bootstrap, more_needed


def mean_of(values):
    return lambda rows: np.array([values[rows].mean()])


def test_the_interval_of_a_mean_is_that_of_the_textbook():
    values = np.random.default_rng(0).normal(size=400)
    found = bootstrap(mean_of(values), [str(i) for i in range(400)])[0]
    assert found.value == values.mean()
    assert found.half == pytest.approx(1.96 * values.std() / 20, rel=0.12)


def test_copies_of_an_item_in_one_cluster_narrow_nothing():
    values = np.random.default_rng(0).normal(size=50)
    names = [str(i) for i in range(50)]
    once = bootstrap(mean_of(values), names)[0]
    copied = bootstrap(mean_of(np.repeat(values, 8)), np.repeat(names, 8).tolist())[0]
    assert copied.low == pytest.approx(once.low)
    assert copied.high == pytest.approx(once.high)


def test_one_person_alone_gives_no_interval():
    found = bootstrap(mean_of(np.arange(9.0)), ["a"] * 9)[0]
    assert found.value == 4.0
    assert np.isnan(found.low)
    assert more_needed(found, 9) is None


def test_the_same_seed_draws_the_same():
    values, names = np.arange(30.0), [str(i % 7) for i in range(30)]
    assert bootstrap(mean_of(values), names, seed=3) == bootstrap(mean_of(values), names, seed=3)
    assert bootstrap(mean_of(values), names, seed=3) != bootstrap(mean_of(values), names, seed=4)


def test_four_times_the_items_halve_an_interval():
    assert more_needed(Interval(0.0, -0.1, 0.1), 250) == 750
    assert more_needed(Interval(0.0, -0.04, 0.04), 250) == 0
