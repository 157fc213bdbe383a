"""Options that commands of the guard share."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.output import advise
from mien.core.errors import ConfigError

if TYPE_CHECKING:
    from mien.guard import Person, Resource

_CODE = re.compile(r"[A-Za-z]{2}\Z")

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


def need_folder(path: Path) -> None:
    """Make sure that a file can be written there, before the work and not after it.

    Raises:
        ConfigError: If its folder is not there.
    """
    if not path.parent.is_dir():
        raise ConfigError(f"cannot write {path}: no folder {path.parent} to write to")


def person_of(*, minor: bool, country: str | None, language: str) -> Person:
    """The user, as options tell of them.

    Raises:
        ConfigError: If a code is none: nobody would ever be offered there, and nobody told why.
    """
    from mien.guard import Person

    if country is not None and not _CODE.match(country):
        raise ConfigError(f"--country is a code of two letters, such as US, not {country!r}")
    if not _CODE.match(language):
        raise ConfigError(f"--language is a code of two letters, such as en, not {language!r}")
    country = country.upper() if country else None
    return Person(minor=minor, country=country, language=language.lower())


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
