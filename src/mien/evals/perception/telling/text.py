"""The tables of a measurement for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from mien.charts.numbers import count, decimal
from mien.evals.intervals import LEAST_CLUSTERS, Interval
from mien.evals.perception.items import Form
from mien.evals.perception.telling.results import SHORT, Outcome, Row, Who, more_items

COLUMNS = {
    Form.CHOICE: ("uar", "accuracy", "macro_f1_labels", "one_rater", "lenient"),
    Form.GRADES: (
        "kappa_calibrated",
        "kappa",
        "kappa_oracle",
        "kappa_reliable_five",
        "spearman",
        "pearson",
        "mae",
        "rmse",
    ),
    Form.TAGS: ("macro_f1_fitted", "macro_f1", "kappa_calibrated", "kappa", "spearman", "mae"),
}
"""Figures that stand side by side, by what raters could say."""
WIDTH = 80
"""Letters of a line of a table, unless there is room for more."""
AGREEMENT = (
    "alpha_nominal",
    "alpha_ordinal",
    "alpha_interval",
    "alpha_pooled",
    "cronbach",
    "confirmed",
)


def render_text(outcomes: Sequence[Outcome], width: int = WIDTH) -> str:
    """All tables, with what must be known beneath each.

    Args:
        outcomes: Of `measure`, `measure_ratings` or `rescore`.
        width: Letters of a line; columns that do not fit stand in a further piece of the table.
    """
    return "\n\n".join("\n".join(_lines(outcome, width)) for outcome in outcomes)


def columns(outcome: Outcome) -> list[str]:
    """The figures of a table that any of its rows has."""
    return [
        key
        for key in COLUMNS[outcome.about.form]
        if any(
            key in row.figures and not math.isnan(row.figures[key].value) for row in outcome.rows
        )
    ]


def shown(found: Interval | None, places: int = 3) -> str:
    """A figure as `.661 [.612, .703]`; a dash for none."""
    if found is None or math.isnan(found.value):
        return "–"
    value = decimal(found.value, places)
    if math.isnan(found.low):
        return value
    return f"{value} [{decimal(found.low, places)}, {decimal(found.high, places)}]"


def needed(outcome: Outcome, row: Row) -> str:
    """How many more ratings the main figure of who was measured needs; empty for others."""
    found = row.figures.get(outcome.main)
    if row.who is not Who.PREDICTOR or found is None or math.isnan(found.value):
        return ""
    cluster, figure = outcome.about.cluster, SHORT[outcome.main]
    more = more_items(outcome, row)
    if more is None:
        return (
            f"nothing tells how sure {figure} is, nor how many more items it needs: "
            f"it takes {LEAST_CLUSTERS} {cluster}, and answers that are right and wrong"
        )
    if more == 0:
        return f"no more items needed for {figure} within ±.05"
    # Items of the files at hand would tell little more.
    files = math.ceil(more * outcome.n_clusters / max(1, row.n))
    others = f" of about {files:,} other {cluster}" if outcome.n_clusters < outcome.n_items else ""
    return f"about {more:,} more items{others} needed for {figure} within ±.05"


def _lines(outcome: Outcome, width: int) -> Iterable[str]:
    about = outcome.about
    yield (
        f"{about.title}: {count(outcome.n_items, 'item')}, {outcome.n_clusters:,} {about.cluster}, "
        f"{outcome.n_ratings:,} ratings; {about.licence}"
    )
    if about.restriction:
        yield f"  restriction: {about.restriction}"
    keys = columns(outcome)
    rows = [["", "n", "refused", *(SHORT[key] for key in keys)]]
    for row in outcome.rows:
        rows.append(_cells(row, keys))
        if row.chance:
            rows.append(["  shuffled", "", "", *(_chance(row, key) for key in keys)])
    yield from _aligned(rows, width)
    yield from _remarks(outcome)


def formed(figures: Mapping[str, Interval], keys: Iterable[str]) -> list[str]:
    """Those of some figures that are there and could be formed."""
    return [key for key in keys if key in figures and not math.isnan(figures[key].value)]


def _cells(row: Row, keys: Sequence[str]) -> list[str]:
    refused = f"{100 * row.refusal_rate:.1f} %" if row.who is Who.PREDICTOR else ""
    name = f"{row.name} (published)" if row.who is Who.PUBLISHED else row.name
    return [name, f"{row.n:,}", refused, *(shown(row.figures.get(key)) for key in keys)]


def _chance(row: Row, key: str) -> str:
    value = row.chance.get(key)
    return "" if value is None or math.isnan(value) else decimal(value, 3)


def _aligned(rows: Sequence[Sequence[str]], width: int) -> Iterable[str]:
    """Lines of equal columns, in pieces where they do not fit side by side."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    for number, piece in enumerate(_pieces(widths, width)):
        if number:
            yield ""
        for row in rows:
            if 1 in piece or any(row[k] for k in piece[1:]):
                yield ("  " + "  ".join(row[k].ljust(widths[k]) for k in piece)).rstrip()


def _pieces(widths: Sequence[int], width: int) -> list[list[int]]:
    """Columns that stand side by side within a width, each piece beginning with the names."""
    pieces = [[0]]
    for k in range(1, len(widths)):
        if len(pieces[-1]) > 1 and sum(widths[i] + 2 for i in (*pieces[-1], k)) > width:
            pieces.append([0])
        pieces[-1].append(k)
    return pieces


def _remarks(outcome: Outcome) -> Iterable[str]:
    for row in outcome.rows:
        agreement = [
            f"{SHORT[key]} {shown(row.figures[key])}" for key in formed(row.figures, AGREEMENT)
        ]
        if agreement:
            yield f"  agreement of {row.name}: {', '.join(agreement)}"
        raters = [
            f"{name} {shown(row.by_rater[name])}" for name in formed(row.by_rater, row.by_rater)
        ]
        if raters:
            yield f"  kappa of {row.name} with {', '.join(raters)}"
        if row.note:
            yield f"  {row.name}: {row.note}"
        if row.unsure or row.unreadable:
            yield f"  {row.name}: {row.unsure:,} answers in doubt, {row.unreadable:,} unreadable"
        need = needed(outcome, row)
        if need:
            yield f"  {row.name}: {need}"
    yield from (f"  note: {note}" for note in outcome.notes)
    yield from (f"  not used: {skip.reason} ({skip.count:,})" for skip in outcome.skipped)
