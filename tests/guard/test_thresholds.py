"""Moving all thresholds of risk by one factor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import PolicyError
from mien.guard import load_policy
from mien.guard.policy import policy_text
from mien.guard.rules import parse
from mien.guard.thresholds import moved, moved_text, written
from tests.guard.test_rules import FACT, conditions

POLICY = load_policy("default")


@given(conditions())
def test_a_written_condition_means_the_same(text):
    rule = parse(text)
    again = parse(written(rule))
    assert again.holds(FACT) == rule.holds(FACT)
    assert written(again) == written(rule)


def test_every_rule_that_ships_can_be_written():
    for when in POLICY.rules:
        assert parse(written(when.rule)) == when.rule


def test_by_one_nothing_moves():
    assert moved(POLICY, 1.0).rules == POLICY.rules


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("risk >= .2", "risk >= 0.3"),
        (
            "~(crisis < .4) & level >= 2 & raised.crisis",
            "~(crisis < 0.6) & level >= 2 & raised.crisis",
        ),
        ("hours >= 3 & p.crisis >= .5 & claims > 0", "hours >= 3 & p.crisis >= 0.5 & claims > 0"),
        ("delusion >= .9", "delusion >= 0.999"),
        ("trend == rising", "trend == rising"),
    ],
)
def test_only_thresholds_of_risk_move(text, expected):
    from dataclasses import replace

    from mien.guard.policy import When

    policy = replace(POLICY, rules=(When(POLICY.rules[0].action, "", parse(text)),))
    assert written(moved(policy, 1.5).rules[0].rule) == expected


@given(st.floats(0.1, 3))
def test_a_moved_text_loads_as_the_moved_policy(factor):
    import tomllib

    from mien.guard.policy import _policy

    text = moved_text(policy_text("default"), factor, "mine")
    loaded = _policy(tomllib.loads(text), "0" * 64)
    assert loaded.name == "mine"
    assert loaded.rules == moved(POLICY, factor).rules
    assert loaded.dynamics == POLICY.dynamics
    assert text.count("#") == policy_text("default").count("#")


def test_rules_written_otherwise_are_refused_and_not_half_moved():
    text = policy_text("default").replace('when = "risk >= .2"', "when = 'risk >= .2'")
    with pytest.raises(PolicyError, match="one line"):
        moved_text(text, 1.5, "mine")
