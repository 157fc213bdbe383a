"""`mien evals bundle` and `verify`: runs with their figures, to be made again by anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.evals.options import AsJson, Data, Labels, Runs, Task, labels_of, setup_of
from mien.cli.output import advise, result, result_json


def bundle(
    runs: Runs,
    out: Annotated[Path, typer.Option("--out", help="The archive.", metavar="FILE.zip")],
    task: Task = "",
    data: Data = None,
    label: Labels = None,
) -> None:
    """Make one archive of runs and every figure made of them."""
    from mien.evals.boards.bundling import bundle as write

    digest = write(runs, out, task=task, setup=setup_of(data), labels=labels_of(label))
    advise(f"wrote {out}; publish the digest of its manifest beside it")
    result(digest)


def verify(
    archive: Annotated[Path, typer.Argument(help="What `mien evals bundle` wrote.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make every figure of a bundle again, offline; exit 1 if one differs."""
    from mien.evals.boards.bundling import verify as check

    verdict = check(archive, setup_of(data))
    if as_json:
        result_json({"file": str(archive), **verdict._asdict()})
    elif verdict.differs:
        result(f"{archive} does not hold: {verdict.differs}")
    else:
        result(f"{archive} holds: {verdict.figures:,} figures made again, {verdict.digest}")
    if verdict.differs:
        raise typer.Exit(1)
