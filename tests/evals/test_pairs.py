"""Who meets whom, and how long and marked up what they say is."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import EvalError
from mien.evals.pairs import Talk, Talks, showings, style_of
from mien.evals.pairs.talks import kept_talk


def talks_of(**scenarios):
    """Talks of models, each to as many scenarios."""
    return Talks(
        task="made",
        version="1",
        variant={},
        talks=tuple(
            Talk(model=name, scenario=f"{i:03}", epoch=1, messages=())
            for name, n in scenarios.items()
            for i in range(n)
        ),
        left_out={},
        sources=dict.fromkeys(scenarios, "a.eval"),
    )


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(1, 6), min_size=2))
def test_every_pair_meets_in_both_orders_on_what_both_answered(scenarios):
    shown = showings(talks_of(**scenarios))
    met = Counter((one.first.model, one.second.model) for one in shown)
    assert met == {
        (one, other): min(scenarios[one], scenarios[other])
        for one in scenarios
        for other in scenarios
        if one != other
    }
    assert all(one.first.scenario == one.second.scenario for one in shown)
    assert all(
        (one.first, one.second) == (two.second, two.first)
        for one, two in zip(shown[::2], shown[1::2], strict=True)
    )
    assert len({one.id for one in shown}) == len(shown)


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(3, 9), min_size=2), st.integers(2, 200))
def test_a_limit_is_kept_and_lets_every_pair_meet_alike(scenarios, limit):
    talks = talks_of(**scenarios)
    shown = showings(talks, limit=limit)
    assert len(shown) <= limit
    met = Counter(frozenset((one.first.model, one.second.model)) for one in shown)
    pairs = len(scenarios) * (len(scenarios) - 1) // 2
    if limit >= 2 * pairs:
        assert len(met) == pairs
        assert min(met.values()) >= min(3, limit // (2 * pairs))


def test_the_first_of_a_cut_schedule_are_of_all_pairs():
    shown = showings(talks_of(a=4, b=4, c=4))[:6]
    assert len({frozenset((one.first.model, one.second.model)) for one in shown}) == 3


def test_only_those_that_are_asked_for_meet():
    shown = showings(talks_of(a=2, b=2, c=2), against=["b"])
    assert all("b" in (one.first.model, one.second.model) for one in shown)
    assert len(shown) == 8


def test_what_cannot_be_compared_is_refused():
    for talks, against, told in (
        (talks_of(a=2), [], "only a has a run"),
        (talks_of(a=2, b=2), ["c"], "no run of 'c': choose from a, b"),
        (talks_of(a=2, b=0), [], "share no scenario"),
    ):
        with pytest.raises(EvalError, match=re.escape(told)):
            showings(talks, against=against)


@pytest.mark.parametrize(
    "held",
    [
        None,
        {},
        {"messages": [1]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": 3}]},
        {"messages": 3},
    ],
)
def test_a_damaged_talk_is_refused(held):
    with pytest.raises(EvalError, match="is damaged"):
        kept_talk(held, model="a", scenario="1", epoch=1)


def test_markdown_is_counted_as_people_see_it():
    style = style_of(["## Head\n1. one\n  - two\n* three\n\n**bold** and __bold__\n#no 1.no *no*"])
    assert (style.headers, style.entries, style.bold, style.markdown) == (1, 3, 2, 6)
    assert style_of([]).markdown == 0


@given(st.lists(st.text(alphabet="*#_- 1.\na", max_size=300), min_size=1, max_size=3))
def test_style_is_a_mean(texts):
    assert style_of(texts * 2) == style_of(texts)
    assert style_of(texts).length == sum(map(len, texts)) / len(texts)
