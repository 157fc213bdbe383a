"""What a model is better at than its overall verdict says, corrected for halo.

Criteria of one judgement are nearly one opinion, so a profile of raw criteria repeats the overall
rating. A criterion's margin is therefore explained by the mean margin of the *other* criteria of
the same judgement first; what models add to that is their profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.rate.bootstrap import LEAST_CLUSTERS, Draws, Range, around, half_widths
from mien.rate.columns import Codes, Floats
from mien.rate.groups import ALPHA, chance, holm_corrected
from mien.rate.judgement import Judgement

OVERALL = "overall"
"""Criteria whose name begins so are the overall verdict itself and get no profile."""

LEAST_CRITERIA = 3
RIDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Peak:
    """One model on one ability.

    Attributes:
        model: Its name.
        value: Margin beyond what the other criteria predict, in parts of the largest margin.
        range: Its interval; None where there are too few scenarios.
        apart: Whether it differs from 0 after correction for all models and abilities.
    """

    model: str
    value: float
    range: Range | None
    apart: bool


@dataclass(frozen=True, slots=True)
class Ability:
    """The profile of all models on one ability.

    Attributes:
        kind: Of scenario.
        name: Of the criterion.
        n: Judgements.
        loading: How much of the other criteria's mean margin this one repeats.
        models: Sorted by name.
    """

    kind: str
    name: str
    n: int
    loading: float
    models: tuple[Peak, ...]


@dataclass(frozen=True, slots=True)
class _Problem:
    """Least squares of one criterion, as sums by cluster."""

    kind: str
    name: str
    n: int
    models: tuple[str, ...]
    gram: Floats
    target: Floats


def profiles(judgements: Sequence[Judgement], draws: int, seed: int) -> tuple[Ability, ...]:
    """Profiles of all kinds and criteria; none unless judgements carry at least three.

    Args:
        judgements: Those that are rated; their order does not matter.
        draws: Resamples of scenarios.
        seed: Of the draws.
    """
    held = [j for j in judgements if len(j.abilities) >= LEAST_CRITERIA and j.scenario]
    problems = [
        problem
        for kind in sorted({j.kind for j in held})
        for problem in _problems(kind, [j for j in held if j.kind == kind])
    ]
    if not problems:
        return ()
    solved = [_solve(problem, draws, seed) for problem in problems]
    p = np.concatenate([chances for _, _, chances in solved])
    ends = np.cumsum([len(chances) for _, _, chances in solved])[:-1]
    apart = np.split(holm_corrected(p) <= ALPHA, ends)
    return tuple(
        _ability(problem, point, samples, flags)
        for problem, (point, samples, _), flags in zip(problems, solved, apart, strict=True)
    )


def _problems(kind: str, judgements: Sequence[Judgement]) -> list[_Problem]:
    """One for each criterion that all judgements of the kind have."""
    names = sorted(set.intersection(*({name for name, _ in j.abilities} for j in judgements)))
    if len(names) < LEAST_CRITERIA:
        return []
    # Sorted by all that enters, so that sums do not depend on the order of the input.
    rows = sorted((j.scenario, j.first, j.second, j.abilities) for j in judgements)
    models = tuple(sorted({name for row in rows for name in row[1:3]}))
    place = {name: i for i, name in enumerate(models)}
    first = np.array([place[row[1]] for row in rows], dtype=np.intp)
    second = np.array([place[row[2]] for row in rows], dtype=np.intp)
    _, cluster = np.unique(np.array([row[0] for row in rows]), return_inverse=True)
    margins = np.array([[dict(row[3])[name] for name in names] for row in rows])
    others = (margins.sum(axis=1, keepdims=True) - margins) / (len(names) - 1)
    return [
        _sums(kind, name, models, (first, second, cluster), margins[:, i], others[:, i])
        for i, name in enumerate(names)
        if not name.startswith(OVERALL)
    ]


def _sums(
    kind: str,
    name: str,
    models: tuple[str, ...],
    codes: tuple[Codes, Codes, Codes],
    margin: Floats,
    others: Floats,
) -> _Problem:
    first, second, cluster = codes
    every, size = np.arange(len(margin)), len(models) + 2
    row = np.zeros((len(margin), size))
    row[every, first] += 1.0
    row[every, second] -= 1.0
    row[:, -2], row[:, -1] = 1.0, others
    n_clusters = int(cluster.max()) + 1
    gram, target = np.zeros((n_clusters, size, size)), np.zeros((n_clusters, size))
    for i in range(n_clusters):
        own = row[cluster == i]
        gram[i], target[i] = own.T @ own, own.T @ margin[cluster == i]
    return _Problem(kind, name, len(margin), models, gram, target)


def _solve(problem: _Problem, draws: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Model effects and the loading, the same of each resample, and p of each model."""
    n_clusters, size = problem.target.shape
    point = _least_squares(problem, np.ones((1, n_clusters)))[0]
    if n_clusters < LEAST_CLUSTERS:
        return point, np.empty((0, size)), np.ones(size - 2)
    blocks = Draws(n_clusters, draws, seed).weights(size * size)
    samples = np.vstack([_least_squares(problem, weights.T) for weights in blocks])
    sd = samples[:, :-2].std(axis=0)
    return point, samples, chance(point[:-2], sd, n_clusters)


def _least_squares(problem: _Problem, weights: Floats) -> Floats:
    """Effects with a sum of zero over models, shape (samples, models + 2)."""
    size = problem.target.shape[1]
    gram = np.tensordot(weights, problem.gram, axes=1) + RIDGE * np.eye(size)
    found = np.linalg.solve(gram, (weights @ problem.target)[:, :, None])[:, :, 0]
    found[:, :-2] -= found[:, :-2].mean(axis=1, keepdims=True)
    return np.asarray(found)


def _ability(
    problem: _Problem, point: Floats, samples: Floats, apart: NDArray[np.bool_]
) -> Ability:
    halves = half_widths(samples[:, :-2].T, len(problem.target))
    peaks = tuple(
        Peak(model, float(point[i]), around(float(point[i]), halves[i]), bool(apart[i]))
        for i, model in enumerate(problem.models)
    )
    return Ability(problem.kind, problem.name, problem.n, float(point[-1]), peaks)
