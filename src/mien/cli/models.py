"""`mien models`: weights of other publishers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.cli.output import advise, result, result_json

if TYPE_CHECKING:
    from mien.assets import Status

app = typer.Typer(
    help="Weights of other publishers: list, pull, import, verify, path, remove.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="As `mien models list` prints it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


@app.command("list")
def list_models(as_json: Json = False) -> None:
    """Say which there are, what they are for, under which licence, and which are here."""
    from mien.assets import listing

    for status in listing():
        if as_json:
            result_json(_plain(status))
            continue
        asset = status.asset
        result(f"{asset.name}: {status.state}, {asset.bytes / 1e6:.1f} MB, {asset.licence}")
        result(f"  {asset.title}")
        result(f"  {asset.use}")


@app.command()
def pull(name: Name, as_json: Json = False) -> None:
    """Fetch it from its publisher, after saying what it is; a cut pull goes on."""
    from mien.assets import Manner
    from mien.assets import pull as fetch

    _done(name, fetch(name, Manner(tell=advise, progress=_progress())), as_json)


@app.command("import")
def import_model(
    name: Name,
    source: Annotated[Path, typer.Argument(help="A file, or a folder that holds it.")],
    as_json: Json = False,
) -> None:
    """Take it from files carried here by hand; they are known by their hash."""
    from mien.assets import import_files

    _done(name, import_files(name, source), as_json)


@app.command()
def verify(name: Name, as_json: Json = False) -> None:
    """Hash its files; a damaged one is moved aside."""
    from mien.assets import verify as check

    _done(name, check(name), as_json)


@app.command()
def path(name: Name, as_json: Json = False) -> None:
    """Print where its main file lies."""
    from mien.assets import path as find

    _done(name, find(name), as_json)


@app.command()
def remove(name: Name, as_json: Json = False) -> None:
    """Delete it from this machine."""
    from mien.assets import remove as delete

    was_here = delete(name)
    if as_json:
        result_json({"name": name, "removed": was_here})
    else:
        advise(f"{name}: removed" if was_here else f"{name}: was not here")


def _done(name: str, held: Path, as_json: bool) -> None:
    if as_json:
        result_json({"name": name, "path": str(held)})
    else:
        result(str(held))


def _plain(status: Status) -> dict[str, Any]:
    asset = status.asset
    return {
        "name": asset.name,
        "title": asset.title,
        "use": asset.use,
        "state": status.state,
        "path": str(status.path) if status.path else None,
        "repository": asset.repository,
        "revision": asset.revision,
        "bytes": asset.bytes,
        "sha256": [file.sha256 for file in asset.files],
        "licence": asset.licence,
        "commercial": asset.commercial,
        "notice": asset.notice,
        "citation": asset.citation,
        "memory_mb": asset.memory_mb,
    }


def _progress() -> Any:
    """A line for each tenth; on a terminal it is rewritten in place."""
    import sys

    told = -1

    def show(done: int, total: int) -> None:
        nonlocal told
        tenth = 10 * done // total
        if tenth > told and sys.stderr.isatty():
            told = tenth
            ending = "\n" if done >= total else ""
            sys.stderr.write(f"\r  {done / 1e6:.1f} of {total / 1e6:.1f} MB{ending}")
            sys.stderr.flush()

    return show
