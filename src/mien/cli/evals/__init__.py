"""`mien evals`: how good decoders and models are."""

from __future__ import annotations

import typer

from mien.cli.evals.bundle import bundle, verify
from mien.cli.evals.catalogue import info, list_tasks
from mien.cli.evals.compare import compare
from mien.cli.evals.lint import lint
from mien.cli.evals.perception import perception
from mien.cli.evals.plan import plan
from mien.cli.evals.rejudge import rejudge
from mien.cli.evals.report import report
from mien.cli.evals.run import run
from mien.cli.evals.score import score

app = typer.Typer(
    help="Measure decoders and models beside people, chance and trivial answers.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("list")(list_tasks)
for command in (info, plan, run, rejudge, score, compare, report, bundle, verify, perception, lint):
    app.command()(command)


@app.callback()
def evals() -> None:
    """Measure decoders and models beside people, chance and trivial answers."""
