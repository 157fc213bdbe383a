"""Folders of sources: what is missing is read, by several processes, and nothing twice."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from mien.core.errors import SourceNotFound
from mien.media.folder import Listing
from mien.reader.corpus import Corpus
from mien.reader.engines import Engine, Here, Local
from mien.reader.identity import key_of, wishes
from mien.reader.ledger import Entry, Ledger
from mien.reader.options import Options
from mien.reader.private import Veil
from mien.reader.shard import ReadShard, Shard, Task
from mien.reader.sources import Where, find_sources
from mien.timeline.origin import Skipped

DIED = (
    "reading it ended the process that read it, twice: it is damaged, or asks for too much memory"
)


class Done(NamedTuple):
    """A source that was just read.

    Attributes:
        name: Of the source, as it is on disk; for a private chat, what stands for it.
        shard: Its readings.
        outcome: How many there are, and why it failed if it did.
    """

    name: str
    shard: Path
    outcome: Shard


class FolderRun:
    """One run over files and folders, with a ledger of what is done.

    Used as a context, in which no other run may use the ledger; iterating reads what is missing.

    Attributes:
        found: All sources, in order.
        missing: Those that this run has to read: they are new, changed, or failed before.
    """

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
            raise _nothing(sources, listing)
        self._options = options
        self._private = private
        self._listing = listing
        self._ledger = Ledger(ledger, identity)
        self.found = listing.found
        self._keys = {file: key_of(file) for file in listing.found}
        self.missing = tuple(self._tasks())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ledger.close()

    @property
    def kept(self) -> list[Path]:
        """The readings of sources that were read before and need not be read again."""
        again = {task.key for task in self.missing}
        return [self._ledger.shard(key) for key in self._keys.values() if key not in again]

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Files that are no sources, with the reason; unnamed if private."""
        if not self._private or not self._listing.skipped:
            return self._listing.skipped
        n = sum(skip.count for skip in self._listing.skipped)
        return (Skipped(source="other files", where="", reason="not read", count=n),)

    def read(self, engine: Engine) -> Generator[Done]:
        """Read what is missing; each source is safe on disk once it is told.

        Closing the generator ends the work at once.

        Raises:
            MienError: If something is wrong that is no fault of a source, such as a full disk;
                what was told is kept, and the next run goes on from there.
        """
        work = ReadShard(self._options, self._private)
        with closing(engine.map(work, self.missing)) as answers:
            for task, shard in answers:
                outcome = shard if shard is not None else work.lost(task, DIED)
                entry = self._entry(task, outcome)
                self._ledger.add(entry)
                # The name of a file is the user's own to see, a title is what was talked about.
                is_hidden = self._private and task.chat is not None
                yield Done(entry.source if is_hidden else task.name, task.shard, outcome)

    def corpus(self) -> Corpus:
        """All that was read by now, in this run and before."""
        known = [self._ledger.entry(key) for key in self._keys.values()]
        entries = [entry for entry in known if entry is not None]
        return Corpus(
            [self._ledger.shard(entry.key) for entry in entries],
            [entry.source for entry in entries if entry.is_source],
            [entry.source for entry in entries if entry.is_source and entry.failed is not None],
            self.skipped,
        )

    def _tasks(self) -> Iterator[Task]:
        number = self._ledger.next_number()
        for file, key in self._keys.items():
            entry = self._ledger.entry(key)
            if entry is not None and (entry.failed is None or not entry.is_source):
                continue
            place = entry.number if entry is not None else number
            number += entry is None
            shard = self._ledger.shard(key)
            promising = file.is_promising
            yield Task(key, place, file.name, file.path, shard, promising, file.chat)

    def _entry(self, task: Task, shard: Shard) -> Entry:
        return Entry(
            key=task.key,
            number=task.number,
            source=Veil(first=task.number).source(task.name) if self._private else task.name,
            readings=shard.readings,
            bytes=shard.bytes,
            failed=shard.failed,
            is_source=shard.is_source,
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


def _nothing(sources: Sequence[Where], listing: Listing) -> SourceNotFound:
    names = ", ".join(str(source) for source in sources)
    others = sum(skip.count for skip in listing.skipped)
    held = f"; {others:,} other files, such as {listing.skipped[0].source}" if others else ""
    return SourceNotFound(names, f"no recording, photo, transcript or chat in it{held}")
