"""Many past conversations through the guard: each once, however often this is called or killed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mien.guard.scan.chance import accuracy_of
from mien.guard.scan.result import About, Scan
from mien.guard.scan.watching import ScanShard, Watch
from mien.reader.folder import nothing_in
from mien.reader.ledger import Entry, Ledger
from mien.reader.options import Options
from mien.reader.run import LedgerRun
from mien.reader.sources import Where, find_sources
from mien.timeline import Skipped


class ScanRun(LedgerRun):
    """One run over files, folders and exports of chats, with a ledger of what is done.

    >>> with ScanRun(["chats.jsonl"], Path("chats.ledger"), Watch()) as run:  # doctest: +SKIP
    ...     for done in run.read(Here()): print(done.name)
    ...     write_scan(run.result(), "report.html")
    """

    def __init__(
        self,
        sources: Sequence[Where],
        ledger: Path,
        watch: Watch,
        *,
        private: bool = False,
        leave_out: Sequence[Path] = (),
    ) -> None:
        """List the conversations and open the ledger.

        Args:
            sources: Files, folders and exports.
            ledger: Folder of the ledger; made if it is not there.
            watch: How conversations are looked at.
            private: Whether words, titles and names are left out everywhere.
            leave_out: Files and folders that are no sources, such as the outputs.

        Raises:
            SourceError: If a folder cannot be listed or holds nothing to read, or the ledger is
                damaged.
            ConfigError: If the ledger was begun under other options, is in use, or cannot be
                written.
            DecoderError: If the detectors' weights cannot be had.
        """
        observer = watch.observer()
        identity = watch.identity(observer.name, private=private)
        listing = find_sources(sources, [*leave_out, ledger], Options())
        if not listing.found:
            raise nothing_in(sources, listing)
        self._about = About(
            policy=watch.policy.id,
            by=observer.name,
            mode=watch.mode.value,
            private=private,
            accuracy=accuracy_of(observer),
        )
        opened = Ledger(ledger, identity, ending=".jsonl")
        super().__init__(listing, opened, ScanShard(watch, private), private=private)

    def result(self) -> Scan:
        """All that was scanned by now, in this run and before."""
        entries = self.entries
        shards = [self._ledger.shard(entry.key) for entry in entries if entry.failed is None]
        failed = [entry for entry in entries if entry.failed is not None]
        lost = [_skipped(entry, private=self._private) for entry in failed if entry.is_source]
        others = [_skipped(entry, private=self._private) for entry in failed if not entry.is_source]
        return Scan(shards, lost, [*self.skipped, *others], self._about)


def _skipped(entry: Entry, *, private: bool) -> Skipped:
    # A reason may quote the name of the file.
    reason = "could not be read" if private or entry.failed is None else entry.failed
    return Skipped(source=entry.source, where="", reason=reason)
