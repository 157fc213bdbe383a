"""One run over many sources with a ledger: what is missing is done, and nothing twice."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from mien.media.folder import Listing
from mien.reader.engines import Engine
from mien.reader.identity import key_of
from mien.reader.ledger import Entry, Ledger
from mien.reader.private import Veil
from mien.reader.shard import Shard, Task
from mien.timeline.origin import Skipped

DIED = (
    "reading it ended the process that read it, twice: it is damaged, or asks for too much memory"
)


class Keeper(Protocol):
    """Work that keeps what it found of a source in the source's shard."""

    def __call__(self, task: Task, /) -> Shard:
        """The shard of a source."""

    def lost(self, task: Task, failed: str, *, is_source: bool = True) -> Shard:
        """The shard of a source that gave nothing."""


class Done(NamedTuple):
    """A source that was just read.

    Attributes:
        name: Of the source, as it is on disk; for a private chat, what stands for it.
        shard: What is kept of it.
        outcome: How much that is, and why it failed if it did.
    """

    name: str
    shard: Path
    outcome: Shard


class LedgerRun:
    """One run over sources, with a ledger of what is done.

    Used as a context, in which no other run may use the ledger; iterating does what is missing.

    Attributes:
        found: All sources, in order.
        missing: Those that this run has to read: they are new, changed, or failed before.
    """

    def __init__(self, listing: Listing, ledger: Ledger, work: Keeper, *, private: bool) -> None:
        """Find out what is missing.

        Args:
            listing: The sources.
            ledger: Opened; closed at the end of the context.
            work: Reads a source and keeps what it found.
            private: Whether names are left out of the ledger.
        """
        self._listing = listing
        self._ledger = ledger
        self._work = work
        self._private = private
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
        """The shards of sources that were read before and need not be read again."""
        again = {task.key for task in self.missing}
        return [self._ledger.shard(key) for key in self._keys.values() if key not in again]

    @property
    def entries(self) -> list[Entry]:
        """What became of each source by now, in this run and before, in order."""
        known = (self._ledger.entry(key) for key in self._keys.values())
        return [entry for entry in known if entry is not None]

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
        with closing(engine.map(self._work, self.missing)) as answers:
            for task, shard in answers:
                outcome = shard if shard is not None else self._work.lost(task, DIED)
                entry = self._entry(task, outcome)
                self._ledger.add(entry)
                # The name of a file is the user's own to see, a title is what was talked about.
                is_hidden = self._private and task.chat is not None
                yield Done(entry.source if is_hidden else task.name, task.shard, outcome)

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
