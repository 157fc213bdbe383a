"""The readings of many sources, a file each, one at a time in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mien.timeline.files import read_timeline
from mien.timeline.origin import Skipped
from mien.timeline.timeline import Timeline


class Corpus:
    """What a folder holds, read; iterating gives a timeline a source, as often as wished.

    >>> for timeline in corpus: print(timeline.sources, len(timeline))  # doctest: +SKIP
    >>> write_timelines(corpus, "readings.parquet")                     # doctest: +SKIP

    Attributes:
        names: Of the sources that were read, in order.
        failed: Names of those that could not be read to their end.
        skipped: Files of the folder that are no sources, with the reason.
    """

    def __init__(
        self,
        shards: Sequence[Path],
        names: Sequence[str],
        failed: Sequence[str],
        skipped: Sequence[Skipped],
    ) -> None:
        """Nothing is opened yet.

        Args:
            shards: A Parquet file a source, in order, and one a file that is none.
            names: Of the sources.
            failed: Those of the names that could not be read to their end.
            skipped: What is no source.
        """
        self._shards = tuple(shards)
        self.names = tuple(names)
        self.failed = tuple(failed)
        self.skipped = tuple(skipped)

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[Timeline]:
        """What was skipped, in a timeline of its own, then every source."""
        if self.skipped:
            yield Timeline.of_readings((), skipped=self.skipped)
        for shard in self._shards:
            yield read_timeline(shard)

    def timeline(self) -> Timeline:
        """All of it at once, in memory."""
        return Timeline.of_readings(()).join(*self)
