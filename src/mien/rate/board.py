"""The table itself: a dot with its interval for every model, on one scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mien.charts.html import Markup, markup, tag
from mien.charts.svg import number
from mien.rate.bootstrap import Range
from mien.rate.table import Row, Table
from mien.rate.telling import ends, points

HEIGHT = 26
MOST_TICKS = 8
_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)


class Span(NamedTuple):
    """What the scale shows, with its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> str:
        """Where a value lies, in percent of the width."""
        return f"{number(100 * (value - self.low) / (self.high - self.low))}%"


def span_of(values: Iterable[float]) -> Span:
    """A scale with round ends that holds all values."""
    held = list(values)
    low, high = min(held), max(held)
    length = max(high - low, 1.0)
    step = float(
        next((s for s in _STEPS if length / s <= MOST_TICKS), 10 ** math.ceil(math.log10(length)))
    )
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 1)
    return Span(first * step, last * step, tuple(i * step for i in range(first, last + 1)))


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
    heads = ["rank", "model", axis(span), "rating", _range_head(table), "won", "judged"]
    head = tag("tr", [tag("th", text, scope="col") for text in heads])
    caption = tag("caption", "Models by rank, with rating and interval", class_="unseen")
    shown = tag("table", caption, tag("thead", head), bodies, class_="board", id="board")
    return tag("div", shown, _legend(table), class_="panel")


def axis(span: Span) -> Markup:
    """The scale's numbers over its ticks."""
    last = len(span.ticks) - 1
    texts = [
        tag(
            "text",
            points(tick),
            x=span.place(tick),
            y=13,
            text_anchor="start" if i == 0 else "end" if i == last else "middle",
            class_="thin" if 0 < i < last and i % 2 else None,
        )
        for i, tick in enumerate(span.ticks)
    ]
    return tag(
        "svg", texts, class_="dots axis", height=18, role="img", aria_label="scale of ratings"
    )


def dot(
    span: Span, value: float, range_: Range | None, published: float | None, label: str
) -> Markup:
    """One value on the scale with its interval, and the published value as a tick."""
    middle = HEIGHT / 2
    drawn: list[Markup] = list(_grid(span))
    if range_ is not None:
        ends_at = {"x1": span.place(range_.low), "x2": span.place(range_.high)}
        drawn.append(tag("line", **ends_at, y1=middle, y2=middle, class_="range"))
    if published is not None:
        at = span.place(published)
        drawn.append(tag("line", x1=at, x2=at, y1=5, y2=HEIGHT - 5, class_="published"))
    drawn.append(tag("circle", cx=span.place(value), cy=middle, r=4.5, class_="dot"))
    return tag("svg", drawn, class_="dots", height=HEIGHT, role="img", aria_label=label)


def pair_of_dots(span: Span, liked: float, good: float, label: str) -> Markup:
    """Two values on the scale, joined."""
    middle = HEIGHT / 2
    drawn = [
        *_grid(span),
        tag("line", x1=span.place(liked), x2=span.place(good), y1=middle, y2=middle, class_="join"),
        tag("circle", cx=span.place(liked), cy=middle, r=4.5, class_="dot hollow"),
        tag("circle", cx=span.place(good), cy=middle, r=4.5, class_="dot"),
    ]
    return tag("svg", drawn, class_="dots", height=HEIGHT, role="img", aria_label=label)


def _grid(span: Span) -> Sequence[Markup]:
    return [
        tag("line", x1=span.place(tick), x2=span.place(tick), y1=0, y2=HEIGHT, class_="grid")
        for tick in span.ticks
    ]


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
        tag("td", dot(span, row.rating, row.range, row.published, label), class_="plot"),
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
