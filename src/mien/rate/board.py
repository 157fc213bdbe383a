"""The table itself: a dot with its interval for every model, on one scale."""

from __future__ import annotations

from mien.charts.dots import Span, axis, dot, span_of
from mien.charts.html import Markup, markup, tag
from mien.rate.table import Row, Table
from mien.rate.telling import ends, points


def board(table: Table) -> Markup:
    """All rated models, grouped by rank."""
    span = span_of(
        value
        for row in table.rows
        for value in (row.rating, row.published, *(row.range or ()))
        if value is not None
    )
    has_runs = any(row.runs > 1 for row in table.rows)
    bodies = [
        tag("tbody", [_row(row, span, has_runs) for row in group], class_=f"rank-{i % 2}")
        for i, group in enumerate(table.groups)
    ]
    heads = [
        "rank",
        "model",
        axis(span, "scale of ratings"),
        "rating",
        _range_head(table),
        "won",
        "judged",
    ]
    head = tag("tr", [tag("th", text, scope="col") for text in heads])
    caption = tag("caption", "Models by rank, with rating and interval", class_="unseen")
    shown = tag("table", caption, tag("thead", head), bodies, class_="board", id="board")
    return tag("div", shown, _legend(table), class_="panel")


def _row(row: Row, span: Span, has_runs: bool) -> Markup:
    interval = ends(row.range)
    label = f"{row.model}: {points(row.rating)}, {interval}"
    runs = tag("span", f" {row.runs} runs", class_="quiet") if has_runs else None
    decided = row.wins + row.losses
    won = f"{100 * (row.wins + row.ties / 2) / row.n:.0f} %" if decided or row.ties else "–"
    return tag(
        "tr",
        tag("td", row.rank, class_="rank"),
        tag("th", markup(row.model, runs), scope="row"),
        tag("td", dot(span, row.rating, row.range, label, mark=row.published), class_="plot"),
        tag("td", points(row.rating), tag("span", interval, class_="narrow"), class_="number"),
        tag("td", interval, class_="number quiet"),
        tag("td", won, class_="number quiet"),
        tag("td", f"{row.n:,}", class_="number quiet"),
    )


def _range_head(table: Table) -> str:
    return "interval" if table.order is None else "span over shuffles"


def _legend(table: Table) -> Markup:
    what = "95 % interval" if table.order is None else "span over shuffles of the judgements"
    told = f"Dot: rating; line: {what}; models in one block share a rank."
    if table.against is not None:
        told += " Tick: published rating."
    return tag("p", told, class_="fine")
