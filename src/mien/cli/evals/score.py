"""`mien evals score`: what runs come to by their task's own rule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mien.cli.evals.asking import Sets, asked_setup
from mien.cli.evals.options import AsJson, Data, Runs
from mien.cli.output import result, result_json


def score(
    task: Annotated[str, typer.Argument(help="Such as eq_bench; `mien evals list` names all.")],
    runs: Runs,
    data: Data = None,
    given: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Score stored runs again, from their answers."""
    from mien.evals.boards.tables import score_files

    found = score_files(task, runs, asked_setup(data, None, given))
    for one in found:
        if as_json:
            result_json(one)
    if not as_json:
        # Scores of several names, such as those of other judges, must not look like one column.
        is_mixed = len({one["task"] for one in found}) > 1
        names = [_name(one, is_mixed) for one in found]
        width = max(map(len, names))
        for name, one in zip(names, found, strict=True):
            result(_line(name.ljust(width), one))


def _name(one: dict[str, Any], is_mixed: bool) -> str:
    of_run = f"{Path(one['file']).name}: {one['model']}"
    return f"{of_run}, {one['task']}" if is_mixed else of_run


def _line(name: str, one: dict[str, Any]) -> str:
    if one["score"] is None:
        return f"{name}  no score: {one['why_none']}"
    low, high = one["ci"]
    between = "" if low is None else f"  [{low:.2f}, {high:.2f}]"
    stated = "" if one["stated"] is None else f"  stated {one['stated']:.2f}"
    return f"{name}  {one['score']:7.2f}{between}  {one['parseable']} of {one['n']}{stated}"
