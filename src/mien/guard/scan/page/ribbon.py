"""Risk over the turns of a conversation, small in a table and large above the chat itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mien.charts.html import Markup, tag
from mien.charts.numbers import Z95, portion
from mien.charts.svg import number
from mien.guard.check import Action
from mien.guard.scan.glance import Glance

SMALL = 20.0
"""Height of a small ribbon in its own units."""

WIDTH, HEIGHT = 1000.0, 64.0


def small_ribbon(glance: Glance) -> Markup:
    """Risk as a filled outline, 0 to 1 from the bottom to the top."""
    n = len(glance.risks)
    width = max(n, 2)
    tops = [(i + 0.5, SMALL * (1 - risk)) for i, risk in enumerate(glance.risks)]
    first, last = (0.0, tops[0][1]), (float(width), tops[-1][1])
    outline = [(0.0, SMALL), first, *tops, last, (float(width), SMALL)]
    label = (
        f"risk over {glance.turns:,} turns: highest {portion(glance.peak)} at turn "
        f"{glance.peak_turn + 1}, {portion(glance.end)} at the end"
    )
    return tag(
        "svg",
        tag("line", x1=0, x2=width, y1=SMALL / 2, y2=SMALL / 2, class_="half"),
        tag("polygon", points=_points(outline), class_="fill"),
        viewBox=f"0 0 {width} {number(SMALL)}",
        preserveAspectRatio="none",
        class_="small-ribbon",
        role="img",
        aria_label=label,
    )


def large_ribbon(rows: Sequence[Mapping[str, Any]], label: str) -> Markup:
    """Risk with its band, a mark where something was decided, and a line for the turn at hand."""
    n = len(rows)
    width = WIDTH / n
    middles = [(i + 0.5) * width for i in range(n)]
    risks = [(float(row["risk"]), Z95 * float(row["risk_sd"])) for row in rows]
    high = [(x, _y(risk + half)) for x, (risk, half) in zip(middles, risks, strict=True)]
    low = [(x, _y(risk - half)) for x, (risk, half) in zip(middles, risks, strict=True)]
    curve = [(x, _y(risk)) for x, (risk, _) in zip(middles, risks, strict=True)]
    quiet = (Action.NOTHING, Action.WATCH)
    marks = [
        tag("line", x1=number(x), x2=number(x), y1=HEIGHT - 7, y2=HEIGHT, class_="decision")
        for x, row in zip(middles, rows, strict=True)
        if row["action"] not in quiet
    ]
    return tag(
        "svg",
        tag("line", x1=0, x2=WIDTH, y1=HEIGHT / 2, y2=HEIGHT / 2, class_="half"),
        tag("polygon", points=_points([*high, *reversed(low)]), class_="band"),
        tag("polyline", points=_points(curve), class_="curve"),
        marks,
        tag("line", x1=0, x2=0, y1=0, y2=HEIGHT, class_="hand", visibility="hidden"),
        viewBox=f"0 0 {number(WIDTH)} {number(HEIGHT)}",
        preserveAspectRatio="none",
        class_="large-ribbon",
        role="img",
        aria_label=label,
    )


def _y(risk: float) -> float:
    return HEIGHT * (1 - min(max(risk, 0.0), 1.0))


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)
