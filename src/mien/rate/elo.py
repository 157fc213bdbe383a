"""Elo's ratings (1978): one game after the other, so the order of the games moves them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from mien.rate.columns import Floats

START, SPREAD = 1000.0, 400.0
K = 4.0
"""Points at stake in a game; small, as model leaderboards have it, so that late games do not
drown early ones."""


class Game(NamedTuple):
    """One meeting of two models by their places, and the share of the win of the first."""

    first: int
    second: int
    share: float


def elo(games: Iterable[Game], n_models: int, start: Sequence[float] | None = None) -> Floats:
    """Ratings after all games in their order, shape (models,).

    Args:
        games: In the order in which they count.
        n_models: How many models there are.
        start: Ratings to begin with, else 1000 each.
    """
    ratings = list(start) if start is not None else [START] * n_models
    for first, second, share in games:
        expected = 1.0 / (1.0 + 10.0 ** ((ratings[second] - ratings[first]) / SPREAD))
        moved = K * (share - expected)
        ratings[first] += moved
        ratings[second] -= moved
    return np.array(ratings)
