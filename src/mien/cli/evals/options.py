"""What the commands of `mien evals` read from options in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.core.errors import ConfigError

if TYPE_CHECKING:
    from mien.evals.bench import Setup

Runs = Annotated[
    list[Path], typer.Argument(help="Logs of runs, published runs, or folders of logs.")
]
Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder with the published items.", metavar="DIR"),
]
Task = Annotated[
    str, typer.Option("--task", help="Whose published runs these are.", metavar="TASK")
]
Labels = Annotated[
    list[str] | None,
    typer.Option("--label", help="FILE=NAME: another name for a model; repeatable."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


def setup_of(data: Path | None) -> Setup:
    """Where items are.

    Raises:
        ConfigError: If the folder is none.
    """
    from mien.evals.bench import Setup

    if data is not None and not data.is_dir():
        raise ConfigError(f"--data {data} is no folder")
    return Setup(data=data)


def labels_of(given: Sequence[str] | None) -> dict[str, str]:
    """Names by file.

    Raises:
        ConfigError: If one is not FILE=NAME.
    """
    found = {}
    for text in given or ():
        file, _, name = text.rpartition("=")
        if not file or not name:
            raise ConfigError(f"--label {text!r} is not FILE=NAME")
        found[file] = name
    return found
