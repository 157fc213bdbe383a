"""The command `mien`: its options, its commands, and what an error looks like."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from mien.cli import doctor, evals, guard, models
from mien.cli.listen import listen
from mien.cli.output import advise, hush, result
from mien.cli.proxy import proxy
from mien.cli.rate import rate
from mien.cli.read import read
from mien.cli.situate import situate
from mien.core.errors import MienError

app = typer.Typer(
    help="Read emotion in voices, faces and words, offline, and say how sure.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=True,
)
app.command()(read)
app.command()(situate)
app.command()(listen)
app.command()(rate)
app.command()(proxy)
app.command()(doctor.doctor)
app.add_typer(models.app, name="models")
app.add_typer(evals.app, name="evals")
app.add_typer(guard.app, name="guard")


def _print_version(wanted: bool) -> None:
    if wanted:
        from mien import __version__

        result(f"mien {__version__}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks and logs.")] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Read emotion in voices, faces and words, offline, and say how sure."""
    logging.basicConfig(level=logging.DEBUG if debug else logging.ERROR)
    if debug:
        # Where main() looks for it: typer gives the flag to nobody else.
        os.environ["MIEN_DEBUG"] = "1"


def main() -> None:
    """Run the command line; a `MienError` becomes one line on stderr and exit code 2."""
    try:
        app()
    except MienError as error:
        if os.environ.get("MIEN_DEBUG"):
            raise
        advise(f"mien: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        advise("mien: interrupted")
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read us has enough, as in `mien read a.wav --json | head`.
        hush()
        sys.exit(0)
    except Exception as error:
        if os.environ.get("MIEN_DEBUG"):
            raise
        logging.getLogger("mien").debug("unexpected", exc_info=error)
        advise(
            f"mien: unexpected {type(error).__name__}: {error} "
            "(a fault of Mien's: run again with --debug and report it)"
        )
        sys.exit(2)
