"""Several sources, one after the other, into one timeline: a bad one spoils no other."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from mien.core.errors import MienError, SourceError
from mien.core.progress import CancelToken
from mien.media import Chat
from mien.reader.chats import Readable, spread
from mien.reader.options import Options
from mien.reader.passes import Pass
from mien.timeline.conversation import Conversation
from mien.timeline.origin import Skipped
from mien.timeline.reading import Reading
from mien.timeline.timeline import Timeline

_log = logging.getLogger("mien.reader")


def _quietly(reading: Pass) -> AbstractContextManager[Any]:
    return nullcontext()


def _unheard(reading: Reading) -> None:
    pass


class Batch:
    """Reads sources in order; what was read so far is a timeline at any time.

    Attributes:
        names: What stands for each source in readings, in order; an export is its chats.
        failed: The sources that could not be read to their end, with the reason.
    """

    def __init__(
        self,
        sources: Sequence[Readable],
        options: Options,
        *,
        cancel: CancelToken | None = None,
    ) -> None:
        """Name the sources; only exports are opened, and listed.

        Raises:
            ConfigError: If the options ask for a chat, and it is not clear which.
            SourceError: If they do, and the export cannot be read.
        """
        sources = spread(sources, options)
        self.names = distinct_names(sources)
        self.failed: list[SourceError] = []
        self._sources = sources
        self._options = options
        self._cancel = cancel
        self._timelines: list[Timeline] = []
        self._begun = 0

    @property
    def unread(self) -> list[str]:
        """The names of sources that were not begun yet."""
        return self.names[self._begun :]

    def run(
        self,
        *,
        around: Callable[[Pass], AbstractContextManager[Any]] = _quietly,
        each: Callable[[Reading], None] = _unheard,
        on_failure: Callable[[SourceError], None] | None = None,
    ) -> None:
        """Read all sources.

        Args:
            around: Gives the context in which a source is read, such as a progress bar.
            each: Told every reading as it becomes known.
            on_failure: Told of a source that cannot be read, after which the next one follows;
                without it the error is raised.
        """
        for name, source in zip(self.names, self._sources, strict=True):
            self._begun += 1
            try:
                self._read(name, source, around, each)
            except MienError as error:
                if on_failure is None:
                    raise
                on_failure(self._fail(name, error))
            except Exception as error:
                if on_failure is None:
                    raise
                _log.debug("%s", name, exc_info=error)
                fault = MienError(f"unexpected {type(error).__name__}: {error}")
                on_failure(self._fail(name, fault))

    def timeline(self) -> Timeline:
        """Everything that was read so far, also of sources that failed or were interrupted."""
        return Timeline.of_readings(()).join(*self._timelines)

    def _read(
        self,
        name: str,
        source: Readable,
        around: Callable[[Pass], AbstractContextManager[Any]],
        each: Callable[[Reading], None],
    ) -> None:
        reading = Pass(source, self._options, name=name, cancel=self._cancel)
        try:
            with around(reading):
                for found in reading:
                    each(found)
        except SourceError:
            timeline = reading.timeline()
            if len(timeline):
                self._timelines.append(timeline)
            raise
        except BaseException:
            # Interrupted, by a key or from elsewhere: nothing that was read is lost.
            self._timelines.append(reading.timeline())
            raise
        self._timelines.append(reading.timeline())

    def _fail(self, name: str, error: MienError) -> SourceError:
        reason = error.reason if isinstance(error, SourceError) else str(error)
        failure = error if isinstance(error, SourceError) else SourceError(name, reason)
        self.failed.append(failure)
        skipped = [Skipped(source=name, where="", reason=reason)]
        self._timelines.append(Timeline.of_readings((), skipped=skipped))
        return failure


def distinct_names(sources: Sequence[Readable]) -> list[str]:
    """A name for each source: its file's name, longer or numbered where two would be equal.

    >>> distinct_names(["mon/call.wav", "tue/call.wav", "b.wav", "b.wav"])
    ['mon/call.wav', 'tue/call.wav', 'b.wav', 'b.wav (2)']
    """
    short = [_short(source) for source in sources]
    long = [_long(source) for source in sources]
    places: dict[str, set[str]] = {}
    for name, full in zip(short, long, strict=True):
        places.setdefault(name, set()).add(full)
    names = [
        full if len(places[name]) > 1 else name for name, full in zip(short, long, strict=True)
    ]
    seen: Counter[str] = Counter()
    distinct = []
    for name in names:
        seen[name] += 1
        distinct.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return distinct


def _short(source: Readable) -> str:
    if isinstance(source, Conversation):
        return source.title or source.id
    if isinstance(source, Chat):
        return source.name
    return Path(source).name or str(source)


def _long(source: Readable) -> str:
    if isinstance(source, Conversation):
        return source.title or source.id
    if isinstance(source, Chat):
        # Not a path: titles may hold what paths may not.
        folder = source.path.parent.as_posix()
        return source.name if folder == "." else f"{folder}/{source.name}"
    return Path(source).as_posix()
