"""Strengths against an optimizer that knows nothing of cells, sparsity or Newton."""

import numpy as np
import pytest
from hypothesis import given, settings

from mien.rate import Judgement, Options, Response, Style, rate
from mien.rate.bradley_terry import fit, fit_samples
from mien.rate.columns import Columns
from mien.rate.design import Terms, design
from mien.rate.scale import ELO

from .made import STRENGTHS, drawn, judgements

scipy_optimize = pytest.importorskip("scipy.optimize")


def oracle(rows):
    """Maximum likelihood by BFGS, one row after the other."""
    models = sorted({name for j in rows for name in (j.first, j.second)})
    kinds = sorted({j.kind for j in rows})

    first, second = ([models.index(getattr(j, side)) for j in rows] for side in ("first", "second"))
    kind = [len(models) + kinds.index(j.kind) for j in rows]
    share = np.array([j.share for j in rows])

    def loss(x):
        eta = x[first] - x[second] + x[kind]
        return float((np.logaddexp(0, eta) - share * eta).sum()) + 0.5e-4 * float(x @ x)

    start = np.zeros(len(models) + len(kinds))
    found = scipy_optimize.minimize(loss, start, method="BFGS", options={"gtol": 1e-7}).x
    return found[: len(models)] - found[: len(models)].mean(), found[len(models) :]


PLAIN = Terms()


def fitted(rows, terms=PLAIN, response=Response.MARGIN):
    columns = Columns.of(rows, response, terms.styles)
    return columns, fit(design(columns, terms))


def test_strengths_and_positions_are_those_of_an_optimizer():
    rows = drawn(scenarios=6, position={"talk": 0.8, "essay": -0.5})
    strengths, positions = oracle(rows)
    _, found = fitted(rows)
    np.testing.assert_allclose(found[:5], strengths, atol=1e-5)
    np.testing.assert_allclose(found[5:], positions, atol=1e-5)


def test_margins_and_ties_are_fractions_of_a_win():
    rows = [
        Judgement("ant", "bee", 0.75),
        Judgement("bee", "ant", 0.5),
        Judgement("ant", "bee", 0.6),
        Judgement("bee", "ant", 0.2),
    ]
    strengths, _ = oracle(rows)
    _, found = fitted(rows)
    np.testing.assert_allclose(found[:2], strengths, atol=1e-5)


def test_two_models_have_the_logit_of_their_share():
    rows = [Judgement("ant", "bee", share) for share in (1.0, 1.0, 1.0, 0.0)]
    _, found = fitted(rows, Terms(position=False))
    assert found[0] - found[1] == pytest.approx(np.log(3), abs=1e-3)


def test_known_strengths_come_back():
    rows = drawn(scenarios=400, position={"talk": 1.0, "essay": -1.0}, seed=3)
    columns, found = fitted(rows)
    wanted = np.array([STRENGTHS[name] for name in columns.models])
    np.testing.assert_allclose(found[:5], wanted - wanted.mean(), atol=0.12)
    np.testing.assert_allclose(found[5:], [-1.0, 1.0], atol=0.12)


def test_the_worth_of_length_comes_back_and_no_longer_moves_the_ratings():
    rows = drawn(scenarios=300, length=3.0, seed=1)
    columns, found = fitted(rows, Terms(styles=(Style.LENGTH,)))
    wanted = np.array([STRENGTHS[name] for name in columns.models])
    raw = [(j.length.first - j.length.second) / sum(j.length) for j in rows]
    assert found[-1] == pytest.approx(3.0 * np.sqrt(np.mean(np.square(raw))), abs=0.08)
    np.testing.assert_allclose(found[:5], wanted - wanted.mean(), atol=0.15)


def test_a_sample_that_is_the_whole_has_its_fit():
    columns = Columns.of(drawn(scenarios=9), Response.MARGIN)
    made = design(columns, Terms())
    whole = fit_samples(made, np.ones((columns.n_clusters, 3)), fit(made))
    np.testing.assert_allclose(whole, np.repeat(fit(made)[:, None], 3, axis=1), atol=1e-9)


def test_a_sample_is_the_fit_of_its_own_judgements():
    rows = drawn(scenarios=6)
    columns = Columns.of(rows, Response.MARGIN)
    weights = np.array([[2.0], [0.0], [1.0], [3.0], [0.0], [0.0]])
    kept = [j for j in rows for _ in range(int(weights[int(j.scenario[1:]), 0]))]
    sample = fit_samples(design(columns, Terms()), weights)[:, 0]
    np.testing.assert_allclose(sample, fitted(kept)[1], atol=1e-8)


@settings(max_examples=25)
@given(judgements())
def test_strengths_of_any_judgements_are_those_of_an_optimizer(rows):
    columns, found = fitted(rows)
    assert abs(found[: len(columns.models)].sum()) < 1e-8
    made = design(columns, Terms())
    n, wins = (np.asarray(m.sum(axis=1)).ravel() for m in (made.n, made.wins))
    chance = 1 / (1 + np.exp(-(made.matrix @ found)))
    slope = made.matrix.T @ (wins - n * chance) - 1e-4 * found
    np.testing.assert_allclose(slope[: len(columns.models)].mean(), 0, atol=1e-6)
    np.testing.assert_allclose(slope, 0, atol=1e-5)


def test_four_hundred_points_are_odds_of_ten_to_one():
    rows = [Judgement("ant", "bee", float(i < 10), f"s{i}") for i in range(11)]
    table = rate(rows, Options(position=False))
    apart = table.rows[0].rating - table.rows[1].rating
    assert apart == pytest.approx(400, abs=0.5)
    assert apart == pytest.approx(ELO * np.log(10), abs=0.5)
