"""Tables that read aloud well, and sort by a click where scripts may run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mien.charts.html import Content, Markup, asset, markup, tag


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, and by what it is sorted if not by its text."""

    content: Content
    key: float | str | None = None


def table(
    caption: str, heads: Sequence[str], rows: Sequence[Sequence[Content | Cell]], name: str = ""
) -> Markup:
    """A table with a caption for screen readers and one header a column.

    Args:
        caption: What the table holds, one line; read aloud, not shown.
        heads: Column headers; with `sort_script` in the page they become buttons.
        rows: Cells in the order of the headers; the first heads its row.
        name: Id of the element, if it needs one.
    """
    head = tag("tr", [tag("th", text, scope="col") for text in heads])
    body = [tag("tr", [_cell(cell, i) for i, cell in enumerate(row)]) for row in rows]
    shown = tag(
        "table",
        tag("caption", caption, class_="unseen"),
        tag("thead", head),
        tag("tbody", body),
        id=name or None,
        class_="sortable",
    )
    return tag("div", shown, class_="wide", tabindex=0, role="region", aria_label=caption)


def sort_script() -> str:
    """The script that lets headers sort; without it the table stands as it is."""
    return asset("mien.charts", "sort.js")


def _cell(cell: Content | Cell, column: int) -> Markup:
    held = cell if isinstance(cell, Cell) else Cell(cell)
    kind = "th" if column == 0 else "td"
    scope = "row" if column == 0 else None
    return tag(kind, markup(held.content), scope=scope, data_key=held.key)
