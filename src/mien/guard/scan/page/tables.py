"""The tables of a scan: conversations by risk, and how common signals and actions are."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mien.charts.dots import Span, axis, dot, span_of
from mien.charts.html import Content, Markup, markup, tag
from mien.charts.numbers import portion
from mien.charts.table import Cell, table
from mien.guard.check import Action
from mien.guard.scan.glance import Glance
from mien.guard.scan.page.ribbon import small_ribbon
from mien.guard.scan.result import PER, Rate, Scan, Tally
from mien.guard.scan.words import (
    ends,
    name_of,
    per_thousand,
    per_what,
    right_alarms_told,
    signal_label,
    why,
    with_band,
)
from mien.guard.showing import words

_HEADS = (
    *("conversation", "turns", "risk over turns", "highest", "at the end"),
    *("what raised it", "would have"),
)


def by_risk(glances: Iterable[Glance], name: str, *, linked: bool) -> Markup:
    """Conversations, a row each.

    Args:
        glances: In the order of risk.
        name: Id of the table.
        linked: Whether the page holds each in full.
    """
    rows = [_row(glance, place if linked else 0) for place, glance in enumerate(glances, start=1)]
    which = "held in full" if linked else "of lower risk"
    caption = f"Conversations {which} by risk, with a small ribbon of risk over turns"
    return table(caption, _HEADS, rows, name)


def _row(glance: Glance, place: int) -> list[Content | Cell]:
    name = name_of(glance)
    action = glance.strongest
    value, _, band = with_band(glance.peak, glance.peak_sd).partition(" ")
    peak = markup(tag("b", value), " ", tag("span", band, class_="quiet"))
    return [
        Cell(tag("a", name, href=f"#chat-{place}") if place else name, name),
        Cell(f"{glance.turns:,}", glance.turns),
        Cell(small_ribbon(glance), glance.peak),
        Cell(tag("span", peak, class_="whole"), glance.peak),
        Cell(portion(glance.end), glance.end),
        Cell(why(glance) or tag("span", "nothing", class_="quiet")),
        Cell(
            "" if action is Action.NOTHING else words(action),
            list(Action).index(action),
        ),
    ]


def right_alarms(scan: Scan, base_rate: float) -> Markup | None:
    """What an alarm is worth by each signal, as far as the detectors' card says."""
    told = right_alarms_told(scan, base_rate)
    if not told:
        return None
    heads = ["signal", "sensitivity", "false alarms", "right alarms in 100"]
    rows: list[list[Content | Cell]] = [list(row) for row in told]
    caption = f"Right alarms where the thing is in 1 of {1 / base_rate:,.0f} conversations"
    shown = table(caption, heads, rows, "right")
    return tag(
        "div", shown, tag("p", f"{caption}. {per_what(scan)}", class_="fine"), class_="panel"
    )


def rates(tally: Tally) -> Markup | None:
    """Each signal and action per 1,000 conversations, a dot with its interval."""
    groups = [("Signals", tally.signals(), signal_label), ("Decisions", tally.actions(), words)]
    every = [rate for _, found, _ in groups for rate in found]
    if not every:
        return None
    span = span_of([0.0, *(PER * rate.share.high for rate in every)])
    heads = ["", axis(span, "scale of conversations per 1,000"), "per 1,000", "interval", "chats"]
    bodies = [
        tag("tbody", _heading(name, len(heads)), [_rate(rate, span, label) for rate in found])
        for name, found, label in groups
        if found
    ]
    shown = tag(
        "table",
        tag("caption", "Signals and decisions per 1,000 conversations", class_="unseen"),
        tag(
            "thead",
            tag("tr", [tag("th" if h else "td", h, scope="col" if h else None) for h in heads]),
        ),
        bodies,
        class_="rates",
    )
    told = "Dot: conversations in 1,000 in which it came at least once; line: 95 % interval."
    return tag("div", shown, tag("p", told, class_="fine"), class_="panel")


def _heading(name: str, columns: int) -> Markup:
    return tag("tr", tag("th", name, colspan=columns, scope="colgroup"), class_="group")


def _rate(rate: Rate, span: Span, label: Callable[[str], str]) -> Markup:
    name = label(rate.name)
    value, between = per_thousand(rate.share.value), ends(rate.share)
    told = f"{name}: {value} per 1,000, {between}"
    drawn = dot(span, PER * rate.share.value, (PER * rate.share.low, PER * rate.share.high), told)
    return tag(
        "tr",
        tag("th", name, scope="row"),
        tag("td", drawn, class_="plot"),
        tag("td", value, class_="number"),
        tag("td", between, class_="number quiet"),
        tag("td", f"{rate.chats:,}", class_="number quiet"),
    )
