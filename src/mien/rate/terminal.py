"""A table in a terminal of eighty columns: sentence, dots with intervals, footers."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from mien.charts.dots import Span, span_of
from mien.core.redact import printable
from mien.rate.table import Row, Table
from mien.rate.telling import (
    about_parting,
    about_place,
    ends,
    percent,
    points,
    trust,
    what_it_is,
    what_it_says,
)

WIDTH = 80
DOTS = 26
NAME = 26
ASCII = str.maketrans("·’“”±…−–●─", '-\'""~.--o-')


def render_terminal(table: Table, *, color: bool = False, plain: bool = False) -> str:
    """The table as text.

    Args:
        table: What to show.
        color: Whether it goes to a terminal; `NO_COLOR` is heeded.
        plain: Whether only ASCII may be written.
    """
    held = io.StringIO()
    console = Console(
        file=held, width=WIDTH, force_terminal=color, legacy_windows=False, highlight=False
    )
    for part in _parts(table):
        console.print(part)
    text = held.getvalue().rstrip()
    return text.translate(ASCII).encode("ascii", "replace").decode() if plain else text


def _parts(table: Table) -> Iterator[Text | Grid]:
    yield _text("Model ratings", "bold")
    yield _text(what_it_is(table), "dim")
    yield Text()
    yield _text(what_it_says(table))
    for said in (about_place(table), about_parting(table)):
        if said:
            yield _text(said)
    yield Text()
    yield _board(table)
    yield Text()
    if len(table.order_bias) > 0:
        yield _places(table)
        yield Text()
    for heading, text in trust(table):
        yield _text(f"{heading}: {text}", "dim")
    for source in table.sources:
        unused = f"; columns not used: {', '.join(source.unused)}" if source.unused else ""
        yield _text(f"{source.name}: {source.form}, {source.read:,} rows{unused}", "dim")


def _board(table: Table) -> Grid:
    span = span_of(value for row in table.rows for value in (row.rating, *(row.range or ())))
    grid = Grid(box=None, padding=(0, 1, 0, 0), header_style="dim")
    grid.add_column("rank", justify="right")
    grid.add_column("model", no_wrap=True, overflow="ellipsis", max_width=NAME)
    grid.add_column(_axis(span), no_wrap=True)
    grid.add_column("rating", justify="right")
    grid.add_column("interval" if table.order is None else "shuffles", justify="right")
    before = 0
    for row in table.rows:
        shown = "" if row.rank == before else str(row.rank)
        before = row.rank
        name = _text(row.model.rsplit("/", 1)[-1] if _is_clear(row, table) else row.model)
        grid.add_row(shown, name, _dots(row, span), points(row.rating), ends(row.range))
    return grid


def _is_clear(row: Row, table: Table) -> bool:
    """Whether the name is told apart without its provider."""
    bare = row.model.rsplit("/", 1)[-1]
    return sum(other.model.rsplit("/", 1)[-1] == bare for other in table.rows) == 1


def _axis(span: Span) -> str:
    low, high = points(span.low), points(span.high)
    return low + " " * (DOTS - len(low) - len(high)) + high


def _column(value: float, span: Span) -> int:
    return round((value - span.low) / (span.high - span.low) * (DOTS - 1))


def _dots(row: Row, span: Span) -> Text:
    cells = [" "] * DOTS
    if row.range is not None:
        for i in range(_column(row.range.low, span), _column(row.range.high, span) + 1):
            cells[i] = "─"
    cells[_column(row.rating, span)] = "●"
    return Text("".join(cells))


def _places(table: Table) -> Grid:
    grid = Grid(box=None, padding=(0, 3, 0, 0), header_style="dim")
    for head in ("kind", "judged", "first shown won", "orders agree", "ties"):
        grid.add_column(head, justify="left" if head == "kind" else "right")
    for row in table.order_bias:
        grid.add_row(
            _text(row.kind or "all"),
            f"{row.n:,}",
            "–" if row.first_wins is None else percent(row.first_wins),
            "–" if row.agree is None else f"{percent(row.agree)} of {row.pairs:,}",
            f"{row.ties:,}",
        )
    return grid


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style=style)
