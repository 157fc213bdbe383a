"""A simulation in a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from mien.core.redact import printable
from mien.guard.simulate.measuring import Simulation
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


def render_terminal(found: Simulation, *, color: bool = False, width: int = 100) -> str:
    """A sentence, a table of users, alarms at base rates and the curve."""
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=color, no_color=not color, highlight=False
    )
    for line in (what_it_is(found), what_it_says(found), MEANING):
        console.print(Text(printable(line)))
    console.print(_grid(USER_HEADS, (user_row(row) for row in found.rows)))
    for one in found.figures.per_thousand:
        console.print(Text(printable(at_a_base_rate(one))))
    console.print(_grid(CURVE_HEADS, (curve_row(one) for one in found.curve)))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _grid(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Grid:
    grid = Grid(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        grid.add_column(head, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(printable(cell)) for cell in row))
    return grid
