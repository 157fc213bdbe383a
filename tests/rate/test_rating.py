"""Ranks, intervals, scales and refusals of a table."""

from dataclasses import replace

import numpy as np
import pytest

from mien.core.errors import EvalError
from mien.rate import Anchor, Judgement, Ladder, Method, Options, Style, rate
from mien.rate.families import family

from .made import STRENGTHS, drawn

FEW = Options(draws=200)


def by_name(table):
    return {row.model: row for row in table.rows}


def test_models_far_apart_have_ranks_of_their_own():
    table = rate(drawn(scenarios=200), FEW)
    assert [row.model for row in table.rows] == sorted(STRENGTHS, key=lambda m: -STRENGTHS[m])
    assert [row.rank for row in table.rows] == [1, 2, 3, 4, 5]
    assert [(row.best_rank, row.worst_rank) for row in table.rows] == [(i, i) for i in range(1, 6)]


def test_models_that_are_alike_share_the_first_rank():
    table = rate(drawn(dict.fromkeys("abcd", 0.0), scenarios=30), FEW)
    assert [row.rank for row in table.rows] == [1, 1, 1, 1]
    assert all((row.best_rank, row.worst_rank) == (1, 4) for row in table.rows)


def test_alike_models_are_told_apart_in_few_tables_of_a_hundred():
    alike = dict.fromkeys("abcd", 0.0)
    tables = [rate(drawn(alike, scenarios=20, seed=i), Options(draws=150)) for i in range(60)]
    assert sum(len(table.groups) > 1 for table in tables) <= 6


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    wanted = np.array([STRENGTHS[name] for name in sorted(STRENGTHS)])
    wanted = 1000 + (wanted - wanted.mean()) * 400 / np.log(10)
    held = []
    for seed in range(40):
        rows = by_name(rate(drawn(scenarios=40, seed=seed), Options(draws=100)))
        ranges = [rows[name].range for name in sorted(STRENGTHS)]
        held += [low <= x <= high for (low, high), x in zip(ranges, wanted, strict=True)]
    assert 0.9 <= np.mean(held) <= 0.99


def test_a_model_that_few_scenarios_know_gets_no_interval_and_takes_none_from_others():
    fox = [
        Judgement(*pair, 0.6, scenario=f"s{i}", kind="talk")
        for i in range(2)
        for name in STRENGTHS
        for pair in (("fox", name), (name, "fox"))
    ]
    table, alone = rate([*drawn(), *fox], FEW), by_name(rate(drawn(), FEW))
    rows = by_name(table)
    assert rows["fox"].range is None
    assert "in too few scenarios for an interval: fox" in table.notes
    assert any("leave some model without a link" in note for note in table.notes)
    assert 10 < table.sampling.partial < 50
    for name in STRENGTHS:
        assert rows[name].range.high - rows[name].range.low == pytest.approx(
            alone[name].range.high - alone[name].range.low, rel=0.15
        )


def test_parts_that_never_met_have_no_common_scale():
    rows = [Judgement(*pair, 0.7) for pair in (("a", "b"), ("c", "d"), ("d", "e"))]
    with pytest.raises(EvalError, match=r"2 parts .*'c', 'd' and 'e' \| 'a' and 'b'"):
        rate(rows)


def test_a_model_that_only_wins_is_shown_but_not_rated():
    rows = [*drawn(scenarios=10), *(Judgement("fox", m, 1.0, scenario="s1") for m in STRENGTHS)]
    table = rate([replace(j, kind="") for j in rows], FEW)
    assert [(m.model, m.n, m.wins) for m in table.not_rated] == [("fox", 5, 5)]
    assert "won all its judgements" in table.not_rated[0].reason
    assert "fox" not in by_name(table)
    assert table.left_out == (("with a model that is not rated", 5),)


def test_two_leagues_of_which_one_always_wins_cannot_be_joined():
    high = drawn({"a": 0.3, "b": 0.0, "c": 0.2}, scenarios=10)
    low = drawn({"x": 0.0, "y": 0.1}, scenarios=10)
    table = rate([*high, *low, Judgement("a", "x", 1.0, scenario="s1", kind="talk")], FEW)
    assert set(by_name(table)) == {"a", "b", "c"}
    assert {m.model for m in table.not_rated} == {"x", "y"}
    assert "against the rated models" in table.not_rated[0].reason


def test_nobody_can_be_rated_where_each_always_wins_or_loses():
    with pytest.raises(EvalError, match="none can be rated"):
        rate([Judgement("a", "b", 1.0), Judgement("b", "c", 1.0)])


def test_winners_written_first_are_no_places():
    rows = [Judgement(w, x, 1.0, scenario=f"s{i}") for i in range(20) for w, x in ("ab", "ba")]
    with pytest.raises(EvalError, match="say --no-position"):
        rate(rows)
    table = rate(rows, replace(FEW, position=False))
    assert not table.effects
    assert table.rows[0].rating == pytest.approx(table.rows[1].rating)


def test_place_is_not_corrected_where_it_cannot_be_told():
    rows = [Judgement("a", "b", share, scenario=f"s{i}") for i in range(9) for share in (1.0, 0.0)]
    table = rate(rows, FEW)
    assert any("position bias cannot be told" in note for note in table.notes)
    assert not table.effects


def test_judgements_given_twice_are_pointed_out():
    rows = drawn(scenarios=10)
    assert not any("repeat" in note for note in rate(rows, FEW).notes)
    notes = rate([*rows, rows[0]], FEW).notes
    assert any(note.startswith("one judgement repeats the models") for note in notes)


def test_names_that_differ_in_capitals_alone_are_refused():
    rows = [Judgement("GPT-5", "ant", 0.7), Judgement("ant", "gpt-5 ", 0.7)]
    with pytest.raises(EvalError, match="duplicate model names: 'GPT-5' and 'gpt-5 '"):
        rate(rows)


def test_scripted_characters_are_said_to_be_none():
    strengths = {"ant": 0.2, "mien/empathic": 0.0, "mien/flat": -0.2}
    (note,) = [one for one in rate(drawn(strengths), FEW).notes if "scripted" in one]
    assert "mien/empathic and mien/flat" in note
    assert not any("scripted" in one for one in rate(drawn(), FEW).notes)


def test_nothing_is_no_table():
    with pytest.raises(EvalError, match="not one judgement"):
        rate([])


def test_too_few_scenarios_give_no_intervals():
    table = rate(drawn(scenarios=4), FEW)
    assert all(row.range is None for row in table.rows)
    assert any("no intervals" in note for note in table.notes)
    assert len(table.groups) == 1


def test_anchors_fix_the_scale_and_keep_their_own_intervals():
    anchors = (Anchor("ant", 1500.0), Anchor("eel", 200.0))
    plain, table = rate(drawn(), FEW), rate(drawn(), replace(FEW, anchors=anchors))
    rows = by_name(table)
    assert rows["ant"].rating == pytest.approx(1500)
    assert rows["eel"].rating == pytest.approx(200)
    assert [row.model for row in table.rows] == [row.model for row in plain.rows]
    shrink = {
        name: (row.range.high - row.range.low)
        / (by_name(plain)[name].range.high - by_name(plain)[name].range.low)
        for name, row in rows.items()
    }
    assert max(shrink.values()) == pytest.approx(min(shrink.values()))
    assert table.scale.slope_range.low < table.scale.slope < table.scale.slope_range.high


@pytest.mark.parametrize(
    ("anchors", "told"),
    [
        ([("ant", 1500), ("elf", 200)], "'elf' is not among the rated models; near: 'eel'"),
        ([("ant", 200), ("eel", 1500)], "these judgements put it no higher"),
        ([("ant", 200)], "two different anchors, not 1"),
        ([("ant", 200), ("ant", 300)], "two different anchors"),
    ],
)
def test_anchors_that_make_no_scale_are_refused(anchors, told):
    with pytest.raises(EvalError, match=told):
        rate(drawn(), replace(FEW, anchors=tuple(Anchor(*a) for a in anchors)))


LADDER = Ladder(
    "ladder.csv",
    {"ant": 1500.0, "eel": 200.0, "bee": 900.0},
    ("gpt-5",),
    (Anchor("ant", 1500.0), Anchor("eel", 200.0)),
)


def test_a_table_stands_on_the_scale_of_a_ladder_by_the_same_judge():
    table = rate(drawn(judges=("openai/GPT-5",)), FEW, against=LADDER)
    assert (table.against.models, table.against.spearman) == (3, 1.0)
    assert by_name(table)["bee"].published == 900.0
    assert by_name(table)["cat"].published is None


def test_another_judge_has_another_scale():
    with pytest.raises(EvalError, match="another judge has another scale; judging anew takes 800"):
        rate(drawn(judges=("claude-4",)), FEW, against=LADDER)
    with pytest.raises(EvalError, match="if so were they, say --judge gpt-5"):
        rate(drawn(), FEW, against=LADDER)
    with pytest.raises(EvalError, match="does not say who judged it"):
        rate(drawn(), FEW, against=replace(LADDER, judges=()))
    with pytest.raises(EvalError, match="name two with --anchor"):
        rate(drawn(judges=("gpt-5",)), FEW, against=replace(LADDER, anchors=()))


def test_what_a_judge_favors_comes_back_and_leaves_the_ratings():
    models = {"gpt-5": 0.3, "o3": -0.3, "claude-4": 0.2, "qwen-3": -0.2}
    favor = {("gpt-5", "gpt-5"): 0.9, ("gpt-5", "o3"): 0.9}
    rows = drawn(models, scenarios=240, judges=("gpt-5", "claude-4"), favor=favor, seed=5)
    table = rate(rows, FEW)
    found = {(e.judge, e.family): e for e in table.effects if e.what == "favor"}
    # What both judges give on average is strength, so half of the favor is left to each.
    favored, rest = found["gpt-5", "gpt"], found["gpt-5", "qwen"]
    assert favored.value - rest.value == pytest.approx(0.45, abs=0.15)
    assert favored.value == pytest.approx(-found["claude-4", "gpt"].value)
    assert favored.apart
    assert favored.own
    assert not rest.own


def test_favors_are_left_alone_where_judges_share_no_models():
    one = drawn({"gpt-5": 0, "claude-4": 0}, judges=("j1",), scenarios=10)
    other = drawn({"claude-4": 0, "qwen-3": 0}, judges=("j2",), scenarios=10)
    table = rate([*one, *other], FEW)
    assert any("favors of judges" in note for note in table.notes)


def test_families_are_told_by_name():
    names = ("openai/o4-mini", "chatgpt-4o-latest", "google/gemma-3", "qwen/qwq-32b", "opus")
    assert [family(name) for name in names] == ["gpt", "gpt", "gemini", "qwen", "opus"]


def test_a_style_that_nobody_recorded_cannot_be_held_constant():
    rows = [replace(j, length=None) for j in drawn()]
    with pytest.raises(EvalError, match="no judgement says what the length"):
        rate(rows, replace(FEW, styles=(Style.LENGTH,)))
    some = [replace(j, length=None) if i % 4 else j for i, j in enumerate(drawn())]
    table = rate(some, replace(FEW, styles=(Style.LENGTH,)))
    assert "600 judgements without length count as equal in it" in table.notes


def test_both_bad_is_counted_beside_ties():
    rows = [*drawn(scenarios=10), Judgement("ant", "bee", 0.5, "s1", "talk", both_bad=True)]
    table = rate(rows, FEW)
    assert by_name(table)["ant"].both_bad == by_name(table)["bee"].both_bad == 1
    assert by_name(table)["cat"].both_bad == 0
    assert table.order_bias[0].both_bad == 1


def test_votes_cluster_by_voter_where_scenarios_are_not_named():
    rows = [replace(j, scenario="", voter=f"v{i % 20}") for i, j in enumerate(drawn())]
    assert (rate(rows, FEW).sampling.clustered_by, rate(rows, FEW).sampling.clusters) == (
        "voter",
        20,
    )
    loose = rate([replace(j, scenario="") for j in drawn()], FEW)
    assert loose.sampling.clustered_by == "judgement"
    assert any("too narrow" in note for note in loose.notes)


@pytest.mark.parametrize("method", [Method.ELO, Method.TRUESKILL])
def test_ratings_in_order_say_how_far_the_order_moved_them(method):
    rows = drawn(scenarios=20)
    table = rate(rows, replace(FEW, method=method))
    assert [row.rank for row in table.rows] == [1, 2, 3, 4, 5]
    assert table.rows[0].model == "ant"
    assert table.order.moved > 0
    assert all(row.range.low <= row.rating <= row.range.high for row in table.rows)
    assert rate(rows[::-1], replace(FEW, method=method)).rows != table.rows
    with pytest.raises(EvalError, match="bradley-terry alone"):
        rate(rows, Options(method=method, styles=(Style.LENGTH,)))
