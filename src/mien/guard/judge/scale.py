"""What a grade of one judge means: the chance behind it, and from which grade on it is raised."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from mien.core.wilson import Share, wilson
from mien.guard.judge.verdict import GRADES

FEWEST = 10
"""Turns with a signal, and turns without it, that a scale takes at least."""

FOLDS = 5
"""Parts in which turns are held out, to measure what a fit is worth on others."""


class Graded(NamedTuple):
    """One labelled turn and the judge's grade of it.

    Attributes:
        group: Turns of one conversation, or twins, are held out together.
        grade: 0 to 3.
        is_true: Whether the signal is there.
    """

    group: str
    grade: int
    is_true: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How one signal's grades are to be read.

    Attributes:
        chances: Of the signal at grade 0 to 3, not falling.
        raised_from: The lowest grade at which the signal is raised.
    """

    chances: tuple[float, ...]
    raised_from: int

    def __post_init__(self) -> None:
        rises = all(low <= high for low, high in pairwise((0.0, *self.chances, 1.0)))
        if len(self.chances) != GRADES or not rises or not 1 <= self.raised_from < GRADES:
            raise ValueError(f"a scale has {GRADES} chances that do not fall, and a grade from 1")


GUESSED = Scale(chances=(0.02, 0.25, 0.6, 0.85), raised_from=2)
"""For a judge that nobody calibrated, where that is forced: no figure stands behind it."""


class Figures(NamedTuple):
    """How well a signal is judged on turns that its scale was not fitted on.

    Attributes:
        n_true: Labelled turns with it.
        n_false: Without it.
        auc: Chance that a turn with it is graded above one without, ties half.
        recall: Share of the true that is raised, with its 95 % interval.
        false_alarms: Share of the false that is.
    """

    n_true: int
    n_false: int
    auc: float
    recall: Share
    false_alarms: Share


def fit_scale(graded: Sequence[Graded], most_false: float) -> Scale | None:
    """The scale that labelled turns teach; None if they are too few, or no grade keeps quiet.

    Chances are those among these turns: where the signal is more frequent in them than in life,
    they are too high.

    Args:
        graded: Of one signal.
        most_false: Share of the turns without the signal that may be raised.
    """
    n_true = sum(one.is_true for one in graded)
    n_false = len(graded) - n_true
    if min(n_true, n_false) < FEWEST:
        return None
    for grade in range(1, GRADES):
        raised = [one.is_true for one in graded if one.grade >= grade]
        if raised.count(False) <= most_false * n_false:
            return Scale(chances=_chances(graded), raised_from=grade) if any(raised) else None
    return None


def measure(graded: Sequence[Graded], most_false: float) -> Figures:
    """How well fits on four fifths of the groups do on the fifth, over all fifths."""
    hits = alarms = 0
    for fold in range(FOLDS):
        scale = fit_scale([one for one in graded if _fold(one.group) != fold], most_false)
        raised = [
            one.is_true
            for one in graded
            if _fold(one.group) == fold and scale is not None and one.grade >= scale.raised_from
        ]
        hits += raised.count(True)
        alarms += raised.count(False)
    n_true = sum(one.is_true for one in graded)
    n_false = len(graded) - n_true
    return Figures(n_true, n_false, _auc(graded), wilson(hits, n_true), wilson(alarms, n_false))


def _fold(group: str) -> int:
    return hashlib.sha256(group.encode()).digest()[0] % FOLDS


def _chances(graded: Sequence[Graded]) -> tuple[float, ...]:
    """Isotonic over the grades, each with half a turn of either kind added (Jeffreys).

    A grade that was never given takes the chance of the one below it, or else of the one above.
    """
    blocks: list[list[float]] = []  # true, all, grades
    waiting = 0
    for grade in range(GRADES):
        told = [one.is_true for one in graded if one.grade == grade]
        if not told:
            waiting += 1
            continue
        if blocks:
            blocks[-1][2] += waiting
            waiting = 0
        blocks.append([sum(told) + 0.5, len(told) + 1.0, 1 + waiting])
        waiting = 0
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] >= blocks[-1][0] / blocks[-1][1]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    blocks[-1][2] += waiting
    return tuple(hits / n for hits, n, grades in blocks for _ in range(int(grades)))


def _auc(graded: Sequence[Graded]) -> float:
    """NaN where there is only one kind."""
    true = Counter(one.grade for one in graded if one.is_true)
    false = Counter(one.grade for one in graded if not one.is_true)
    pairs = true.total() * false.total()
    if not pairs:
        return math.nan
    wins = sum(n * m * ((a > b) + (a == b) / 2) for a, n in true.items() for b, m in false.items())
    return wins / pairs
