"""An interval must tell how far a figure strays when other people are asked."""

import numpy as np
import pytest

from mien.evals.intervals import Interval, Resampling, more_needed


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


def test_it_holds_the_truth_about_as_often_as_it_says():
    random = np.random.default_rng(1)
    held = 0
    for trial in range(200):
        people = random.normal(size=25)
        values = (people[:, None] + random.normal(size=(25, 4)) / 2).ravel()
        found = mean(
            values, np.repeat(np.arange(25), 4).astype(str).tolist(), seed=trial, draws=200
        )
        held += found.low <= 0 <= found.high
    assert 0.85 < held / 200 < 0.99


def test_one_person_alone_gives_no_interval():
    found = mean(np.arange(9.0), ["a"] * 9)
    assert found.value == 4.0
    assert np.isnan(found.low)
    assert more_needed(found, 9) is None


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
