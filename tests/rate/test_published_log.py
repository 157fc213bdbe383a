"""The log of EQ-Bench 3 of 2025-04-29: every figure that is known of it."""

import json
import random
from dataclasses import replace

import numpy as np
import pytest

from mien.rate import Method, Options, Response, Style, gather, rate, rate_files
from mien.rate.files import table_json
from mien.rate.scale import spearman
from tests.data import shared

JUDGE = "claude-3.7-sonnet"


@pytest.fixture(scope="module")
def path():
    return shared("evals/early_pairwise_2025-04-29.json.gz")


@pytest.fixture(scope="module")
def gathered(path):
    return gather([path])


@pytest.fixture(scope="module")
def table(path):
    return rate_files([path])


def of(rows, kind):
    return next(row for row in rows if row.kind == kind)


def test_every_record_is_counted(table):
    assert (table.n, len(table.rows), len(table.not_rated)) == (6362, 27, 0)
    assert [entry.n for entry in table.left_out] == [90]
    assert table.sources[0].read == 6452


@pytest.mark.parametrize(
    ("response", "rho"),
    [(Response.WIN, 0.9951), (Response.BLEND, 0.9963), (Response.MARGIN, 0.9969)],
)
def test_the_order_is_the_published_one(gathered, response, rho):
    table = rate(gathered.judgements, Options(response=response, draws=1))
    published = [gathered.ladder.ratings[row.model] for row in table.rows]
    assert spearman([r.rating for r in table.rows], published) == pytest.approx(rho, abs=5e-5)


def test_any_shuffle_gives_the_same_table_to_the_last_bit(gathered, table):
    held = list(gathered.judgements)
    random.Random(7).shuffle(held)
    one, other = rate(gathered.judgements), rate(held)
    assert table_json(one) == table_json(other)
    assert [row.rating for row in one.rows] == [row.rating for row in table.rows]


def test_the_first_shown_wins_as_often_as_is_known(table):
    wins = {row.kind: round(100 * row.first_wins, 1) for row in table.order_bias}
    assert wins == {"analysis": 35.8, "role-play": 70.6, "all": 55.4}


def test_the_two_orders_agree_as_often_as_is_known(table):
    rows = {row.kind: row for row in table.order_bias}
    assert {k: round(100 * r.agree, 1) for k, r in rows.items()} == {
        "analysis": 64.3,
        "role-play": 54.6,
        "all": 58.9,
    }
    assert rows["all"].pairs == 3137
    assert (rows["role-play"].first_twice, rows["role-play"].second_twice) == (740, 33)
    assert (rows["analysis"].first_twice, rows["analysis"].second_twice) == (42, 411)
    assert [rows[kind].ties for kind in ("role-play", "analysis")] == [20, 44]


def test_all_criteria_agree_as_often_as_is_known(table):
    assert round(100 * table.halo.all_agree, 1) == 74.0


def test_position_and_length_come_out_as_measured_elsewhere(gathered):
    options = Options(response=Response.WIN, styles=(Style.LENGTH,))
    effects = {(e.what, e.kind): e for e in rate(gathered.judgements, options).effects}
    for key, value in {
        ("position", "role-play"): 1.23,
        ("position", "analysis"): -0.86,
        ("length", "role-play"): 0.63,
        ("length", "analysis"): -0.13,
    }.items():
        assert effects[key].value == pytest.approx(value, abs=0.03), key


def test_about_as_many_pairs_are_told_apart_as_was_measured_elsewhere(gathered):
    pairs = rate(gathered.judgements, Options(response=Response.WIN)).differences
    assert len(pairs) == 351
    assert sum(pair.p <= 0.05 for pair in pairs) == pytest.approx(321, abs=3)
    assert sum(pair.apart for pair in pairs) == pytest.approx(299, abs=6)


def test_models_of_one_rank_are_not_told_apart(table):
    apart = {frozenset((d.better, d.worse)) for d in table.differences if d.apart}
    for group in table.groups:
        for row in group:
            others = {frozenset((row.model, other.model)) for other in group if other is not row}
            assert not others & apart
    assert 5 < len(table.groups) < 27


def test_two_models_whose_names_are_alike_stay_two(table):
    alike = [row.model for row in table.rows if row.model.endswith("chatgpt-4o-latest")]
    assert len(alike) == 2
    assert any("alike: chatgpt-4o-latest and openai/chatgpt-4o-latest" in n for n in table.notes)


def test_judgements_of_one_scenario_are_no_independent_evidence(gathered):
    options = Options(response=Response.BLEND, draws=300)
    apart = [replace(j, scenario="") for j in gathered.judgements]
    widths = [
        np.array([row.range.high - row.range.low for row in sorted(t.rows, key=lambda r: r.model)])
        for t in (rate(gathered.judgements, options), rate(apart, options))
    ]
    assert np.median(widths[0] / widths[1]) == pytest.approx(1.55, abs=0.15)


def test_published_intervals_are_too_narrow(path):
    options = Options(response=Response.WIN)
    table = rate_files([path], options, judge=JUDGE, against="published")
    assert np.median([(row.range.high - row.range.low) / 2 for row in table.rows]) > 35
    assert table.against.mean_distance < 25


def test_the_published_scale_goes_through_its_anchors(path):
    table = rate_files([path], judge=JUDGE, against="published")
    rating = {row.model: row.rating for row in table.rows}
    assert rating["o3"] == pytest.approx(1500)
    assert rating["meta-llama/llama-3.2-1b-instruct"] == pytest.approx(200)
    low, high = table.scale.slope_range
    assert low < table.scale.slope < high
    anchor = next(row for row in table.rows if row.model == "o3")
    assert anchor.range.low < 1490 < 1510 < anchor.range.high
    assert (table.against.models, table.against.spearman > 0.99) == (27, True)


def test_trueskill_follows_the_published_order_and_moves_with_the_order_of_the_list(path):
    options = Options(method=Method.TRUESKILL, response=Response.BLEND)
    table = rate_files([path], options, judge=JUDGE, against="published")
    assert table.against.spearman > 0.99
    assert 30 < table.order.moved < 70
    assert table.order.models_moved > 10


def test_the_table_is_plain_json(table):
    held = json.loads(table_json(table))
    assert held["schema"] == 1
    assert held["sampling"] == {
        "clustered_by": "scenario",
        "clusters": 45,
        "draws": 1000,
        "partial": 0,
        "seed": 0,
    }
    assert len(held["differences"]) == 351
    assert {"mien", "numpy", "scipy", "python"} == set(held["versions"])
