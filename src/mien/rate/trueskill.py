"""TrueSkill of two players (Herbrich, Minka, Graepel 2006), with the settings of EQ-Bench 3.

The update of a duel is two lines of algebra, so there is no library to depend on. As published,
the two orders of a pair are added up, a margin counts as repeated wins, and games are taken one
after the other: the order of the games moves the result.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from mien.rate.columns import Floats
from mien.rate.elo import Game

MU, SIGMA, BETA = 1200.0, 350.0 / 3.0, 350.0 / 6.0
BINS = 20
"""The clearest margin counts as this many wins."""


def trueskill(games: Iterable[Game], n_models: int) -> Floats:
    """Mean skills after all games in their order, shape (models,)."""
    mu, variance = [MU] * n_models, [SIGMA**2] * n_models
    for first, second, share in games:
        winner, loser = (first, second) if share >= 0.5 else (second, first)
        for _ in range(wins(share)):
            duel(mu, variance, winner, loser, drawn=share == 0.5)
    return np.array(mu)


def wins(share: float) -> int:
    """How many wins a margin counts for, 1 to 20; a draw is one drawn game.

    >>> wins(1.0), wins(0.51), wins(0.5)
    (20, 1, 1)
    """
    # Rounded first: .6 - .5 is a little more than .1, and the ceiling would see it.
    return max(1, math.ceil(round(abs(share - 0.5) * 2.0 * BINS, 9)))


def duel(
    mu: list[float], variance: list[float], winner: int, loser: int, *, drawn: bool = False
) -> None:
    """Update means and variances of two players in place.

    A draw has no margin here (the published draw probability is 0): it says that both
    performed exactly alike.
    """
    total = 2.0 * BETA**2 + variance[winner] + variance[loser]
    c = math.sqrt(total)
    t = (mu[winner] - mu[loser]) / c
    v = -t if drawn else _mean_of_truncated(t)
    w = 1.0 if drawn else v * (v + t)
    mu[winner] += variance[winner] / c * v
    mu[loser] -= variance[loser] / c * v
    for player in (winner, loser):
        variance[player] *= 1.0 - variance[player] / total * w


def _mean_of_truncated(t: float) -> float:
    """phi(t) / Phi(t), the mean of a normal distribution above -t, less t."""
    below = 0.5 * math.erfc(-t / math.sqrt(2.0))
    # Far in the tail both vanish and their ratio goes to -t.
    return math.exp(-t * t / 2.0) / math.sqrt(2.0 * math.pi) / below if below > 1e-300 else -t
