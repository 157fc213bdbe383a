"""Ratings of one emotion, and two readers of it side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.emotions.emotion import Emotion
from mien.evals.perception.items import Opened
from mien.evals.perception.moments import Cell

Values: TypeAlias = NDArray[np.float64]
Index: TypeAlias = NDArray[np.intp]

ENOUGH = 10
"""Items that two readers must share for a kappa of their own."""


@dataclass(frozen=True, slots=True)
class Graded:
    """What raters said of one emotion.

    Attributes:
        emotion: Which.
        items: Those that were rated on it, in order, shape (n,).
        mean: Mean grade of each, shape (n,).
        place: Of every rating, its item's place in `items`, shape (m,).
        rater: Of every rating; -1 if unknown, shape (m,).
        value: Of every rating, shape (m,).
    """

    emotion: Emotion
    items: Index
    mean: Values
    place: Index
    rater: NDArray[np.int32]
    value: Values

    def rest(self) -> tuple[Index, Values]:
        """Ratings with company, and for each the mean of the others of its item."""
        n = np.bincount(self.place, minlength=len(self.items))
        total = np.bincount(self.place, weights=self.value, minlength=len(self.items))
        shared = np.flatnonzero(n[self.place] > 1)
        place = self.place[shared]
        return shared, (total[place] - self.value[shared]) / (n[place] - 1)


def by_emotion(opened: Opened) -> Iterator[Graded]:
    """The ratings of a set, emotion by emotion."""
    sheet = opened.sheet
    for number, label in enumerate(sheet.labels):
        chosen = np.flatnonzero(sheet.label == number)
        if not len(chosen):
            continue
        value = sheet.value[chosen].astype(np.float64)
        items, place = np.unique(sheet.item[chosen], return_inverse=True)
        mean = np.bincount(place, weights=value) / np.bincount(place)
        kept = items.astype(np.intp)
        yield Graded(Emotion(label), kept, mean, place, sheet.rater[chosen], value)


def by_rater(graded: Graded, mapped: Values, answered: NDArray[np.bool_]) -> dict[int, Cell]:
    """A reader's grades beside those of each rater of enough items."""
    told = np.flatnonzero(answered[graded.place] & (graded.rater >= 0))
    raters, number, counts = np.unique(graded.rater[told], return_inverse=True, return_counts=True)
    found = {}
    for k in np.flatnonzero(counts >= ENOUGH):
        own = told[number == k]
        place = graded.place[own]
        found[int(raters[k])] = Cell(graded.items[place], mapped[place], graded.value[own])
    return found


def shared_ratings(graded: Graded) -> dict[tuple[int, int], list[tuple[int, float, float]]]:
    """For each two raters their items' places with what both said."""
    order = np.lexsort((graded.rater, graded.place))
    place, rater, value = graded.place[order], graded.rater[order], graded.value[order]
    found: dict[tuple[int, int], list[tuple[int, float, float]]] = {}
    begin = 0
    for end in np.append(np.flatnonzero(np.diff(place)) + 1, len(place)).tolist():
        for i in range(begin, end):
            for j in range(begin, i):
                pair = (int(rater[j]), int(rater[i]))
                found.setdefault(pair, []).append((int(place[i]), value[j], value[i]))
        begin = end
    return found


def pairs_of_raters(graded: Graded) -> list[Cell]:
    """Two raters on the items both rated, or all pairs together where no two share enough."""
    found = shared_ratings(graded)
    known = [rows for (a, b), rows in found.items() if min(a, b) >= 0 and len(rows) >= ENOUGH]
    if known:
        return [cell_of(graded, rows) for rows in known]
    # Without names nobody comes first: each pair counts in both orders.
    every = [row for rows in found.values() for row in rows]
    both = every + [(item, other, one) for item, one, other in every]
    return [cell_of(graded, both)] if len(every) >= ENOUGH else []


def cell_of(graded: Graded, rows: Sequence[tuple[int, float, float]]) -> Cell:
    """What two raters said of shared items, as `shared_ratings` gives it, as a cell."""
    places, one, other = (np.array(column) for column in zip(*rows, strict=True))
    return Cell(graded.items[places], one.astype(np.float64), other.astype(np.float64))
