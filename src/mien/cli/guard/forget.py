"""`mien guard forget`: what a store keeps of somebody, erased."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mien.cli.output import result, result_json
from mien.core.errors import ConfigError


def forget(
    store: Annotated[
        Path, typer.Argument(metavar="STORE", help="The file that a guard keeps its cases in.")
    ],
    person: Annotated[
        str | None, typer.Option(help="All conversations of a person.", metavar="ID")
    ] = None,
    conversation: Annotated[str | None, typer.Option(help="One.", metavar="ID")] = None,
    before: Annotated[
        str | None,
        typer.Option(help="All whose last turn is older than a day.", metavar="YYYY-MM-DD"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the number as JSON.")] = False,
) -> None:
    """Erase what a store keeps, so that no byte of it is left in the file or its log."""
    from mien.guard import FileStore

    if sum(one is not None for one in (person, conversation, before)) != 1:
        raise ConfigError("say what to forget: --person, --conversation or --before, one of them")
    if not store.is_file():
        raise ConfigError(f"no store is at {store}")
    day = _day(before) if before is not None else None
    opened = FileStore(store)
    try:
        if person is not None:
            n = opened.forget(person)
        elif conversation is not None:
            n = int(opened.forget_conversation(conversation))
        else:
            n = opened.forget_before(day) if day is not None else 0
    finally:
        opened.close()
    if as_json:
        result_json({"forgotten": n})
    else:
        result(f"{n:,} conversation{'' if n == 1 else 's'} forgotten")


def _day(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--before {text!r} is no day, such as 2026-11-01") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
