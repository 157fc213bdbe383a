"""`mien evals report`: tables of runs for people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mien.cli.evals.options import AsJson, Data, Labels, Runs, Task, labels_of, setup_of
from mien.cli.output import advise, result, result_json


def report(
    runs: Runs,
    task: Task = "",
    data: Data = None,
    label: Labels = None,
    out: Annotated[
        list[Path] | None, typer.Option("--out", help="Write .html, .json or .csv; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw a table for every score that means something of its own."""
    from mien.evals.boards.report import render_terminal, write_boards
    from mien.evals.boards.report.files import check_form
    from mien.evals.boards.tables import boards_of

    for path in out or ():
        check_form(path)
    found = boards_of(runs, task=task, setup=setup_of(data), labels=labels_of(label))
    for path in out or ():
        write_boards(found, path)
        advise(f"wrote {path}")
    if as_json:
        for board in found:
            result_json(board.to_dict())
        return
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    plain = not encoding.startswith("utf")
    result(render_terminal(found, color=sys.stdout.isatty(), plain=plain))
