"""One source into one file of readings: the work that engines do many times."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from mien.core.errors import MienError, SourceError, UnreadableSource
from mien.media import Chat
from mien.reader.chats import chats_in
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
        chat: Number of the chat if the file is an export of chats.
    """

    key: str
    number: int
    name: str
    path: Path
    shard: Path
    is_promising: bool = True
    chat: int | None = None


class Shard(NamedTuple):
    """What reading a source gave; the readings themselves are in its file.

    Attributes:
        readings: How many.
        bytes: Size of the file.
        failed: Why it could not be read to its end; None if it was.
        is_source: Whether it is a source at all, and not just another file in the folder.
        notes: What a person should know, such as that words are missing.
    """

    readings: int
    bytes: int
    failed: str | None = None
    is_source: bool = True
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
    _listed: dict[Path, tuple[Chat, ...]] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, task: Task) -> Shard:
        """The shard of a source.

        Raises:
            MienError: If something is wrong that is no fault of the source, such as a full disk
                or missing weights.
        """
        reading: Pass | None = None
        failed: str | None = None
        try:
            reading = Pass(
                source_of(task, self.options, self._listed), self.options, name=task.name
            )
            for _ in reading:
                pass
        except SourceError as error:
            failed = error.reason
        except MienError:
            raise
        except Exception as error:  # noqa: BLE001 - one hostile file must not end the others
            _log.debug("%s", task.name, exc_info=error)
            failed = f"unexpected {type(error).__name__}: {error}"
        return self._shard(task, reading, failed)

    def _shard(self, task: Task, reading: Pass | None, failed: str | None) -> Shard:
        if reading is None:
            # A `.docx` or a letter among recordings is no alarm, an unreadable `.wav` is.
            return self.lost(task, failed or "", is_source=task.is_promising)
        timeline = reading.timeline()
        if failed is not None:
            if not len(timeline):
                return self.lost(task, failed)
            timeline = timeline.join(_lost(task, failed))
        return self._written(task, timeline, failed)._replace(notes=reading.notes)

    def lost(self, task: Task, failed: str, *, is_source: bool = True) -> Shard:
        """The shard of a source that gave nothing, which is only listed among what was skipped."""
        return self._written(task, _lost(task, failed), failed)._replace(is_source=is_source)

    def _written(self, task: Task, timeline: Timeline, failed: str | None) -> Shard:
        if self.private:
            timeline = Veil([task.name], first=task.number).timeline(timeline)
            failed = timeline.skipped[-1].reason if failed is not None else None
        write_timeline(timeline, task.shard)
        return Shard(len(timeline), task.shard.stat().st_size, failed)


def source_of(task: Task, options: Options, listed: dict[Path, tuple[Chat, ...]]) -> Path | Chat:
    """What a task names: a file, or a chat of an export.

    Args:
        task: Whose source is wanted.
        options: Say how dates are to be read.
        listed: The chats of the last export; kept by the caller for the next task.

    Raises:
        SourceError: If the export cannot be read, or has changed meanwhile.
    """
    if task.chat is None:
        return task.path
    if task.path not in listed:
        # Chats of one export follow each other, and listing it means reading it.
        listed.clear()
        listed[task.path] = chats_in(task.path, options)
    chats = listed[task.path]
    if task.chat > len(chats):
        raise UnreadableSource(task.path, "it changed while it was read")
    return chats[task.chat - 1]


def _lost(task: Task, failed: str) -> Timeline:
    return Timeline.of_readings((), skipped=[Skipped(source=task.name, where="", reason=failed)])
