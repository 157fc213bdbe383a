"""A scan in a terminal: what was found, the conversations of highest risk, rates."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mien.charts.numbers import count, portion
from mien.charts.svg import shortened
from mien.core.redact import printable
from mien.guard.check import Action
from mien.guard.scan.glance import Glance
from mien.guard.scan.result import Rate, Scan
from mien.guard.scan.words import (
    MEANING,
    base_rate_line,
    ends,
    name_of,
    per_thousand,
    signal_label,
    title,
    what_it_is,
    what_it_says,
)
from mien.guard.showing import words

WIDTH = 80
ROWS = 10
CELLS = 12
_BLOCKS, _PLAIN_BLOCKS = " ▁▂▃▄▅▆▇█", " .:-=+*#@"
_ASCII = str.maketrans("·’“”±…−–×", '-\'""~.--x')


def render_scan(scan: Scan, *, base_rate: float, color: bool = False, plain: bool = False) -> str:
    """A scan as text for a terminal.

    Args:
        scan: What was found.
        base_rate: Share of conversations that are expected to go badly wrong.
        color: Whether it goes to a terminal; `NO_COLOR` is heeded.
        plain: Whether only ASCII may be written.
    """
    held = io.StringIO()
    console = Console(
        file=held, width=WIDTH, force_terminal=color, legacy_windows=False, highlight=False
    )
    console.print(Text(title(scan), style="bold"))
    console.print(Text(printable(what_it_is(scan, None)), style="dim"))
    console.print()
    pieces = [(printable(p.text), "bold" if p.strong else "") for p in what_it_says(scan)]
    console.print(Text.assemble(*pieces))
    if len(scan):
        console.print(Text(base_rate_line(scan, base_rate)))
        console.print(Text(MEANING, style="dim"))
        console.print()
        console.print(_riskiest(scan, plain=plain))
        console.print(_rates(scan))
    lost = sum(skip.count for skip in scan.failed)
    other = sum(skip.count for skip in scan.skipped)
    if lost or other:
        console.print()
        told = (
            f"Skipped: {count(lost, 'source')} that could not be read, {other:,} that are no chats."
        )
        console.print(Text(told, style="dim"))
    text = held.getvalue().rstrip()
    return text.translate(_ASCII).encode("ascii", "replace").decode() if plain else text


def _riskiest(scan: Scan, *, plain: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("conversation", ratio=1)
    table.add_column("turns", justify="right")
    table.add_column("risk", no_wrap=True)
    table.add_column("peak", justify="right")
    table.add_column("end", justify="right")
    table.add_column("would have", no_wrap=True)
    for glance in scan.glances(0, ROWS):
        action = glance.strongest
        table.add_row(
            Text(shortened(printable(name_of(glance)), 1.0, 20)),
            f"{glance.turns:,}",
            _bar(glance, plain=plain),
            portion(glance.peak),
            portion(glance.end),
            "" if action is Action.NOTHING else words(action),
        )
    return table


def _bar(glance: Glance, *, plain: bool) -> str:
    blocks = _PLAIN_BLOCKS if plain else _BLOCKS
    n = len(glance.risks)
    step = max(n / CELLS, 1.0)
    cells = [
        max(glance.risks[int(i * step) : max(int((i + 1) * step), int(i * step) + 1)])
        for i in range(min(n, CELLS))
    ]
    return "".join(blocks[min(round(8 * cell), 8)] for cell in cells)


def _rates(scan: Scan) -> Table:
    table = Table(box=None, pad_edge=False, padding=(1, 2, 0, 0), header_style="dim")
    table.padding = (0, 2, 0, 0)
    table.add_column("\nper 1,000 chats", ratio=1)
    table.add_column("\nrate", justify="right")
    table.add_column("\n95 % interval", justify="right")
    table.add_column("\nchats", justify="right")
    for rate in _told(scan):
        table.add_row(*rate)
    return table


def _told(scan: Scan) -> Sequence[tuple[str, str, str, str]]:
    signals = [(signal_label(rate.name).lower(), rate) for rate in scan.tally.signals()]
    actions = [(f"decided: {words(rate.name)}", rate) for rate in scan.tally.actions()]
    return [_line(label, rate) for label, rate in (*signals, *actions)]


def _line(label: str, rate: Rate) -> tuple[str, str, str, str]:
    return label, per_thousand(rate.share.value), ends(rate.share), f"{rate.chats:,}"
