"""Position, favors and styles: what they came out as."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from mien.rate.bootstrap import Fitted, around, half_widths, spread
from mien.rate.columns import Columns, Floats
from mien.rate.design import Term, Terms, design, sum_coded
from mien.rate.families import family
from mien.rate.groups import ALPHA, chance, holm_corrected
from mien.rate.table import Effect


def effects(columns: Columns, terms: Terms, fitted: Fitted) -> tuple[Effect, ...]:
    """Every term but strengths, in logits, with its interval."""
    n_models, made = len(columns.models), design(columns, terms)
    halves = half_widths(fitted.samples, fitted.n_clusters)
    simple = [
        Effect(
            term.what,
            term.kind,
            term.judge,
            "",
            float(fitted.point[n_models + i]),
            around(float(fitted.point[n_models + i]), halves[n_models + i]),
        )
        for i, term in enumerate(made.terms)
        if term.what != "favor"
    ]
    return (*simple, *_favors(columns, terms, made.terms, fitted))


def _favors(
    columns: Columns, terms: Terms, named: Sequence[Term], fitted: Fitted
) -> Iterator[Effect]:
    """Favors of all judges for all families, the ones that follow from the others included."""
    places = [i for i, term in enumerate(named) if term.what == "favor"]
    if not places:
        return
    families, n_models = sorted(set(terms.families)), len(columns.models)
    coding = np.kron(sum_coded(len(columns.judges)), sum_coded(len(families)))
    rows = [n_models + i for i in places]
    point, samples = coding @ fitted.point[rows], coding @ fitted.samples[rows]
    halves = half_widths(samples, fitted.n_clusters)
    apart: Floats = np.ones(len(point))
    if fitted.has_intervals:
        apart = holm_corrected(chance(point, spread(samples), fitted.n_clusters))
    for i, value in enumerate(point):
        judge, own = columns.judges[i // len(families)], families[i % len(families)]
        yield Effect(
            "favor",
            "",
            judge,
            own,
            float(value),
            around(float(value), halves[i]),
            bool(apart[i] <= ALPHA),
            family(judge) == own,
        )
