"""The interval of a share."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.wilson import wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(20, 400, 0.0326, 0.0760), (10, 200, 0.0274, 0.0896), (0, 10, 0, 0.2775), (10, 10, 0.7225, 1)],
)
def test_ends_are_those_of_published_tables(hits, n, low, high):
    assert wilson(hits, n) == (
        hits / n,
        pytest.approx(low, abs=5e-5),
        pytest.approx(high, abs=5e-5),
    )


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_within_0_and_1(pair):
    value, low, high = wilson(*pair)
    assert 0 <= low <= value <= high <= 1


def test_of_nothing_nothing_is_known():
    value, low, high = wilson(0, 0)
    assert math.isnan(value)
    assert (low, high) == (0, 1)
