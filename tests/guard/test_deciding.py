"""One decision from facts: order, burden, quiet, crisis."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.guard import Action, Case, load_policy
from mien.guard.case import Shown
from mien.guard.deciding import decide
from mien.guard.policy import Limit, When
from mien.guard.rules import parse

POLICY = load_policy("default")
RULES = tuple(
    When(action, step, parse(when))
    for action, step, when in (
        (Action.CRISIS, "ask", "raised.crisis & asked == 0"),
        (Action.CRISIS, "stay", "raised.crisis"),
        (Action.GROUND, "", "delusion >= .5"),
        (Action.CHECK_IN, "", "distress >= .5"),
        (Action.WATCH, "", "risk >= .2"),
    )
)


def facts(turn=10, **known):
    return {
        "turn": float(turn),
        "raised.crisis": False,
        "asked": 0.0,
        "delusion": 0.0,
        "distress": 0.0,
        "risk": 0.0,
        **known,
    }


def decided(known, case=None, **limits):
    named = {key.replace("__", "."): limit for key, limit in limits.items()}
    return decide(known, case or Case(), replace(POLICY, rules=RULES, limits=named))


def shown(*pairs):
    return Case(shown=tuple(Shown(key, turn) for key, turn in pairs))


def test_where_no_rule_holds_nothing_is_done():
    assert decided(facts()) == (Action.NOTHING, "", (), ())


def test_the_first_rule_that_holds_decides_and_says_why():
    found = decided(facts(delusion=0.7, distress=0.9, risk=0.9))
    assert (found.key, found.because) == ("ground", ("delusion 0.7 >= 0.5",))


def test_a_gap_holds_back_and_says_why_and_the_next_rule_decides():
    found = decided(
        facts(delusion=0.7, distress=0.9), shown(("ground", 7)), ground=Limit(gap_turns=6)
    )
    assert found.key == "check_in"
    assert found.held_back == ("ground: 3 turns since the last, and 6 must lie between",)


@pytest.mark.parametrize(("turn", "key"), [(12, "nothing"), (13, "ground")])
def test_a_gap_ends_at_its_turn(turn, key):
    case, limit = shown(("ground", 7)), Limit(gap_turns=6)
    assert decided(facts(turn, delusion=0.7), case, ground=limit).key == key


def test_a_session_has_its_most():
    case, limit = shown(("ground", 1), ("ground", 3)), Limit(per_session=2)
    found = decided(facts(delusion=0.7), case, ground=limit)
    assert (found.key, found.held_back) == ("nothing", ("ground: 2 in this session is the most",))


def test_a_limit_on_an_action_counts_all_its_steps():
    case = shown(("crisis.ask", 9))
    found = decided(facts(asked=1.0, **{"raised.crisis": True}), case, crisis__stay=Limit(5))
    assert found.key == "crisis.stay"
    assert found.held_back == ()


def test_quiet_silences_all_below_crisis_but_still_watches():
    quiet = Case(quiet=True)
    loud = facts(delusion=0.9, distress=0.9, risk=0.9)
    found = decided(loud, quiet)
    assert found.key == "watch"
    assert [row.partition(":")[0] for row in found.held_back] == ["ground", "check_in"]
    assert decided({**loud, "raised.crisis": True}, quiet).key == "crisis.ask"


@given(
    st.integers(0, 30),
    st.integers(0, 3),
    st.integers(0, 3),
    st.lists(st.sampled_from(["crisis.ask", "crisis.stay", "ground"]), max_size=6),
    st.booleans(),
)
def test_a_crisis_that_a_turn_shows_is_never_held_back_altogether(gap, per, whole, before, quiet):
    case = replace(shown(*((key, i) for i, key in enumerate(before))), quiet=quiet)
    known = facts(
        len(before), asked=float(case.times("crisis")), delusion=0.9, **{"raised.crisis": True}
    )
    limits = {"crisis__ask": Limit(gap, per), "crisis__stay": Limit(gap, per)}
    found = decided(known, case, crisis=Limit(gap, whole), **limits)
    assert found.action is Action.CRISIS
    assert found.because


def test_the_limits_of_a_crisis_choose_among_its_steps():
    case = shown(("crisis.ask", 9))
    found = decided(facts(**{"raised.crisis": True}), case, crisis__ask=Limit(6))
    assert found.key == "crisis.stay"
    assert found.held_back[0].startswith("crisis.ask: 1 turns since")
