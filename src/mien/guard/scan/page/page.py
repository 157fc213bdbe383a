"""One self-contained HTML page for a scan."""

from __future__ import annotations

from datetime import date

from mien.charts.html import Content, Markup, asset, page, tag
from mien.charts.numbers import count
from mien.charts.table import sort_script
from mien.guard.scan.page.palette import style
from mien.guard.scan.page.tables import by_risk, rates, right_alarms
from mien.guard.scan.page.turns import conversation
from mien.guard.scan.result import Scan
from mien.guard.scan.words import (
    MEANING,
    base_rate_line,
    skips,
    title,
    trust,
    what_it_is,
    what_it_says,
)

MOST_CHARACTERS = 12_000_000
"""Of conversations in full; a page must open on a phone."""

ROWS = 5000
"""Conversations that have a row."""

SKIPS = 50
"""Lines of what was skipped; of more, only how many there are."""

HOW = (
    "Arrow keys step through the turns, n goes to the next with a signal; marked words show a "
    "signal most."
)


def render_page(scan: Scan, *, top: int, base_rate: float, on: date | None = None) -> str:
    """A scan as HTML that opens offline and needs no script.

    Args:
        scan: What was found.
        top: Conversations that are held in full.
        base_rate: Share of conversations that are expected to go badly wrong.
        on: The date to write into the page, if any.
    """
    talks = _talks(scan, top)
    said = [tag("b", piece.text) if piece.strong else piece.text for piece in what_it_says(scan)]
    body = tag(
        "main",
        tag("h1", title(scan)),
        tag("p", what_it_is(scan, on), class_="meta"),
        tag("p", said, class_="say"),
        tag("p", base_rate_line(scan, base_rate), class_="say base") if len(scan) else None,
        tag("p", MEANING, class_="note"),
        _section("Conversations by risk", _tables(scan, len(talks))),
        _section("Turn by turn", _stepper(talks)) if talks else None,
        _section("How common", rates(scan.tally)),
        _section("What an alarm is worth", right_alarms(scan, base_rate)),
        _section("How far to trust this", _foot(scan, base_rate)),
    )
    sheets = [("mien.charts", "page.css"), ("mien.charts", "dots.css")]
    sheets.append(("mien.guard.scan.page", "scan.css"))
    css = style() + "".join(asset(package, name) for package, name in sheets)
    script = sort_script() + asset("mien.guard.scan.page", "scan.js")
    return page(f"{title(scan)} · Mien", body, style=css, script=script)


def _talks(scan: Scan, top: int) -> list[Markup]:
    """The conversations of highest risk in full, as many as a page can bear."""
    found: list[Markup] = []
    size = 0
    for place, (glance, rows) in enumerate(scan.chats(top), start=1):
        talk = conversation(glance, list(rows), place)
        size += len(talk)
        if found and size > MOST_CHARACTERS:
            break
        found.append(talk)
    return found


def _tables(scan: Scan, full: int) -> Markup | None:
    n = len(scan)
    if not n:
        return None
    rest = min(n, ROWS) - full
    unseen = n - full - max(rest, 0)
    told = f"The {count(full, 'conversation')} of highest risk can be read in full below."
    more = f"{unseen:,} of lower risk have no row here; a .parquet holds all."
    return tag(
        "div",
        by_risk(scan.glances(0, full), "by-risk", linked=True) if full else None,
        tag("p", told, class_="fine") if full and rest > 0 else None,
        _rest(scan, full, rest) if rest > 0 else None,
        tag("p", more, class_="fine") if unseen else None,
        class_="panel",
    )


def _rest(scan: Scan, full: int, rest: int) -> Markup:
    rows = by_risk(scan.glances(full, full + rest), "others", linked=False)
    return tag("details", tag("summary", f"{rest:,} of lower risk, a row each"), rows)


def _stepper(talks: list[Markup]) -> Markup:
    """The conversations; a script shows one at a time, with buttons to step through it."""
    buttons = [
        tag("button", text, type="button", data_go=where)
        for where, text in (
            ("back", "previous turn"),
            ("on", "next turn"),
            ("signal", "next signal"),
            ("chat-back", "previous conversation"),
            ("chat-on", "next conversation"),
        )
    ]
    return tag(
        "div",
        tag("p", buttons, tag("span", HOW, class_="fine"), id="steps", hidden=True),
        tag("div", talks, id="talks", tabindex=0, role="region", aria_label="Conversation"),
    )


def _section(heading: str, content: Content) -> Markup | None:
    return None if content is None else tag("section", tag("h2", heading), content)


def _foot(scan: Scan, base_rate: float) -> Markup:
    from mien import __version__

    facts = [*trust(scan, base_rate), ("made by", f"Mien {__version__}")]
    lines = skips(scan)
    told = [tag("li", line) for line in lines[:SKIPS]]
    if len(lines) > SKIPS:
        told.append(tag("li", f"and {len(lines) - SKIPS:,} more"))
    lost = sum(skip.count for skip in (*scan.failed, *scan.skipped))
    heading = f"{count(lost, 'source')} skipped"
    return tag(
        "div",
        tag("dl", [(tag("dt", name), tag("dd", text)) for name, text in facts if text]),
        tag("details", tag("summary", heading), tag("ul", told, class_="plain"), open=lost <= 10)
        if lines
        else None,
        class_="panel foot",
    )
