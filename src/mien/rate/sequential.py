"""Ratings that take games one after the other, and how much the order of the games moves them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TypeAlias

import numpy as np

from mien.rate.columns import Floats
from mien.rate.elo import Game, elo
from mien.rate.judgement import Judgement, Response
from mien.rate.trueskill import trueskill

SHUFFLES = 12
Rater: TypeAlias = Callable[[Sequence[Game], int], Floats]


class Method(StrEnum):
    """How strengths are found; only the first does not depend on the order of the judgements."""

    BRADLEY_TERRY = "bradley-terry"
    ELO = "elo"
    TRUESKILL = "trueskill"


@dataclass(frozen=True, slots=True)
class OrderDependence:
    """What shuffles of the same judgements did to the ratings.

    Attributes:
        shuffles: How many were tried.
        moved: Mean distance of a model's ratings in two shuffles, in points.
        widest: The largest distance of any model.
        models_moved: How many models change their rank.
        most_ranks: By how many ranks at most.
    """

    shuffles: int
    moved: float
    widest: float
    models_moved: int
    most_ranks: int


def rate_in_order(
    method: Method, judgements: Sequence[Judgement], models: Sequence[str], response: Response
) -> Floats:
    """Ratings in the order of the judgements, shape (models,)."""
    games, rater = _games(method, judgements, models, response)
    return rater(games, len(models))


def shuffled(
    method: Method,
    judgements: Sequence[Judgement],
    models: Sequence[str],
    response: Response,
    seed: int,
) -> Floats:
    """Ratings of the same judgements in other orders, shape (models, shuffles)."""
    games, rater = _games(method, judgements, models, response)
    random = np.random.default_rng(seed)
    orders = [random.permutation(len(games)) for _ in range(SHUFFLES)]
    return np.column_stack([rater([games[i] for i in order], len(models)) for order in orders])


def dependence(ratings: Floats) -> OrderDependence:
    """How far ratings of shape (models, shuffles) lie apart."""
    pairs = [np.abs(ratings[:, a] - ratings[:, b]) for a, b in combinations(range(SHUFFLES), 2)]
    ranks = np.argsort(np.argsort(-ratings, axis=0, kind="stable"), axis=0)
    spread = np.ptp(ranks, axis=1)
    widest = float(np.ptp(ratings, axis=1).max())
    moved = float(np.mean(pairs))
    return OrderDependence(SHUFFLES, moved, widest, int((spread > 0).sum()), int(spread.max()))


def _games(
    method: Method, judgements: Sequence[Judgement], models: Sequence[str], response: Response
) -> tuple[list[Game], Rater]:
    place = {name: i for i, name in enumerate(models)}
    if method is Method.ELO:
        games = [Game(place[j.first], place[j.second], response.of(j.share)) for j in judgements]
        return games, elo
    return _merged(judgements, place, response), trueskill


def _merged(
    judgements: Sequence[Judgement], place: dict[str, int], response: Response
) -> list[Game]:
    """One game for both orders of a pair of answers: their margins are added, at most 1."""
    leads: dict[tuple[object, ...], float] = {}
    for i, j in enumerate(judgements):
        one, other = sorted((j.first, j.second))
        answer = (j.scenario, j.iteration, j.judge, j.voter) if j.scenario else (i,)
        lead = 2.0 * j.share - 1.0 if j.first == one else 1.0 - 2.0 * j.share
        key = (place[one], place[other], *answer)
        leads[key] = leads.get(key, 0.0) + lead
    return [
        Game(int(str(key[0])), int(str(key[1])), response.of(0.5 + _clip(lead) / 2.0))
        for key, lead in leads.items()
    ]


def _clip(lead: float) -> float:
    # Sums of tenths leave a trace where they should be zero, and a trace would be a win.
    return max(-1.0, min(1.0, round(lead, 9)))
