"""Folders of sources: what is missing is read, by several processes, and nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mien.core.errors import SourceNotFound
from mien.media.folder import Listing
from mien.reader.corpus import Corpus
from mien.reader.engines import Here, Local
from mien.reader.identity import wishes
from mien.reader.ledger import Ledger
from mien.reader.options import Options
from mien.reader.run import Done, LedgerRun
from mien.reader.shard import ReadShard
from mien.reader.sources import Where, find_sources

__all__ = ["Done", "FolderRun", "nothing_in", "read_folder"]


class FolderRun(LedgerRun):
    """One run over files and folders, with a ledger of what is done."""

    def __init__(
        self,
        sources: Sequence[Where],
        ledger: Path,
        options: Options,
        *,
        private: bool = False,
        leave_out: Sequence[Path] = (),
    ) -> None:
        """List the sources and open the ledger.

        Args:
            sources: Files and folders.
            ledger: Folder of the ledger; made if it is not there.
            options: Of every source.
            private: Whether words, names, sound and pictures are left out everywhere.
            leave_out: Files and folders that are no sources, such as the outputs.

        Raises:
            SourceError: If a folder cannot be listed or holds nothing to read, or the ledger is
                damaged.
            ConfigError: If the ledger was begun under other options, is in use, or cannot be
                written.
            DecoderError: If a decoder cannot be had.
        """
        identity = wishes(options, private=private)
        listing = find_sources(sources, [*leave_out, ledger], options)
        if not listing.found:
            raise nothing_in(sources, listing)
        super().__init__(
            listing, Ledger(ledger, identity), ReadShard(options, private), private=private
        )

    def corpus(self) -> Corpus:
        """All that was read by now, in this run and before."""
        entries = self.entries
        return Corpus(
            [self._ledger.shard(entry.key) for entry in entries],
            [entry.source for entry in entries if entry.is_source],
            [entry.source for entry in entries if entry.is_source and entry.failed is not None],
            self.skipped,
        )


def read_folder(
    sources: Where | Sequence[Where],
    ledger: str | Path,
    options: Options | None = None,
    *,
    jobs: int | None = None,
    private: bool = False,
) -> Corpus:
    """Read files and folders, each file once, however often this is called or interrupted.

    >>> corpus = read_folder("interviews", "readings.ledger")  # doctest: +SKIP
    >>> write_timelines(corpus, "readings.parquet")            # doctest: +SKIP

    A file that cannot be read is among the corpus' `failed`; the others are read.

    Args:
        sources: A folder, a file, or several.
        ledger: Folder that holds what was read; the next call reads only what is new, changed
            or failed.
        options: As `prepare` gives them; by default all channels with their default decoders.
        jobs: Processes to read with, which is for scripts that keep their own work under
            `if __name__ == "__main__":`; None reads in this process.
        private: Whether words, names, sound and pictures are left out.

    Raises:
        SourceError: If a folder cannot be listed or holds nothing to read.
        ConfigError: If the ledger was begun under other options, is in use, or cannot be written.
        DecoderError: If a decoder cannot be had.
    """
    places = [sources] if isinstance(sources, (str, Path)) else list(sources)
    engine = Here() if jobs is None else Local(jobs)
    with FolderRun(places, Path(ledger), options or Options(), private=private) as run:
        for _ in run.read(engine):
            pass
        return run.corpus()


def nothing_in(sources: Sequence[Where], listing: Listing) -> SourceNotFound:
    """The error of sources that hold nothing to read."""
    names = ", ".join(str(source) for source in sources)
    others = sum(skip.count for skip in listing.skipped)
    held = f"; {others:,} other files, such as {listing.skipped[0].source}" if others else ""
    return SourceNotFound(names, f"no recording, photo, transcript or chat in it{held}")
