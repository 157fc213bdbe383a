"""Ratings of one emotion, and two readers of it side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.emotions.emotion import Emotion
from mien.evals.perception.items import Opened
from mien.evals.perception.scoring.moments import Cell

Values: TypeAlias = NDArray[np.float64]
Index: TypeAlias = NDArray[np.intp]

ENOUGH = 10
"""Items that two readers must share for a kappa of their own."""
MOST_PAIRS = 500
"""Of raters held against each other; more are drawn from, which moves their mean by little."""
MOST_RATERS = 300
"""Of one item that are paired."""


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


class Shared(NamedTuple):
    """What two raters said of one item, for all pairs of raters.

    Attributes:
        place: Of the item, shape (n,).
        pair: A number for the two raters, shape (n,); -1 if either is unknown.
        one: What the first said, shape (n,).
        other: What the second said, shape (n,).
    """

    place: Index
    pair: Index
    one: Values
    other: Values

    def cell(self, graded: Graded, rows: Index) -> Cell:
        """Some of them as a cell."""
        return Cell(graded.items[self.place[rows]], self.one[rows], self.other[rows])


def known_pairs(graded: Graded) -> dict[tuple[int, int], Cell]:
    """Two raters of known name on the items both rated, at least `ENOUGH`; at most `MOST_PAIRS`."""
    shared, n = _shared(graded), int(graded.rater.max(initial=-1)) + 1
    pairs, counts = np.unique(shared.pair[shared.pair >= 0], return_counts=True)
    pairs = pairs[counts >= ENOUGH]
    if len(pairs) > MOST_PAIRS:
        pairs = np.sort(np.random.default_rng(0).permutation(pairs)[:MOST_PAIRS])
    order = np.argsort(shared.pair, kind="stable")
    begins = np.searchsorted(shared.pair[order], pairs, side="left")
    ends = np.searchsorted(shared.pair[order], pairs, side="right")
    return {
        divmod(int(pair), n): shared.cell(graded, order[begin:end])
        for pair, begin, end in zip(pairs, begins, ends, strict=True)
    }


def pairs_of_raters(graded: Graded) -> list[Cell]:
    """Two raters on the items both rated, or all pairs together where no two share enough."""
    known = known_pairs(graded)
    if known:
        return list(known.values())
    shared = _shared(graded)
    if len(shared.place) < ENOUGH:
        return []
    # Without names nobody comes first: each pair counts in both orders.
    one, other = shared.one, shared.other
    items = np.tile(graded.items[shared.place], 2)
    return [Cell(items, np.concatenate([one, other]), np.concatenate([other, one]))]


def _shared(graded: Graded) -> Shared:
    """All pairs of ratings of one item, in the order of the raters."""
    kept = _of_few(graded)
    kept = kept[np.lexsort((graded.rater[kept], graded.place[kept]))]
    place, rater, value = graded.place[kept], graded.rater[kept].astype(np.intp), graded.value[kept]
    first, second = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.intp)]
    for apart in range(1, int(np.bincount(place, minlength=1).max())):
        same = np.flatnonzero(place[apart:] == place[:-apart])
        first.append(same)
        second.append(same + apart)
    one, other = np.concatenate(first), np.concatenate(second)
    n = int(graded.rater.max(initial=-1)) + 1
    pair = np.where(rater[one] >= 0, rater[one] * n + rater[other], -1)
    return Shared(place[one], pair, value[one], value[other])


def _of_few(graded: Graded) -> Index:
    """All ratings; of at most `MOST_RATERS` an item, since pairs grow with the square."""
    everyone = np.arange(len(graded.place))
    if np.bincount(graded.place, minlength=1).max() <= MOST_RATERS:
        return everyone
    # The same people everywhere, so that they still share items; the rest by chance.
    rank = np.random.default_rng(0).permutation(int(graded.rater.max(initial=-1)) + 2)
    order = np.lexsort((rank[graded.rater], graded.place))
    begins = np.searchsorted(graded.place[order], graded.place[order], side="left")
    return np.sort(order[everyone - begins < MOST_RATERS])
