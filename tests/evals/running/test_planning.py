"""What a run will cost is said before, by the same count that is made after."""

import pytest

from mien.core.errors import EvalError
from mien.evals.bench import Setup
from mien.evals.prices import Price, Prices
from mien.evals.running.planning import ASSUMED, Load, make_plan, measured
from mien.evals.running.precision import warning
from mien.llm.testing import always
from tests.fakes.bench import BENCH, JUDGED

PRICES = Prices({"a/m": Price(read=1, written=10, cached=1, stored=1, source="a test")})


def plan(bench=BENCH, load=None, **models):
    return make_plan(bench, models or {"model": "a/m"}, Setup(), PRICES, load)


def test_money_is_tokens_times_price():
    made = plan()
    assert made.usd == pytest.approx((12 * 30 * 1 + 12 * 8 * 10) / 1e6)


def test_an_unknown_part_leaves_the_whole_unknown():
    made = plan(JUDGED, model="a/m", judge="b/unpriced")
    assert made.part("model").usd is not None
    assert made.part("judge").usd is None
    assert made.usd is None


def test_a_role_that_nobody_was_named_for_is_planned_without_a_price():
    made = plan(JUDGED)
    assert (made.part("judge").model, made.part("judge").usd) == ("", None)
    assert made.part("judge").calls == 12


def test_epochs_multiply_and_connections_divide():
    one, three = plan(), plan(load=Load(epochs=3))
    assert three.parts[0].calls == 3 * one.parts[0].calls
    assert three.usd == pytest.approx(3 * one.usd)
    assert plan(load=Load(connections=20)).seconds == pytest.approx(one.seconds / 2)
    assert ASSUMED.source in one.pace


def test_the_pace_of_an_earlier_run_is_taken_from_its_log(served, probe, tmp_path):
    served(always("Calm: 4\nSad: 2"))
    (ran,) = probe()
    pace = measured(ran.log)
    assert pace.written_per_s > 0
    assert ran.log.name in pace.source
    assert ran.log.name in plan(load=Load(pace=pace)).pace
    with pytest.raises(EvalError):
        measured(tmp_path / "none.eval")


def test_a_limit_is_told_with_what_it_costs_in_precision():
    assert warning(BENCH, Setup()) == ""
    assert warning(BENCH, Setup(limit=12)) == ""
    assert "2.0 times as wide" in warning(BENCH, Setup(limit=3))
