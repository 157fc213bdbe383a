"""A table depends on its judgements, not on the order in which they come."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import EvalError
from mien.rate import Options, Style, rate
from mien.rate.files import table_json

from .made import drawn, judgements


def outcome(rows, options):
    try:
        return table_json(rate(rows, options))
    except EvalError as error:
        return str(error)


@settings(max_examples=40)
@given(judgements(), st.randoms(use_true_random=False), st.booleans())
def test_any_shuffle_gives_the_same_table_bit_for_bit(rows, shuffler, styled):
    options = Options(draws=20, styles=(Style.LENGTH,) if styled else ())
    other = list(rows)
    shuffler.shuffle(other)
    assert outcome(rows, options) == outcome(other, options)


def test_a_shuffle_leaves_liked_and_good_and_favors_as_they_are():
    rows = drawn(
        good={"ant": -1, "bee": 0, "cat": 0, "dog": 0, "eel": 1},
        judges=("gpt-5", "claude-4"),
        scenarios=12,
    )
    other = list(rows)
    random.Random(1).shuffle(other)
    assert outcome(rows, Options(draws=50)) == outcome(other, Options(draws=50))


def test_equal_models_stand_in_the_order_of_their_names():
    rows = drawn({"b": 0.0, "a": 0.0}, scenarios=1)
    even = [type(j)(j.first, j.second, 0.5, scenario=j.scenario) for j in rows]
    assert [row.model for row in rate(even).rows] == ["a", "b"]
