import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.charts.numbers import clock, count, decimal, interval, listed, nice_step, plus_minus


@given(st.integers(0, 359_999))
def test_a_clock_can_be_read_back(seconds):
    parts = [int(part) for part in clock(seconds).split(":")]
    assert sum(part * 60**i for i, part in enumerate(reversed(parts))) == seconds


@given(st.floats(-1, 1))
def test_a_share_is_written_without_its_leading_zero(value):
    text = decimal(value)
    assert not text.lstrip("−").startswith("0")
    assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.00501)


def test_a_small_negative_number_is_not_minus_zero():
    assert decimal(-0.001) == ".00"


def test_an_unknown_interval_is_a_dash_or_nothing():
    assert plus_minus(None) == plus_minus(float("nan")) == "–"
    assert interval(None, 0.5) == ""


def test_counts_and_lists_read_like_speech():
    assert count(0, "face") == "no faces"
    assert count(20_000, "reading") == "20,000 readings"
    assert listed([]) == ""
    assert listed(["a", "b"]) == "a and b"


@given(st.floats(1, 1e6), st.integers(2, 20))
def test_a_step_is_never_too_small(length, most):
    assert length / nice_step(length, most) <= most + 1e-9
