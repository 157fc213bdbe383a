"""`mien evals lint`: whether personas are fit for the live bench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.output import advise, result, result_json


def lint(
    folder: Annotated[Path, typer.Argument(help="With one persona a file.", metavar="DIR")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one finding a line.")] = False,
) -> None:
    """Check the personas of a folder before they are used."""
    from mien.evals.tasks.live.folder import read_all
    from mien.evals.tasks.live.lint import Level
    from mien.evals.tasks.live.lint import lint as check

    found = check(folder)
    for one in found:
        if as_json:
            result_json({"file": one.file, "level": one.level.value, "message": one.message})
        else:
            result(str(one))
    people = sum(one.persona is not None for one in read_all(folder))
    errors = sum(one.level is Level.ERROR for one in found)
    advise(f"{people} personas, {errors} errors, {len(found) - errors} warnings in {folder}")
    if errors:
        raise typer.Exit(1)
