"""How far the raters of a set agree, and whether they were chosen by earlier answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.evals.intervals import Interval, Resampling
from mien.evals.perception.items import Sheet
from mien.evals.perception.scoring.moments import mean_over
from mien.evals.stats import Level, alpha_of_pairs, cronbach_alpha, rating_pairs

Values = NDArray[np.float64]

LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")
_MOST_GRADES = 41
_ITEMS = 1024
"""Whose tables are held at once."""
_MOST_RATERS = 300
_ENOUGH = 50
"""Groups of ratings that a rule must hold for without exception before it counts as one."""


class Staged(NamedTuple):
    """Raters who were only asked because earlier ones had said yes.

    Attributes:
        first: How many had to say yes before another one was asked.
        n: Items and emotions that passed them.
        confirmed: The share of these that every later rater confirmed.
    """

    first: int
    n: int
    confirmed: Interval


class Groups(NamedTuple):
    """Ratings of one item and label taken together.

    Attributes:
        item: Of each group.
        n: How many ratings it has.
        yes: How many of them are above the lowest grade.
    """

    item: NDArray[np.integer]
    n: NDArray[np.integer]
    yes: NDArray[np.integer]


def groups(sheet: Sheet, lowest: float) -> Groups:
    """The ratings of each item and label."""
    key = sheet.item.astype(np.int64) * len(sheet.labels) + sheet.label
    unique, place = np.unique(key, return_inverse=True)
    n = np.bincount(place, minlength=len(unique))
    yes = np.bincount(place, weights=sheet.value > lowest, minlength=len(unique)).astype(int)
    return Groups(unique // len(sheet.labels), n, yes)


def staged(sheet: Sheet, lowest: float, resampling: Resampling) -> Staged | None:
    """Whether raters were chosen by earlier answers; None if nothing speaks for it.

    Told by what never happens: two ratings that are not one yes and one no, where a third was
    asked after two yes; or two yes without a third. Agreement formulas then mean nothing, since
    whoever was outvoted is missing by design.

    Args:
        sheet: Grades or answers.
        lowest: The grade that says no.
        resampling: Of the items.
    """
    found = groups(sheet, lowest)
    two, more = found.n == 2, found.n > 2
    if two.sum() < _ENOUGH or more.sum() < _ENOUGH:
        return None
    if (found.yes[two] == 2).any() or (found.yes[more] < 2).any():
        return None
    has_single = bool((found.n == 1).any())
    first = 1 if has_single and bool((found.yes[two] == 1).all()) else 2
    passed = found.n > first
    whole = (more & (found.yes == found.n))[passed].astype(float)
    sums = resampling.sums(found.item[passed], np.column_stack([np.ones(len(whole)), whole]))
    share = sums[:, 1] / np.maximum(sums[:, 0], 1)
    return Staged(first, int(passed.sum()), resampling.interval(share))


def alphas(sheet: Sheet, resampling: Resampling) -> dict[str, dict[str, Interval]]:
    """Krippendorff's alpha of each label by level, and under `""` the mean over the labels.

    `alpha_pooled` is nominal and takes items and labels together as units, as some papers do.
    Labels whose ratings are all equal, or never two of one item, have none.
    """
    grades = np.unique(sheet.value).astype(np.float64)
    if len(grades) > _MOST_GRADES:
        grades = np.linspace(grades[0], grades[-1], _MOST_GRADES)
    drawn: dict[Level, list[Values]] = {level: [] for level in LEVELS}
    # Summed as they come: forty tables of every draw would fill a gigabyte.
    pooled: Values | None = None
    found: dict[str, dict[str, Interval]] = {"": {}}
    for place, label in enumerate(sheet.labels):
        pairs = _pairs(sheet, place, grades, resampling)
        if pairs is None:
            continue
        pooled = pairs if pooled is None else pooled + pairs
        for level in LEVELS:
            values = alpha_of_pairs(pairs, grades, level)
            drawn[level].append(values)
            key = f"alpha_{level}"
            found.setdefault(label, {})[key] = resampling.interval(values)
    if pooled is None:
        return found
    for level, values_of in drawn.items():
        mean = mean_over(np.stack(values_of, axis=1))
        found[""][f"alpha_{level}"] = resampling.interval(mean)
    together = alpha_of_pairs(pooled, grades, "nominal")
    found[""]["alpha_pooled"] = resampling.interval(together)
    return found


def alpha_of_votes(counts: Values, resampling: Resampling) -> Interval:
    """Nominal alpha of counts of votes, shape (items, labels)."""
    pairs, n_labels = rating_pairs(counts), counts.shape[1]
    sums = resampling.sums(np.arange(len(counts)), pairs.reshape(len(counts), n_labels**2))
    values = alpha_of_pairs(
        sums.reshape(-1, n_labels, n_labels), np.arange(float(n_labels)), "nominal"
    )
    return resampling.interval(values)


def cronbach(sheet: Sheet) -> float:
    """Cronbach's alpha of as many raters as an item has on average, mean over the labels.

    It takes raters for parts of one test; hundreds of strangers are none, and have no alpha.
    """
    if len(sheet.raters) > _MOST_RATERS:
        return float("nan")
    found = []
    for place in range(len(sheet.labels)):
        chosen = sheet.label == place
        if not chosen.any() or (sheet.rater[chosen] < 0).any():
            continue
        items, row = np.unique(sheet.item[chosen], return_inverse=True)
        raters, column = np.unique(sheet.rater[chosen], return_inverse=True)
        ratings = np.full((len(items), len(raters)), np.nan)
        ratings[row, column] = sheet.value[chosen]
        found.append(cronbach_alpha(ratings, k=float(chosen.sum() / len(items))))
    return float(mean_over(np.array(found))) if found else float("nan")


def _pairs(sheet: Sheet, place: int, grades: Values, resampling: Resampling) -> Values | None:
    """The summed coincidences of a label under every draw; None if no item has two ratings."""
    chosen = np.flatnonzero(sheet.label == place)
    _, row = np.unique(sheet.item[chosen], return_inverse=True)
    chosen = chosen[np.bincount(row)[row] > 1]
    chosen = chosen[np.argsort(sheet.item[chosen], kind="stable")]
    starts = np.flatnonzero(np.diff(sheet.item[chosen], prepend=-1))
    found: Values | None = None
    # Some items at a time: 41 grades make 1,681 pairs of each.
    for part in np.split(chosen, starts[_ITEMS::_ITEMS]) if len(chosen) else ():
        pairs = _pairs_of(sheet, part, grades, resampling)
        found = pairs if found is None else found + pairs
    return found


def _pairs_of(
    sheet: Sheet, chosen: NDArray[np.intp], grades: Values, resampling: Resampling
) -> Values:
    """The summed coincidences of some ratings under every draw, shape (draws + 1, k, k)."""
    items, row = np.unique(sheet.item[chosen], return_inverse=True)
    nearest = np.abs(sheet.value[chosen][:, None] - grades[None, :]).argmin(axis=1)
    counts = np.zeros((len(items), len(grades)))
    np.add.at(counts, (row, nearest), 1.0)
    sums = resampling.sums(items, rating_pairs(counts).reshape(len(items), -1))
    return sums.reshape(-1, len(grades), len(grades))
