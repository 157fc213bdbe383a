"""One self-contained HTML page for a simulation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mien.charts import theme
from mien.charts.html import Markup, asset, page, tag
from mien.charts.numbers import decimal
from mien.charts.svg import number, outline, picture
from mien.charts.table import Cell, sort_script, table
from mien.guard.simulate.measuring import Figures, Row, Simulation
from mien.guard.simulate.telling import (
    CURVE_HEADS,
    MEANING,
    USER_HEADS,
    at_a_base_rate,
    curve_row,
    user_row,
    what_it_is,
    what_it_says,
)

WIDTH, HEIGHT = 640.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 24.0, 16.0, 44.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def render(found: Simulation) -> str:
    """The page as HTML that opens offline and needs no script; the same input gives the same."""
    body = tag(
        "main",
        tag("h1", "Simulated users"),
        tag("p", what_it_is(found), class_="meta"),
        tag("p", what_it_says(found), class_="say"),
        tag("p", MEANING, class_="note"),
        _section("Users", table("Users", USER_HEADS, [_user(row) for row in found.rows])),
        _section("Alarms at real base rates", _rates(found.figures)),
        _section("Benefit against burden", _curve(found.curve)),
        _section("Thresholds moved", table("Thresholds moved", CURVE_HEADS, _rows(found.curve))),
    )
    style = (
        theme.variables(theme.LIGHT, theme.DARK)
        + asset("mien.charts", "page.css")
        + asset("mien.guard.simulate", "simulate.css")
    )
    return page("Simulated users · Mien", body, style=style, script=sort_script())


def _section(heading: str, content: Markup) -> Markup:
    return tag("section", tag("h2", heading), tag("div", content, class_="panel"))


def _user(row: Row) -> list[Cell]:
    keys = (None, None, row.met / row.moments if row.moments else -1.0, row.delay, row.steps_in)
    texts = user_row(row)
    about = tag("span", texts[0], tag("br"), tag("span", row.about, class_="fine"))
    cells: list[Cell] = [Cell(about, texts[0])]
    return cells + [Cell(text, key) for text, key in zip(texts[1:], (*keys[1:], None), strict=True)]


def _rows(curve: Sequence[Figures]) -> list[list[Cell]]:
    return [[Cell(text) for text in curve_row(one)] for one in curve]


def _rates(figures: Figures) -> Markup:
    return tag("ul", [tag("li", at_a_base_rate(one)) for one in figures.per_thousand])


def _curve(curve: Sequence[Figures]) -> Markup:
    """Moments met over interventions on people who need none, a point a factor."""
    told = [one for one in curve if not math.isnan(one.met.value)]
    if not told:
        return tag("p", "No user here has a moment at which help helps.", class_="note")
    most = max(0.1, *(one.burden for one in told)) * 1.08
    x = [_LEFT + one.burden / most * (WIDTH - _LEFT - _RIGHT) for one in told]
    y = [_height(one.met.value) for one in told]
    label = (
        "Share of right moments met, upward, against interventions a session on people who need "
        "none, to the right; the table below says the same"
    )
    named = _named(told, x)
    points = [
        _point(one, left, top, first=i in named)
        for i, (one, left, top) in enumerate(zip(told, x, y, strict=True))
    ]
    line = tag("path", d=outline(np.column_stack([x, y])), class_="curve") if len(x) > 1 else None
    drawn = picture(WIDTH, HEIGHT, _frame(most), line, points, label=label)
    return tag(
        "figure", drawn, class_="tradeoff", tabindex=0, role="region", aria_label="Trade-off"
    )


def _named(told: Sequence[Figures], x: Sequence[float]) -> set[int]:
    """The points with a label: the policy as it is first, and no two that would overlap."""
    named = list[int]()
    for i in sorted(range(len(told)), key=lambda i: abs(told[i].factor - 1)):
        if all(abs(x[i] - x[j]) > 40 for j in named):
            named.append(i)
    return set(named)


def _point(one: Figures, x: float, y: float, *, first: bool) -> list[Markup | None]:
    ends = tag(
        "line",
        x1=number(x),
        x2=number(x),
        y1=number(_height(one.met.low)),
        y2=number(_height(one.met.high)),
        class_="range",
    )
    dot = tag("circle", cx=number(x), cy=number(y), r=4, class_="dot")
    name = tag(
        "text",
        f"×{decimal(one.factor)}",
        x=number(x),
        y=number(y + 20),
        text_anchor="middle",
    )
    return [ends, dot, name if first else None]


def _height(share: float) -> float:
    return _TOP + (1 - share) * (HEIGHT - _TOP - _BOTTOM)


def _frame(most: float) -> list[Markup]:
    lines = []
    for tick in _TICKS:
        y = number(_height(tick))
        lines += [
            tag("line", x1=number(_LEFT), x2=number(WIDTH - _RIGHT), y1=y, y2=y, class_="grid"),
            tag("text", decimal(tick), x=_LEFT - 8, y=y, class_="tick-y"),
        ]
    for tick in _TICKS:
        x = _LEFT + tick * (WIDTH - _LEFT - _RIGHT)
        lines.append(tag("text", decimal(tick * most), x=number(x), y=HEIGHT - 24, class_="tick-x"))
    lines.append(
        tag("text", "interventions a session, unharmed", x=_LEFT, y=HEIGHT - 4, class_="axis-name")
    )
    return lines
