"""Options that commands of the guard share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.output import advise

if TYPE_CHECKING:
    from mien.guard import Resource

Policy = Annotated[
    str,
    typer.Option(
        help="When to step in: a policy that ships, +presets, or a .toml.", metavar="NAME|FILE"
    ),
]
Mode = Annotated[
    str, typer.Option(help="How much is carried out.", metavar="observe|advise|enforce")
]
Minor = Annotated[bool, typer.Option("--minor", help="The user is known to be a minor.")]
Country = Annotated[
    str | None, typer.Option(help="Where the user is, to offer services there.", metavar="CODE")
]
Language = Annotated[str, typer.Option(help="Of notices to the user.", metavar="CODE")]
Resources = Annotated[
    Path | None, typer.Option(help="A .toml of people and services to offer.", metavar="FILE")
]


def resources_of(path: Path | None) -> tuple[Resource, ...]:
    """The operator's list, with a note if its last check is too old.

    Raises:
        ConfigError: If it cannot be used.
    """
    from mien.guard.resources import read_resources, stale

    if path is None:
        return ()
    found = read_resources(path)
    old = stale(found, date.today())
    if old:
        named = ", ".join(one.id for one in old)
        advise(f"note: not checked for half a year, or in the future: {named} (in {path})")
    return found
