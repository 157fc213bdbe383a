"""`mien guard`: whether conversations go wrong, and when to step in."""

from __future__ import annotations

import typer

from mien.cli.guard.calibrate import calibrate
from mien.cli.guard.check import check
from mien.cli.guard.forget import forget
from mien.cli.guard.scan import scan
from mien.cli.guard.serve import serve
from mien.cli.guard.simulate import simulate
from mien.cli.guard.tune import tune

app = typer.Typer(
    help="Know when a conversation is going wrong, and when to step in.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for command in (check, calibrate, scan, serve, simulate, tune, forget):
    app.command()(command)


@app.callback()
def guard() -> None:
    """Know when a conversation is going wrong, and when to step in."""
