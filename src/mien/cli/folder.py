"""`mien read` over folders: many files, several processes, one ledger."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mien.cli.output import advise, hush, result, result_json
from mien.cli.outputs import Outputs
from mien.core.errors import MienError

if TYPE_CHECKING:
    from mien.reader import Corpus, Done, FolderRun, Options
    from mien.reader.engines import Engine
    from mien.timeline import Skipped

FEW = 8
"""Files left out that are named on stderr; of more, only how many there are."""

SHOWN = 3
"""Sources that are shown in the terminal; of more, only how many there are."""


def read_folders(
    sources: Sequence[str],
    options: Options,
    outputs: Outputs,
    jobs: int,
    *,
    private: bool,
    as_json: bool,
) -> int:
    """Read what is missing and write everything.

    Returns:
        The exit code: 0 all read, 1 some failed, 2 all failed or not written, 130 interrupted.

    Raises:
        MienError: If something is wrong that is no fault of one source.
    """
    from mien.reader import FolderRun
    from mien.reader.engines import Local

    engine = Local(jobs)
    left_out = outputs.written
    with (
        _ledger(outputs) as ledger,
        FolderRun(sources, ledger, options, private=private, leave_out=left_out) as run,
    ):
        _say_skipped(run.skipped)
        listener = _Listener(run, has_outputs=bool(outputs), as_json=as_json)
        is_whole = _read(run, engine, listener)
        corpus = run.corpus()
        is_written = outputs.write(corpus, partial(_report, corpus))
        if not as_json:
            _show(corpus, listener.read)
    if not is_whole:
        return 130
    if not is_written or len(corpus.failed) == len(corpus):
        return 2
    return 1 if corpus.failed else 0


@contextmanager
def _ledger(outputs: Outputs) -> Iterator[Path]:
    """Beside the first output; without one, where it is gone afterwards."""
    asked = outputs.asked
    if asked:
        yield asked[0].with_name(f"{asked[0].name}.ledger")
        return
    with tempfile.TemporaryDirectory(prefix="mien-") as folder:
        yield Path(folder) / "readings.ledger"


class _NobodyListens(BaseException):
    """Ends the work as Ctrl-C does; no fault of a source."""


class _Listener:
    """Hears of every source that was read, and tells the person.

    Attributes:
        read: How many sources there were.
    """

    def __init__(self, run: FolderRun, *, has_outputs: bool, as_json: bool) -> None:
        self.read = 0
        self._said: set[str] = set()
        self._has_outputs = has_outputs
        self._prints = as_json
        for shard in run.kept if as_json else ():
            self._print(shard)

    def hear(self, done: Done) -> None:
        """Say what is new about it; a note that concerns many sources is said once."""
        self.read += done.outcome.is_source
        for note in done.outcome.notes:
            if note not in self._said:
                self._said.add(note)
                advise(f"note: {note}")
        if done.outcome.failed is not None:
            what = "mien: cannot read" if done.outcome.is_source else "left out:"
            advise(f"{what} {done.name}: {done.outcome.failed}")
        self._print(done.shard)

    def _print(self, shard: Path) -> None:
        from mien.timeline import plain_reading, read_timeline

        if not self._prints:
            return
        try:
            for reading in read_timeline(shard):
                result_json(plain_reading(reading))
        except BrokenPipeError:
            # Whoever listened has enough; files may still be wanted.
            hush()
            self._prints = False
            if not self._has_outputs:
                raise _NobodyListens from None


def _read(run: FolderRun, engine: Engine, listener: _Listener) -> bool:
    """Whether all was read, and not interrupted."""
    from mien.core.progress import bar

    done = 0
    try:
        with (
            bar(f"{len(run.missing):,} sources", len(run.missing), sys.stderr) as report,
            closing(run.read(engine)) as reading,
        ):
            for done, outcome in enumerate(reading, start=1):
                listener.hear(outcome)
                report(done)
    except KeyboardInterrupt:
        advise(f"interrupted: what was read is kept; not read: {len(run.missing) - done:,} sources")
        return False
    except _NobodyListens:
        return True
    except MienError:
        advise(f"stopped after {done:,} sources, which are kept: the same command goes on there")
        raise
    return True


def _report(corpus: Corpus, path: Path) -> None:
    from mien.report import write_reports

    write_reports(path, corpus)


def _say_skipped(skipped: Sequence[Skipped]) -> None:
    for skip in skipped[:FEW]:
        times = f" ({skip.count:,} times)" if skip.count > 1 else ""
        advise(f"left out: {skip.source}: {skip.reason}{times}")
    if len(skipped) > FEW:
        advise(f"left out: {len(skipped) - FEW:,} more, which reports list")


def _show(corpus: Corpus, read: int) -> None:
    from mien.charts.numbers import count
    from mien.cli.read import show

    if 0 < len(corpus) <= SHOWN:
        show(corpus.timeline())
    before = len(corpus) - read
    known = f", {before:,} of them in an earlier run" if before else ""
    failed = f"; {len(corpus.failed):,} could not be read" if corpus.failed else ""
    result(f"{count(len(corpus), 'source')}{known}{failed}")
