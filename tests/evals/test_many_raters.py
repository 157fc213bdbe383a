"""Ratings by hundreds of people: a class, a panel, a crowd."""

import numpy as np
import pytest

from mien.evals.intervals import Resampling
from mien.evals.perception.measuring import Manner, tabulate
from mien.evals.perception.scoring import agreement, graded

from . import made

LEVELS = ("alpha_nominal", "alpha_ordinal", "alpha_interval", "alpha_pooled")


def rated(n_items, raters_of, seed=0):
    """Items that raters agree on by about a half."""
    random = np.random.default_rng(seed)
    felt = random.normal(size=n_items)
    return made.graded(
        [
            (f"{i:04}", f"r{rater}", "anger", float(np.clip(round(3 + x + random.normal()), 0, 7)))
            for i, x in enumerate(felt)
            for rater in raters_of(i, random)
        ]
    )


def people(opened):
    return tabulate(opened, [], Manner(draws=50)).row("people")


def test_a_class_that_rates_the_same_clips_has_a_kappa_of_some_of_its_pairs():
    opened = rated(15, lambda i, random: range(60))
    [one] = graded.by_emotion(opened)
    known = graded.known_pairs(one)
    assert len(known) == graded.MOST_PAIRS
    assert all(len(cell.item) == 15 and a < b for (a, b), cell in known.items())
    assert people(opened).figures["kappa"].value == pytest.approx(0.5, abs=0.15)


def test_a_crowd_of_strangers_has_agreement_but_no_cronbach():
    found = people(rated(1200, lambda i, random: range(3 * i, 3 * i + 3)))
    assert "cronbach" not in found.figures
    assert found.figures["kappa"].value == pytest.approx(0.5, abs=0.06)
    assert found.figures["alpha_interval"].value == pytest.approx(0.5, abs=0.06)


def test_an_item_of_thousands_pairs_the_same_few_hundred_everywhere():
    opened = rated(11, lambda i, random: range(900))
    [one] = graded.by_emotion(opened)
    assert len(graded.known_pairs(one)) == graded.MOST_PAIRS
    assert people(opened).figures["kappa"].value == pytest.approx(0.5, abs=0.2)


def test_alpha_does_not_depend_on_how_many_items_are_held_at_once(monkeypatch):
    opened = rated(100, lambda i, random: random.choice(9, 1 + i % 4, replace=False))
    resampling = Resampling([item.cluster for item in opened.items], 30)
    whole = agreement.alphas(opened.sheet, resampling)[""]
    monkeypatch.setattr(agreement, "_ITEMS", 7)
    parts = agreement.alphas(opened.sheet, resampling)[""]
    for level in LEVELS:
        assert parts[level] == pytest.approx(whole[level], abs=1e-5)
