"""Conditions: what they mean, and what they refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import PolicyError
from mien.guard.facts import FACTS, WORDS, misuse
from mien.guard.rules import parse, parts

FACT = {"a": 0.5, "b": 2.0, "yes": True, "no": False, "word": "rising"}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("a >= .5", True),
        ("a > 0.5", False),
        ("a <= .5 & b < 2", False),
        ("no & no | yes", True),
        ("no & (no | yes)", False),
        ("~no & yes", True),
        ("~(no | yes)", False),
        ("~~yes", True),
        ("word == rising", True),
        ("word == falling | b == 2", True),
        ("  a>=.5&b>1 ", True),
    ],
)
def test_a_condition_means_what_it_says(text, holds):
    assert parse(text).holds(FACT) is holds


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("a >", 3),
        ("a >= .5 &", 9),
        ("(a", 2),
        ("a b", 1),
        ("a >= .5 > .2", 7),
        ("a == -1", 4),
        ("a && b", 3),
        ("A", 0),
        ("a ) b", 1),
        ("a = 1", 1),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place(text, at):
    with pytest.raises(PolicyError, match=f"missing at {at}$"):
        parse(text)


def test_depth_and_length_have_limits():
    for text in ("(" * 400 + "a", "~" * 400 + "a", "a & " * 300 + "a"):
        with pytest.raises(PolicyError, match=r"deep|longer"):
            parse(text)


@given(st.text(alphabet="abc_.019 ()&|~<>=\t\n٣²-", max_size=600) | st.text(max_size=600))
def test_no_input_does_more_than_parse_or_be_refused(text):
    try:
        rule = parse(text)
    except PolicyError:
        return
    assert rule.names()
    rule.holds(dict.fromkeys(rule.names(), 1.0)) if not _has_words(rule) else None


def _has_words(rule):
    return any(isinstance(getattr(part, "value", None), str) for part in parts(rule))


atoms = st.sampled_from(["yes", "no", "a >= .4", "b < 1", "word == rising"])


@st.composite
def conditions(draw, depth=3):
    if depth == 0 or draw(st.booleans()):
        return draw(atoms)
    left, right = draw(conditions(depth - 1)), draw(conditions(depth - 1))
    return draw(st.sampled_from([f"({left} & {right})", f"({left} | {right})", f"~({left})"]))


@given(conditions(), conditions())
def test_and_or_and_not_follow_de_morgan(left, right):
    both = parse(f"~(({left}) & ({right}))").holds(FACT)
    either = parse(f"~({left}) | ~({right})").holds(FACT)
    assert both == either


@given(conditions())
def test_reasons_are_given_for_what_holds_and_only_then(text):
    rule = parse(text)
    assert rule.names() <= FACT.keys()
    if not rule.holds(FACT):
        assert rule.why(FACT) == ()
    elif "~" not in text:
        assert rule.why(FACT)


def test_a_reason_shows_the_value_and_what_it_was_held_against():
    facts = {"risk": 0.6184, "claims": 2.0, "trend": "rising", "minor": True}
    rule = parse("risk >= .5 & claims > 0 & trend == rising & minor")
    assert rule.why(facts) == ("risk 0.618 >= 0.5", "claims 2 > 0", "trend rising", "minor")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("riskk >= .5", "riskk"),
        ("risk >= .5 & ~(moood | raised.crysis)", "moood, raised.crysis"),
        ("point == user_tun", "user_turn or reply"),
        ("trend", "rising or steady or falling"),
        ("trend >= .5", "trend"),
        ("risk == high", "'high'"),
        ("minor == yes", "'yes'"),
    ],
)
def test_a_fact_is_refused_that_is_unknown_or_misused(text, said):
    assert said in misuse(parse(text))


@given(st.sampled_from(sorted(FACTS)))
def test_every_fact_can_be_asked_for(name):
    text = f"{name} == {WORDS[name][0]}" if name in WORDS else f"{name} >= .5"
    assert misuse(parse(text)) == ""
