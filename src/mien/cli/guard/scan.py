"""`mien guard scan`: past conversations in the order of their risk."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from mien.cli.guard.options import (
    Country,
    Language,
    Minor,
    Mode,
    Policy,
    Resources,
    person_of,
    resources_of,
)
from mien.cli.output import advise, result
from mien.cli.replaceable import is_input
from mien.cli.serving import Forced, Judge
from mien.core.errors import ConfigError, MienError

if TYPE_CHECKING:
    from mien.guard.scan import Scan, ScanRun
    from mien.reader.engines import Engine

FEW = 8
"""Sources that cannot be read which are named on stderr; of more, only how many there are."""


def scan(
    sources: Annotated[
        list[str], typer.Argument(help="Chats, exports of them, or folders of either.")
    ],
    out: Annotated[
        list[Path] | None, typer.Option(help="Write .html, .parquet or .json; may be repeated.")
    ] = None,
    policy: Policy = "default",
    mode: Mode = "observe",
    minor: Minor = False,
    country: Country = None,
    language: Language = "en",
    resources: Resources = None,
    judge: Judge = None,
    force_uncalibrated: Forced = False,
    base_rate: Annotated[
        str,
        typer.Option(help="How many conversations are thought to go badly wrong.", metavar="P"),
    ] = "1/1300",
    top: Annotated[
        int, typer.Option(help="Conversations that a page holds in full.", min=0, metavar="N")
    ] = 50,
    private: Annotated[
        bool, typer.Option("--private", help="Leave out words, titles and names.")
    ] = False,
    jobs: Annotated[int, typer.Option(help="Processes that work.", min=1, metavar="N")] = 1,
) -> None:
    """Rank past conversations by risk and quote what raised it."""
    from mien.guard import Mode as Modes
    from mien.guard import load_policy
    from mien.guard.scan import ScanRun, Watch, WithJudge
    from mien.guard.scan.chance import rate_of
    from mien.guard.scan.watching import local
    from mien.reader.engines import Here, Local

    asked = out or []
    rate = rate_of(base_rate)
    _check(asked, sources)
    if mode not in list(Modes):
        raise ConfigError(f"mode must be one of {', '.join(Modes)}, not {mode!r}")
    watch = Watch(
        policy=load_policy(policy),
        mode=Modes(mode),
        person=person_of(minor=minor, country=country, language=language),
        resources=resources_of(resources),
        observer=WithJudge(judge, force_uncalibrated) if judge else local,
    )
    engine = Here() if jobs == 1 else Local(jobs)
    with (
        _ledger(asked) as ledger,
        ScanRun(sources, ledger, watch, private=private, leave_out=asked) as run,
    ):
        is_whole, new = _read(run, engine)
        found = run.result()
        is_written = _write(found, asked, top=top, base_rate=rate)
        _show(found, len(found) - new, rate)
    raise typer.Exit(_code(found, is_whole=is_whole, is_written=is_written))


def _check(asked: Sequence[Path], sources: Sequence[str]) -> None:
    """Refuse what cannot or must not be written before the work is done, not after.

    Raises:
        ConfigError: If an ending is unknown, a folder is missing, or a source would be replaced.
    """
    from mien.guard.scan import check_form

    for number, path in enumerate(asked):
        check_form(path)
        if path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
            reason = "it is a folder" if path.is_dir() else f"no folder {path.parent} to write to"
            raise ConfigError(f"cannot write {path}: {reason}")
        if path in asked[:number]:
            raise ConfigError(f"{path} is asked for twice")
        if any(is_input(path, Path(source)) for source in sources):
            raise ConfigError(f"{path} is what is being scanned: choose another name")


@contextmanager
def _ledger(asked: Sequence[Path]) -> Iterator[Path]:
    """Beside the first output; without one, where it is gone afterwards."""
    if asked:
        yield asked[0].with_name(f"{asked[0].name}.ledger")
        return
    with tempfile.TemporaryDirectory(prefix="mien-") as folder:
        yield Path(folder) / "scan.ledger"


class _Read(NamedTuple):
    """Whether all was scanned, and not interrupted; and how many conversations in this run."""

    is_whole: bool
    new: int


def _read(run: ScanRun, engine: Engine) -> _Read:
    from mien.core.progress import bar

    done = failed = new = 0
    n = len(run.missing)
    try:
        with (
            bar(f"{n:,} conversations", n, sys.stderr) as report,
            closing(run.read(engine)) as reading,
        ):
            for done, one in enumerate(reading, start=1):
                new += one.outcome.failed is None
                if one.outcome.failed is not None and (failed := failed + 1) <= FEW:
                    what = "mien: cannot read" if one.outcome.is_source else "left out:"
                    advise(f"{what} {one.name}: {one.outcome.failed}")
                report(done)
    except KeyboardInterrupt:
        advise(f"interrupted: what was scanned is kept; not scanned: {n - done:,} conversations")
        return _Read(is_whole=False, new=new)
    except MienError:
        advise(f"stopped after {done:,}, which are kept: the same command goes on there")
        raise
    if failed > FEW:
        advise(f"mien: {failed - FEW:,} more could not be read, which the report lists")
    return _Read(is_whole=True, new=new)


def _write(found: Scan, asked: Sequence[Path], *, top: int, base_rate: float) -> bool:
    """Write everything; one that fails leaves the others."""
    from mien.guard.scan import write_scan

    is_written = True
    for path in asked:
        try:
            write_scan(found, path, top=top, base_rate=base_rate)
        except MienError as error:
            advise(f"mien: {error}")
            is_written = False
        else:
            advise(f"wrote {path}")
    return is_written


def _show(found: Scan, before: int, base_rate: float) -> None:
    from mien.guard.scan.terminal import render_scan

    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    is_plain = not encoding.startswith("utf")
    result(render_scan(found, base_rate=base_rate, color=sys.stdout.isatty(), plain=is_plain))
    if before > 0:
        advise(f"{before:,} of them were scanned in an earlier run")


def _code(found: Scan, *, is_whole: bool, is_written: bool) -> int:
    if not is_whole:
        return 130
    if not is_written or not len(found):
        return 2
    return 1 if found.failed or found.tally.unjudged else 0
