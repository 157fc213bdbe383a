"""`--people`, `--speakers` and `--name`: who is in a recording, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mien.core.errors import ConfigError

People = Annotated[
    int | None,
    typer.Option("--people", help="How many speak; 1 never tells voices apart.", metavar="N"),
]
Voices = Annotated[
    Path | None,
    typer.Option("--speakers", help="Who speaks when, such as a .rttm.", metavar="FILE"),
]
Names = Annotated[
    list[str] | None,
    typer.Option(
        "--name",
        help="What a voice or face is called, such as 'Voice 1=Ana'; may be repeated.",
        metavar="LABEL=NAME",
    ),
]


def names_of(given: Sequence[str] | None) -> dict[str, str]:
    """Names by label.

    Raises:
        ConfigError: If one is no `LABEL=NAME`, or a label has two names.
    """
    found: dict[str, str] = {}
    for one in given or ():
        label, equals, name = (part.strip() for part in one.partition("="))
        if not (equals and label and name):
            raise ConfigError(f"--name takes LABEL=NAME, such as 'Voice 1=Ana', not {one!r}")
        if found.setdefault(label, name) != name:
            raise ConfigError(f"--name gives {label!r} two names: {found[label]!r} and {name!r}")
    return found
