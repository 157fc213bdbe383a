"""One self-contained HTML page for a table."""

from __future__ import annotations

from datetime import date

from mien.charts import theme
from mien.charts.html import Content, Markup, asset, data_block, page, tag
from mien.charts.numbers import count
from mien.charts.table import sort_script
from mien.rate.board import board
from mien.rate.panels import (
    ability_panel,
    favor_table,
    neighbor_table,
    not_rated_table,
    pairs_payload,
    parting_panel,
    place_table,
)
from mien.rate.table import SourceInfo, Table
from mien.rate.telling import about_parting, about_place, trust, what_it_is, what_it_says

MEANING = (
    "A rating says how strongly a model is preferred over the others here, by these judges on "
    "these scenarios; it is no amount of empathy."
)


def render(table: Table, *, on: date | None = None) -> str:
    """The page of a table as HTML that opens offline and needs no script.

    Args:
        table: What to show; the same table gives the same text.
        on: The date to write into the page, if any.
    """
    partings = [parting_panel(parting) for parting in table.partings]
    body = tag(
        "main",
        tag("h1", "Model ratings"),
        tag("p", what_it_is(table, on), class_="meta"),
        tag("p", what_it_says(table), class_="say"),
        tag("p", about_place(table), class_="note"),
        tag("p", about_parting(table), class_="note"),
        tag("p", MEANING, class_="note"),
        _section("Ratings", board(table)),
        _section("Not rated", not_rated_table(table)),
        _section("Place and agreement", place_table(table)),
        _section("Judges and families", favor_table(table)),
        _section("Better or worse at one thing than at the rest", ability_panel(table)),
        _section("Liked, and good for the person", tag("div", partings) if partings else None),
        _section("Two models", neighbor_table(table)),
        _section("How far to trust this", _foot(table)),
    )
    scripts = sort_script()
    content: list[Content] = [body]
    if table.differences:
        content.append(data_block("data", pairs_payload(table)))
        scripts += asset("mien.rate", "pairs.js")
    style = (
        theme.variables(theme.LIGHT, theme.DARK)
        + asset("mien.charts", "page.css")
        + asset("mien.charts", "dots.css")
        + asset("mien.rate", "rate.css")
    )
    return page("Model ratings · Mien", *content, style=style, script=scripts)


def _section(heading: str, content: Markup | None) -> Markup | None:
    return None if content is None else tag("section", tag("h2", heading), content)


def _foot(table: Table) -> Markup:
    told = [(tag("dt", heading), tag("dd", text)) for heading, text in trust(table)]
    files = [tag("li", _source(source)) for source in table.sources]
    versions = ", ".join(f"{name} {version}" for name, version in table.versions)
    return tag(
        "div",
        tag("dl", told),
        tag("h3", "Files") if files else None,
        tag("ul", files, class_="plain files") if files else None,
        tag("p", versions, class_="fine"),
        class_="panel foot",
    )


def _source(source: SourceInfo) -> str:
    unused = f"; columns not used: {', '.join(source.unused)}" if source.unused else ""
    read = count(source.read, "row")
    return (
        f"{source.name}: {source.form}, {read}, of them {source.rated:,} judgements, sha256 "
        f"{source.sha256[:12]}…{unused}"
    )
