import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.timeline.steady import LEAST, effective, steady_mean

series = st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=60).map(np.array)


def alike(likeness, n, seed):
    """A first-order autoregression around 0."""
    rng = np.random.default_rng(seed)
    values = np.zeros(n + 100)
    for i, push in enumerate(rng.normal(size=n + 99), start=1):
        values[i] = likeness * values[i - 1] + push
    return values[100:]


@given(series)
def test_no_series_is_worth_more_than_its_length(values):
    assert 0 < effective(values) <= len(values) + 1e-9


@given(series, st.floats(0.1, 10))
def test_the_scale_of_weights_does_not_matter(values, scale):
    weights = np.linspace(0.5, 2.0, len(values))
    one, other = steady_mean(values, weights), steady_mean(values, scale * weights)
    assert one.mean == pytest.approx(other.mean, abs=1e-9)
    assert (one.low is None) == (other.low is None)


@given(series)
def test_the_interval_holds_the_mean(values):
    found = steady_mean(values, np.ones(len(values)))
    assert found.sd == pytest.approx(values.std(ddof=1), abs=1e-9)
    if found.low is not None:
        assert found.low <= found.mean <= found.high


def test_repeating_every_value_adds_no_certainty():
    values = alike(0.0, 100, seed=1)
    once = steady_mean(values, np.ones(100))
    often = steady_mean(np.repeat(values, 10), np.ones(1000))
    assert often.high - often.low > 0.8 * (once.high - once.low)


@pytest.mark.parametrize(("likeness", "n"), [(0.0, 30), (0.3, 100), (0.6, 100), (0.9, 500)])
def test_intervals_of_series_that_are_alike_hold_the_mean_as_often_as_they_say(likeness, n):
    found = [steady_mean(alike(likeness, n, seed), np.ones(n)) for seed in range(400)]
    given_ = [mean for mean in found if mean.low is not None]
    held = sum(mean.low <= 0.0 <= mean.high for mean in given_) / len(given_)
    assert len(given_) > 300
    assert 0.91 <= held <= 0.98


def test_too_few_have_no_interval_and_one_has_no_spread():
    few = steady_mean(np.arange(LEAST - 2), np.ones(int(LEAST) - 2))
    assert (few.low, few.high) == (None, None)
    assert few.sd is not None
    assert steady_mean(np.array([0.5]), np.ones(1)) == (0.5, None, None, None)
    assert steady_mean(np.array([]), np.array([])).mean is None


def test_a_value_that_never_moves_has_an_interval_of_no_width():
    assert steady_mean(np.full(50, 0.25), np.ones(50)) == (0.25, 0.0, 0.25, 0.25)
