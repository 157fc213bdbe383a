"""`mien evals list` and `info`: which tasks there are, and what a score of each means."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.evals.options import AsJson
from mien.cli.output import result, result_json

if TYPE_CHECKING:
    from mien.evals.info import TaskInfo


def list_tasks(as_json: AsJson = False) -> None:
    """List the tasks that a model can be run on."""
    from mien.evals.catalogue import all_benches

    for bench in all_benches():
        info = bench.info
        if as_json:
            result_json(asdict(info))
            continue
        needs = f"; needs {', '.join(info.roles)}" if info.roles else ""
        result(f"{info.name:18} {info.title} ({info.scale}{needs})")


def info(
    task: Annotated[str, typer.Argument(help="A task, as `mien evals list` names it.")],
    as_json: AsJson = False,
) -> None:
    """Say what a task measures, by which rules, under which licence."""
    from mien.evals.catalogue import find

    told = find(task).info
    if as_json:
        result_json(asdict(told))
        return
    result(f"{told.name} {told.version}: {told.title}")
    for name, value in _lines(told):
        result(f"  {name:14} {value}")


def _lines(told: TaskInfo) -> list[tuple[str, str]]:
    lines = [
        ("measures", told.measures),
        ("score", f"{told.main_score}, {told.scale}"),
        ("roles", ", ".join(told.roles) or "none: no judge, no simulated user"),
        ("languages", ", ".join(told.languages)),
        ("turns", str(told.turns)),
        ("items", told.asset or "written for Mien"),
        ("licence", told.licence),
        ("contamination", told.contamination),
        ("pairs", f"runs are compared by {told.pairs}" if told.pairs else ""),
        ("cite", told.citation),
    ]
    return [(name, value) for name, value in lines if value]
