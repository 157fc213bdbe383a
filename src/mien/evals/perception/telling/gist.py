"""What a person would retell of a measurement, in a few sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mien.charts.html import Markup, markup, tag
from mien.charts.numbers import decimal
from mien.evals.intervals import Interval
from mien.evals.perception.telling.results import SHORT, Outcome, Row, Who
from mien.evals.perception.telling.text import shown


def gist(outcomes: Sequence[Outcome], most: int = 4) -> list[Markup]:
    """What a person would retell: each reader's main figure beside people and chance.

    Where nobody was measured, the best published figure of each set; else what raters reach.
    """
    for who in (Who.PREDICTOR, Who.PUBLISHED, Who.PEOPLE):
        told = [(o, row) for o in outcomes for row in _told_of(o, who)]
        if told:
            return [_sentence(outcome, row) for outcome, row in told[:most]]
    return []


def _told_of(outcome: Outcome, who: Who) -> list[Row]:
    """Rows of a kind that have a main figure; of published ones the best, of people the first."""
    rows = [row for row in outcome.rows if row.who is who]
    rows = [row for row in rows if not math.isnan(main_figure(outcome, row).value)]
    if who is Who.PUBLISHED:
        return sorted(rows, key=lambda row: -main_figure(outcome, row).value)[:1]
    return rows


def _sentence(outcome: Outcome, row: Row) -> Markup:
    beside = []
    ceiling = ceiling_of(outcome) if row.who is not Who.PEOPLE else None
    if ceiling is not None:
        beside.append(f"one person {decimal(ceiling)}")
    if outcome.main in row.chance:
        beside.append(f"chance {decimal(row.chance[outcome.main])}")
    if row.is_seen:
        beside.append("it learned from these very items")
    rest = f" ({', '.join(beside)})" if beside else ""
    name = "one person" if row.who is Who.PEOPLE else row.name
    verb = "is published with" if row.who is Who.PUBLISHED else "reaches"
    value = f"{SHORT[outcome.main]} {shown(main_figure(outcome, row), 2)}"
    return markup(tag("b", name), f" {verb} {value} on {outcome.about.title}{rest}.")


def main_figure(outcome: Outcome, row: Row) -> Interval:
    """A row's main figure; raters have no calibration, so theirs is the raw kappa."""
    key = outcome.main
    if row.who is not Who.PREDICTOR and key not in row.figures and key.startswith("kappa_"):
        key = "kappa"
    return row.figures.get(key, Interval(float("nan")))


def ceiling_of(outcome: Outcome) -> float | None:
    """What people reach in the main figure of a set; None if nobody knows."""
    for row in outcome.rows:
        if row.who is Who.PEOPLE:
            value = main_figure(outcome, row).value
            return None if math.isnan(value) else value
    return None
