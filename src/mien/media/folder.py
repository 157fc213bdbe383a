"""What a folder holds that can be read, in an order that does not change."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from mien.core.errors import SourceError, UnreadableSource
from mien.media.sniff import Content, sniff
from mien.media.words.sidecar import beside
from mien.media.words.text import writable
from mien.timeline.origin import Skipped

ENDINGS = frozenset({
    ".3gp", ".aac", ".aif", ".aiff", ".amr", ".avi", ".bmp", ".flac", ".gif", ".heic", ".jpeg",
    ".jpg", ".m4a", ".m4v", ".mka", ".mkv", ".mov", ".mp3", ".mp4", ".mpeg", ".mpg", ".mts",
    ".oga", ".ogg", ".ogv", ".opus", ".png", ".srt", ".tif", ".tiff", ".ts", ".vtt", ".wav",
    ".weba", ".webm", ".webp", ".wma", ".wmv",
})  # fmt: skip
"""Of recordings, photos and subtitles: such a file that cannot be read is a fault worth an alarm,
while a `.docx` or a `.txt` among recordings is only not read."""

LEDGER = ".ledger"
"""Ending of the folders that hold what was read; never read themselves."""

_HIDDEN = "their names begin with a dot"


class Found(NamedTuple):
    """A file to read.

    Attributes:
        name: Its path from the folder on, with `/`; what no file can hold is U+FFFD.
        path: Where it is.
        beside: Files that may hold its words.
        is_named: Whether a person named this file, not only its folder.
        chat: Number of the chat, from 1, if the file is an export of chats.
    """

    name: str
    path: Path
    beside: tuple[Path, ...] = ()
    is_named: bool = False
    chat: int | None = None

    @property
    def is_promising(self) -> bool:
        """Whether somebody, or its name, says that it can be read."""
        is_known = self.is_named or self.chat is not None
        return is_known or self.path.suffix.lower() in ENDINGS


@dataclass(frozen=True, slots=True)
class Listing:
    """What was found, by name, and what was passed over, with the reason."""

    found: tuple[Found, ...]
    skipped: tuple[Skipped, ...]


def named_file(path: Path, name: str) -> Found:
    """A file that a person named, whatever it is."""
    return Found(name, path, _there(path), is_named=True)


def list_folder(folder: Path, leave_out: Sequence[Path] = ()) -> Listing:
    """The files in a folder and its folders that may be read, sorted by name.

    Files are judged by content. A transcript beside a recording belongs to it. Links are
    followed, each folder and file once; hidden ones are left out, and so is what Mien keeps.

    Args:
        folder: Where to look.
        leave_out: Files and folders that are no sources, such as the outputs.

    Raises:
        SourceError: If it cannot be listed.
    """
    walk = _Walk(folder, {path.absolute() for path in leave_out})
    kinds = {name: kind for name in walk.files() if (kind := walk.kind(name)) is not None}
    taken = {
        path: name
        for name, kind in kinds.items()
        if kind is Content.MEDIA
        for path in beside(folder / name)
    }
    found = tuple(
        Found(writable(Path(name).as_posix()), folder / name, _there(folder / name))
        for name, kind in sorted(kinds.items())
        if folder / name not in taken
    )
    return Listing(found, tuple(walk.skips()))


@dataclass(slots=True)
class _Walk:
    folder: Path
    leave_out: set[Path]
    _seen: dict[tuple[int, int], str] = field(default_factory=dict)
    _skipped: list[Skipped] = field(default_factory=list)
    _hidden: int = 0

    def files(self) -> list[str]:
        """Names of all files that are not left out, each file once."""
        return sorted(self._below(""))

    def kind(self, name: str) -> Content | None:
        """Which reader a file needs; None if none can, which is then noted.

        What looks broken but has a name that promises more is left to the reader, which knows.
        """
        try:
            return sniff(self.folder / name)
        except UnreadableSource as error:
            if Path(name).suffix.lower() in ENDINGS:
                return Content.MEDIA
            self._skip(name, error.reason)
        except SourceError as error:
            self._skip(name, error.reason)
        return None

    def skips(self) -> Iterator[Skipped]:
        """What was passed over."""
        yield from sorted(self._skipped, key=lambda skip: skip.source)
        if self._hidden:
            yield Skipped(source="hidden files", where="", reason=_HIDDEN, count=self._hidden)

    def _below(self, inside: str) -> Iterator[str]:
        if not self._is_new(inside):
            return
        for entry in self._entries(inside):
            name = f"{inside}{os.sep}{entry.name}" if inside else entry.name
            if entry.name.startswith("."):
                self._hidden += 1
            elif Path(entry.path).absolute() in self.leave_out:
                continue
            elif not _is_folder(entry):
                if self._is_new(name):
                    yield name
            elif not entry.name.endswith(LEDGER):
                yield from self._below(name)

    def _entries(self, inside: str) -> list[os.DirEntry[str]]:
        try:
            # In order, so that of two links to one file it is always the same that is read.
            with os.scandir(self.folder / inside) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            if not inside:
                raise UnreadableSource(self.folder, reason) from error
            self._skip(inside, f"a folder that cannot be listed: {reason}")
            return []

    def _is_new(self, name: str) -> bool:
        try:
            status = (self.folder / name).stat()
        except OSError:
            return True
        known = self._seen.setdefault((status.st_dev, status.st_ino), name)
        if known != name:
            self._skip(name, f"the same as {writable(known) or 'the folder itself'}")
        return known == name

    def _skip(self, name: str, reason: str) -> None:
        self._skipped.append(
            Skipped(source=writable(Path(name).as_posix()), where="", reason=reason)
        )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _there(path: Path) -> tuple[Path, ...]:
    return tuple(candidate for candidate in beside(path) if candidate.is_file())
