"""A budget is never overspent, counts every role, and stops cleanly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import ConfigError
from mien.evals.prices import Price, Prices
from mien.evals.result import Fault
from mien.evals.running.budget import BudgetSpent, Meter
from mien.llm.testing import Answer, Usage
from tests.fakes.bench import JUDGED

MODEL, JUDGE = "openai-api/scripted/m", "openai-api/scripted/j"
CALL = 0.01
"""Dollars of one request: a hundred tokens read at 100 dollars a million."""


def price(usd=100.0):
    return Price(read=usd, written=0, cached=usd, stored=usd, source="a test")


PRICES = Prices({MODEL: price(), JUDGE: price()})


def script(request):
    text = '{"score": 7}' if "Judge reply" in request.last else "Calm: 4\nSad: 2"
    return Answer(text, usage=Usage(100, 5))


@pytest.mark.parametrize(("budget", "connections"), [(0.05, 1), (0.055, 8), (0.11, 3)])
def test_a_run_stops_within_its_budget(served, probe, budget, connections):
    server = served(script)
    (ran,) = probe(budget=budget, prices=PRICES, max_connections=connections)
    assert len(server.requests) == int(budget / CALL + 1e-9)
    assert ran.result.usage["model"].usd <= budget
    stopped = [item for item in ran.result.items if item.fault is Fault.BUDGET]
    assert len(ran.result.items) == 12
    assert len(stopped) == 12 - len(server.requests)
    assert all(item.score is None for item in stopped)
    assert any("budget" in note for note in ran.notes())


def test_judges_are_paid_from_the_same_budget(served, probe):
    server = served(script)
    roles = {"judge": JUDGE}
    (ran,) = probe(bench=JUDGED, roles=roles, budget=0.10, prices=PRICES, max_connections=1)
    assert len(server.requests) == 10
    assert sum(used.usd for used in ran.result.usage.values()) <= 0.10 + 1e-9


def test_one_budget_is_for_all_models(served, probe):
    server = served(script)
    other = "openai-api/scripted/n"
    prices = Prices({MODEL: price(), other: price()})
    first, second = probe(MODEL, other, budget=0.20, prices=prices)
    assert len(server.requests) == 20
    assert [item.fault for item in first.result.items] == [None] * 12
    assert sum(item.fault is Fault.BUDGET for item in second.result.items) == 4


def test_a_larger_budget_goes_on_where_the_smaller_ended(served, probe):
    server = served(script)
    probe(budget=0.05, prices=PRICES)
    (ran,) = probe(budget=1.0, prices=PRICES)
    assert ran.kept == 5
    assert len(server.requests) == 12
    assert not [item for item in ran.result.items if item.fault]


def test_a_model_without_price_is_refused_before_anything_is_sent(probe):
    with pytest.raises(ConfigError, match=r"price of openai/unheard-of.*--prices"):
        probe("openai/unheard-of", budget=1.0)
    with pytest.raises(ConfigError, match="openai/unheard-of"):
        probe("mien/flat", bench=JUDGED, roles={"judge": "openai/unheard-of"}, budget=1.0)


@pytest.mark.parametrize("budget", [0, -1])
def test_a_budget_of_nothing_is_refused(probe, budget):
    with pytest.raises(ConfigError, match="above 0"):
        probe("mien/flat", budget=budget)


@given(
    costs=st.lists(st.floats(0, 1, allow_nan=False), max_size=50),
    budget=st.floats(0.1, 5),
)
def test_what_is_held_is_never_beyond_the_budget_where_plans_hold(costs, budget):
    meter = Meter(budget)
    for cost in costs:
        try:
            held = meter.hold("model", 1.0)
        except BudgetSpent:
            continue
        meter.settle("model", held, min(cost, held))
        assert meter.spent <= budget + 1e-9


@pytest.fixture
def silent():
    """A provider that never says what an answer took."""
    from inspect_ai._util.registry import registry_lookup
    from inspect_ai.model import ModelAPI, ModelOutput, modelapi

    class Silent(ModelAPI):
        async def generate(self, input, tools, tool_choice, config):  # noqa: A002  # the parent's
            return ModelOutput.from_content("silent", "Calm: 4\nSad: 2")

    if registry_lookup("modelapi", "silent") is None:
        modelapi(name="silent")(Silent)
    return "silent/m"


def test_answers_of_untold_cost_count_what_was_set_aside(probe, silent):
    prices = Prices({silent: price()})
    planned = 12 * 30 * 100 / 1e6
    (ran,) = probe(silent, budget=planned / 2, prices=prices, max_connections=1)
    stopped = [item for item in ran.result.items if item.fault is Fault.BUDGET]
    assert len(stopped) == 6


def test_untold_cost_is_unknown_and_not_nothing(probe, silent):
    (ran,) = probe(silent, prices=Prices({silent: price()}))
    assert ran.result.usage["model"].calls == 12
    assert ran.result.usage["model"].usd is None
    (free,) = probe(silent, prices=Prices({silent: price(0.0)}), fresh=True)
    assert free.result.usage["model"].usd == 0.0
