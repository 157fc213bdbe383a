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
        width = max(len(_name(one)) for one in found)
        for one in found:
            result(_line(one, width))


def _name(one: dict[str, Any]) -> str:
    return f"{Path(one['file']).name}: {one['model']}"


def _line(one: dict[str, Any], width: int) -> str:
    name = _name(one).ljust(width)
    if one["score"] is None:
        return f"{name}  no score: {one['why_none']}"
    low, high = one["ci"]
    between = "" if low is None else f"  [{low:.2f}, {high:.2f}]"
    stated = "" if one["stated"] is None else f"  stated {one['stated']:.2f}"
    return f"{name}  {one['score']:7.2f}{between}  {one['parseable']} of {one['n']}{stated}"
