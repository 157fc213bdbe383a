import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.charts.numbers import (
    clock,
    count,
    decimal,
    interval,
    listed,
    nice_step,
    plus_minus,
    portion,
)


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
    assert plus_minus(0.5, None) == plus_minus(0.5, float("nan")) == "–"
    assert interval(None, 0.5) == ""


@given(st.floats(0, 1))
def test_no_share_is_rounded_to_certainty(value):
    text = portion(value)
    assert text != "1.00"
    assert (text == ".00") == (value == 0)


@pytest.mark.parametrize("low", [0.0, -1.0])
@given(st.floats(0, 1), st.floats(0, 2))
def test_no_interval_reaches_beyond_what_can_be(low, part, sd):
    value = low + part * (1 - low)
    text = plus_minus(value, sd, low)
    if text.startswith("["):
        ends = [float(end.replace("−", "-")) for end in text[1:-1].split(", ")]
        assert low <= ends[0] <= ends[1] <= 1
        assert low in ends or 1 in ends
    else:
        half = float(text.lstrip("±<"))
        assert low - 0.011 <= value - half
        assert value + half <= 1.011


def test_counts_and_lists_read_like_speech():
    assert count(0, "face") == "no faces"
    assert count(20_000, "reading") == "20,000 readings"
    assert listed([]) == ""
    assert listed(["a", "b"]) == "a and b"


@given(st.floats(1, 1e6), st.integers(2, 20))
def test_a_step_is_never_too_small(length, most):
    assert length / nice_step(length, most) <= most + 1e-9
