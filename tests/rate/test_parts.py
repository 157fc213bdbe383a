"""The parts a table is made of, each against its definition."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mien.rate import Judgement, Options, rate
from mien.rate.abilities import profiles
from mien.rate.bias import halo, order_bias
from mien.rate.bootstrap import Draws, Range
from mien.rate.bradley_terry import BLOCK
from mien.rate.elo import Game, elo
from mien.rate.groups import holm_corrected, rank_groups
from mien.rate.judgement import Response
from mien.rate.scale import spearman
from mien.rate.table import Effect
from mien.rate.telling import about_place
from mien.rate.trueskill import BETA, MU, SIGMA, duel, trueskill, wins

from .made import STRENGTHS, drawn

FEW = Options(draws=200)


@given(arrays.arrays(float, st.integers(1, 12), elements=st.floats(0, 1)))
def test_holm_rejects_what_its_steps_reject(p):
    alpha, left, m = 0.05, [], len(p)
    for i, place in enumerate(np.argsort(p, kind="stable"), start=1):
        if p[place] > alpha / (m - i + 1):
            break
        left.append(place)
    ties = np.isclose(np.sort(p) * (m - np.arange(m)), alpha)
    if not ties.any():
        assert set(np.flatnonzero(holm_corrected(p) <= alpha)) == set(left)
    assert np.all(holm_corrected(p) >= p)


@given(st.integers(1, 9), st.randoms(use_true_random=False))
def test_no_two_of_a_group_are_apart_and_groups_keep_the_order(n, random):
    apart = np.array([[random.random() < 0.4 for _ in range(n)] for _ in range(n)])
    apart = np.triu(apart, 1) | np.triu(apart, 1).T
    order = random.sample(range(n), n)
    groups = rank_groups(order, apart)
    assert [model for group in groups for model in group] == order
    for group in groups:
        assert not apart[np.ix_(group, group)].any()


@pytest.mark.parametrize(
    ("pluses", "bent"),
    [(1, 0.178), (2, 0.339), (3, 0.437), (5, 0.571), (10, 0.770), (15, 0.876), (30, 1.0)],
)
def test_the_bend_of_margins_is_the_published_one(pluses, bent):
    assert Response.BLEND.of(0.5 + pluses / 60) == pytest.approx(0.5 + bent / 2, abs=5e-4)
    assert Response.BLEND.of(0.5 - pluses / 60) == pytest.approx(0.5 - bent / 2, abs=5e-4)


@given(st.permutations(range(7)))
def test_spearman_follows_its_formula(order):
    one, other = np.arange(7.0), np.array(order, dtype=float)
    wanted = 1 - 6 * ((one - other) ** 2).sum() / (7 * (49 - 1))
    assert spearman(np.exp(one), other) == pytest.approx(wanted)


def test_spearman_gives_ties_their_mean_rank_and_constants_nothing():
    assert spearman(np.array([1.0, 2, 2, 3]), np.array([1.0, 2, 3, 4])) == pytest.approx(0.9**0.5)
    assert spearman(np.ones(3), np.arange(3.0)) is None


def posterior(likelihood):
    """Mean and deviation of the winner's and the loser's skill by brute force."""
    grid = np.linspace(MU - 700, MU + 700, 1401)
    prior = np.exp(-(((grid - MU) / SIGMA) ** 2) / 2)
    weight = prior[:, None] * prior[None, :] * likelihood(grid[:, None] - grid[None, :])
    found = []
    for axis in (1, 0):
        mass = weight.sum(axis=axis)
        mean = (grid * mass).sum() / mass.sum()
        found.append((mean, math.sqrt(((grid - mean) ** 2 * mass).sum() / mass.sum())))
    return found


def test_a_duel_gives_the_moments_of_the_posterior():
    erf = np.vectorize(math.erf)
    wanted = posterior(lambda d: 0.5 * (1 + erf(d / (math.sqrt(2) * BETA * math.sqrt(2)))))
    mu, variance = [MU, MU], [SIGMA**2, SIGMA**2]
    duel(mu, variance, 0, 1)
    for i, (mean, sd) in enumerate(wanted):
        assert mu[i] == pytest.approx(mean, abs=0.01)
        assert math.sqrt(variance[i]) == pytest.approx(sd, abs=0.01)


def test_a_draw_says_that_both_performed_alike():
    wanted = posterior(lambda d: np.exp(-((d / BETA) ** 2) / 4))
    mu, variance = [MU, MU], [SIGMA**2, SIGMA**2]
    duel(mu, variance, 0, 1, drawn=True)
    assert mu == pytest.approx([MU, MU])
    assert math.sqrt(variance[0]) == pytest.approx(wanted[0][1], abs=0.01)


def test_a_win_against_all_odds_keeps_its_numbers_finite():
    mu, variance = [-9000.0, 9000.0], [1.0, 1.0]
    duel(mu, variance, 0, 1)
    assert all(math.isfinite(value) for value in [*mu, *variance])
    assert mu[0] > -9000
    assert variance[0] > 0


@given(st.floats(0, 1))
def test_margins_count_for_one_to_twenty_wins(share):
    assert 1 <= wins(share) <= 20
    assert wins(share) == wins(1 - share) or abs(wins(share) - wins(1 - share)) == 1


def test_trueskill_ranks_a_chain():
    games = [Game(0, 1, 1.0), Game(1, 2, 1.0)] * 5
    assert list(np.argsort(-trueskill(games, 3))) == [0, 1, 2]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(3, 5), st.floats(0, 1)), max_size=30))
def test_elo_moves_points_from_one_to_the_other(games):
    ratings = elo([Game(*game) for game in games], 6)
    assert ratings.sum() == pytest.approx(6000)


def test_equal_players_play_elo_for_half_of_k():
    assert elo([Game(0, 1, 1.0)], 2).tolist() == [1002.0, 998.0]


def test_agreement_is_of_pairs_that_were_shown_in_both_orders():
    rows = [
        Judgement("a", "b", 1.0, "s1"),
        Judgement("b", "a", 0.2, "s1"),
        Judgement("a", "b", 0.9, "s2"),
        Judgement("b", "a", 1.0, "s2"),
        Judgement("a", "b", 1.0, "s3"),
        Judgement("a", "b", 0.5, "s4", both_bad=True),
    ]
    (row,) = order_bias(rows)
    assert (row.n, row.ties, row.both_bad, row.pairs) == (6, 1, 1, 2)
    assert (row.agree, row.first_twice, row.second_twice) == (0.5, 1, 0)
    assert row.first_wins == 4 / 5


def table_of(n_first, n, effects=()):
    """A table in which whoever was first won so often."""
    rows = [Judgement("a", "b", float(i < n_first), f"s{i}") for i in range(n)]
    bias = order_bias(rows)
    return replace(rate(drawn(scenarios=4), Options(draws=20)), order_bias=bias, effects=effects)


def test_a_place_is_said_to_be_favored_only_if_chance_is_ruled_out():
    assert about_place(table_of(6, 8)) == ""
    assert "the answer shown first (66.7 %)" in about_place(table_of(200, 300))
    assert "the answer shown second (66.7 %)" in about_place(table_of(100, 300))
    assert about_place(table_of(162, 300)) == ""


@pytest.mark.parametrize(
    ("span", "is_told"), [(None, False), (Range(-0.1, 0.9), False), (Range(0.2, 0.9), True)]
)
def test_where_the_place_is_fitted_its_effect_must_rule_chance_out_too(span, is_told):
    effect = Effect("position", "", "", "", 0.4, span)
    assert bool(about_place(table_of(200, 300, (effect,)))) is is_told


@pytest.mark.parametrize(("won", "n", "low", "high"), [(6, 8, 0.409, 0.929), (8, 8, 0.676, 1.0)])
def test_the_interval_of_a_share_is_wilsons(won, n, low, high):
    """Of 8 of 8 the lower end is n / (n + 1.96²); the others are worked out by hand."""
    (row,) = table_of(won, n).order_bias
    assert row.interval == pytest.approx((low, high), abs=5e-4)


def test_halo_counts_judgements_in_which_no_criterion_dissents():
    margins = [{"x": 0.2, "y": 0.4}, {"x": 0.2, "y": -0.4}, {"x": 0.0, "y": 0.1}, {"x": 1.0}]
    rows = [Judgement("a", "b", 0.6, abilities=tuple(m.items())) for m in margins]
    found = halo(rows)
    assert (found.n, found.all_agree) == (3, pytest.approx(2 / 3))
    assert halo([Judgement("a", "b", 0.6)]) is None


def with_abilities(extra):
    """Judgements whose criteria all follow the outcome, but for what `extra` adds to warmth."""
    random, rows = np.random.default_rng(0), []
    for j in drawn(scenarios=40):
        overall = np.clip(0.4 * (2 * j.share - 1) + random.normal(0, 0.1), -0.6, 0.6)
        own = extra.get(j.first, 0.0) - extra.get(j.second, 0.0)
        margins = {name: overall + random.normal(0, 0.05) for name in ("insight", "tact", "wit")}
        margins["warmth"] = overall + own + random.normal(0, 0.05)
        clipped = tuple(sorted((k, float(np.clip(v, -1, 1))) for k, v in margins.items()))
        rows.append(Judgement(j.first, j.second, j.share, j.scenario, j.kind, abilities=clipped))
    return rows


def test_a_profile_shows_what_the_overall_verdict_does_not():
    abilities = {a.name: a for a in profiles(with_abilities({"eel": 0.2}), 200, 0)}
    warmth = {peak.model: peak for peak in abilities["warmth"].models}
    assert warmth["eel"].apart
    assert warmth["eel"].value == pytest.approx(0.2 * 4 / 5, abs=0.03)
    assert abilities["warmth"].loading == pytest.approx(1.0, abs=0.05)


def test_criteria_that_only_repeat_the_verdict_give_flat_profiles():
    abilities = profiles(with_abilities({}), 200, 0)
    assert len(abilities) == 4
    assert sum(peak.apart for ability in abilities for peak in ability.models) <= 1


def test_liked_and_good_are_rated_apart_and_part_where_they_do():
    good = {**STRENGTHS, "ant": -1.2, "eel": 1.2}
    rows = [
        *drawn(scenarios=60, good=good),
        *(Judgement(j.first, j.second, j.share, j.scenario, j.kind) for j in drawn(scenarios=5)),
    ]
    (everyone,) = rate(rows, FEW).partings
    assert (everyone.group, everyone.n) == ("everyone", 60 * 20)
    apart = {m.model: m for m in everyone.models}
    assert everyone.models[0].model == "ant"
    assert [apart[name].parts for name in ("ant", "bee", "eel")] == [True, False, True]
    assert apart["ant"].apart == pytest.approx(2.4 * 400 / math.log(10), abs=120)
    assert everyone.spearman < 0.5


def test_groups_of_people_are_rated_apart_and_small_ones_say_so():
    rows = drawn(scenarios=40, good=STRENGTHS)
    split = [
        Judgement(
            j.first, j.second, j.share, j.scenario, j.kind, good=j.good,
            group="young" if i % 2 else "old",
        )
        for i, j in enumerate(rows)
    ]  # fmt: skip
    lonely = [
        Judgement("ant", "bee", 1.0, "s1", "talk", good=1.0, group="few"),
        Judgement("cat", "dog", 1.0, "s1", "talk", good=1.0, group="few"),
    ]
    partings = rate([*split, *lonely], FEW).partings
    assert [p.group for p in partings] == ["everyone", "few", "old", "young"]
    assert "no common scale" in partings[1].note
    assert not partings[1].models
    assert len(partings[2].models) == 5


def test_nothing_is_said_of_good_where_nobody_recorded_it():
    assert rate(drawn(scenarios=10), FEW).partings == ()


def test_resamples_do_not_depend_on_how_they_are_cut_into_blocks():
    draws = Draws(60, 40, 5)
    whole = np.hstack(list(draws.weights(1)))
    cut = list(draws.weights(BLOCK // 7))
    assert len(cut) == 6
    np.testing.assert_array_equal(np.hstack(cut), whole)
    assert whole.shape == (60, 40)
    assert (whole.sum(axis=0) == 60).all()
