"""A board in a terminal of eighty columns: sentence, dots with intervals, what it rests on."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from mien.charts.dots import Span, span_of
from mien.core.redact import printable
from mien.evals.boards.board import Board, Row
from mien.evals.boards.report.words import (
    ends,
    grey,
    interval,
    lower_still,
    name_of,
    number,
    places,
    share,
    trust,
    what_it_is,
    what_it_says,
)

WIDTH = 80
DOTS = 20
NAME = 23
ASCII = str.maketrans("·’“”±…−–●○─", '-\'""~.--*o-')


def render_terminal(boards: Sequence[Board], *, color: bool = False, plain: bool = False) -> str:
    """Boards as text.

    Args:
        boards: What to show, one after the other.
        color: Whether it goes to a terminal.
        plain: Whether only ASCII may be written.
    """
    held = io.StringIO()
    console = Console(
        file=held, width=WIDTH, force_terminal=color, legacy_windows=False, highlight=False
    )
    for i, board in enumerate(boards):
        for part in [*([Text()] if i else []), *_parts(board)]:
            console.print(part)
    text = held.getvalue().rstrip()
    return text.translate(ASCII).encode("ascii", "replace").decode() if plain else text


def _parts(board: Board) -> Iterator[Text | Grid]:
    yield _text(name_of(board), "bold")
    yield _text(what_it_is(board), "dim")
    yield Text()
    yield _text(what_it_says(board))
    yield Text()
    yield _grid(board)
    if lower := lower_still(board):
        yield _text(lower, "dim")
    yield Text()
    for heading, told in trust(board):
        yield _text(f"{heading}: {told}", "dim")


def _grid(board: Board) -> Grid:
    held, rows = places(board), (*board.rows, *grey(board))
    span = scale(board)
    grid = Grid(box=None, padding=(0, 1, 0, 0), header_style="dim")
    grid.add_column("rank", justify="right")
    grid.add_column("model", no_wrap=True, overflow="ellipsis", max_width=NAME)
    grid.add_column(_axis(span), no_wrap=True)
    grid.add_column("score", justify="right")
    grid.add_column("interval", justify="right", no_wrap=True)
    grid.add_column("refused", justify="right")
    before: int | None = 0
    for row in rows:
        is_grey = any(row is one for one in board.baselines)
        rank = "" if row.rank is None or row.rank == before else str(row.rank)
        before = row.rank
        refused = "" if is_grey else share(row.refused)
        cells = [number(row.main.value, held), interval(row.main, held), refused]
        name = _text(row.model, "dim" if is_grey else "")
        grid.add_row(rank, name, _dots(row, span, "○" if is_grey else "●"), *cells)
    return grid


def scale(board: Board) -> Span:
    """One that holds all scores, their intervals and the baselines that are shown."""
    values = [
        value
        for row in (*board.rows, *grey(board))
        for value in (row.main.value, *(ends(row.main) or ()))
        if not math.isnan(value)
    ]
    return span_of(values or [0.0, 1.0])


def _axis(span: Span) -> str:
    low, high = span.word(span.low), span.word(span.high)
    return low + " " * (DOTS - len(low) - len(high)) + high


def _column(value: float, span: Span) -> int:
    return round((value - span.low) / (span.high - span.low) * (DOTS - 1))


def _dots(row: Row, span: Span, dot: str) -> Text:
    cells = [" "] * DOTS
    if math.isnan(row.main.value):
        return Text("".join(cells))
    if (found := ends(row.main)) is not None:
        for i in range(_column(found[0], span), _column(found[1], span) + 1):
            cells[i] = "─"
    cells[_column(row.main.value, span)] = dot
    return Text("".join(cells))


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style=style)
