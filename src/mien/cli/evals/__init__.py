"""`mien evals`: how good decoders and models are."""

from __future__ import annotations

import typer

from mien.cli.evals.perception import perception

app = typer.Typer(
    help="Measure decoders and models beside people, chance and trivial answers.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command()(perception)


@app.callback()
def evals() -> None:
    """Measure decoders and models beside people, chance and trivial answers."""
