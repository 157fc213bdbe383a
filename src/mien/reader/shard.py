"""One source into one file of readings: the work that engines do many times."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mien.core.errors import MienError, SourceError
from mien.reader.options import Options
from mien.reader.passes import Pass
from mien.reader.private import Veil
from mien.timeline.files import write_timeline
from mien.timeline.origin import Skipped
from mien.timeline.timeline import Timeline

_log = logging.getLogger("mien.reader")


class Task(NamedTuple):
    """A source to be read.

    Attributes:
        key: Of the source as it is now.
        number: Its place, from 1.
        name: What readings carry, unless they are private.
        path: Where it is.
        shard: Where its readings go.
        is_promising: Whether its name, or whoever named it, says that it can be read.
    """

    key: str
    number: int
    name: str
    path: Path
    shard: Path
    is_promising: bool = True


class Shard(NamedTuple):
    """What reading a source gave; the readings themselves are in its file.

    Attributes:
        readings: How many.
        bytes: Size of the file.
        failed: Why it could not be read to its end; None if it was.
        notes: What a person should know, such as that words are missing.
    """

    readings: int
    bytes: int
    failed: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadShard:
    """Reads a source and writes its readings as Parquet, whatever became of it.

    Attributes:
        options: Of every source.
        private: Whether words, names, sound and pictures are left out, before anything is written.
    """

    options: Options
    private: bool = False

    def __call__(self, task: Task) -> Shard:
        """The shard of a source.

        Raises:
            MienError: If something is wrong that is no fault of the source, such as a full disk
                or missing weights.
        """
        timeline, failed, notes = self._read(task)
        return write_shard(task, timeline, failed, notes, private=self.private)

    def _read(self, task: Task) -> tuple[Timeline, str | None, tuple[str, ...]]:
        reading: Pass | None = None
        try:
            reading = Pass(task.path, self.options, name=task.name)
            for _ in reading:
                pass
        except SourceError as error:
            failed = error.reason
        except MienError:
            raise
        except Exception as error:  # noqa: BLE001 - one hostile file must not end the others
            _log.debug("%s", task.name, exc_info=error)
            failed = f"unexpected {type(error).__name__}: {error}"
        else:
            return reading.timeline(), None, reading.notes
        kept = reading.timeline() if reading is not None else Timeline.of_readings(())
        # A source that gave nothing is only listed among what was skipped, as everywhere.
        return kept if len(kept) else Timeline.of_readings(()), failed, ()


def write_shard(
    task: Task,
    timeline: Timeline,
    failed: str | None,
    notes: tuple[str, ...] = (),
    *,
    private: bool,
) -> Shard:
    """Write what was read of a source, with why it failed.

    Raises:
        ConfigError: If there is no room.
    """
    if failed is not None:
        lost = Skipped(source=task.name, where="", reason=failed)
        timeline = timeline.join(Timeline.of_readings((), skipped=[lost]))
    if private:
        timeline = Veil([task.name], first=task.number).timeline(timeline)
        failed = timeline.skipped[-1].reason if failed is not None else None
    write_timeline(timeline, task.shard)
    return Shard(len(timeline), task.shard.stat().st_size, failed, notes)
