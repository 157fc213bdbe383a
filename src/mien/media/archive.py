"""Archives as services hand them out: only the known members are opened, none is unpacked."""

from __future__ import annotations

import re
import weakref
import zlib
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from mien.core.errors import TooLarge, UnreadableSource
from mien.media import limits

_KNOWN = re.compile(
    r"conversations(-\d{1,6})?\.json|result\.json|_chat\.txt|.*whatsapp.*\.txt", re.I
)
_DEEPEST = 2
"""Telegram's and WhatsApp's lie in one folder."""

# What zipfile lets through from damaged, made or exotic archives.
_FAULTS = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def members(path: Path) -> list[str]:
    """The members of an archive that hold conversations, sorted.

    Raises:
        UnreadableSource: If there are none, one is encrypted, or the archive is damaged.
        TooLarge: If they would take more than `limits.EXPORT_BYTES`, or grow more than
            `limits.EXPORT_RATIO` times.
    """
    try:
        with ZipFile(path) as archive:
            infos = archive.infolist()
    except _FAULTS as error:
        raise UnreadableSource(path, "a ZIP archive that is damaged or cut off") from error
    known = sorted((info for info in infos if _is_known(info)), key=lambda info: info.filename)
    if not known:
        reason = "a ZIP archive without a chat export: unpack it and name the files inside"
        if any(info.filename.lower().endswith(".zip") for info in infos):
            reason = "a ZIP archive with archives in it: unpack it and name those"
        raise UnreadableSource(path, reason)
    if any(info.flag_bits & 1 for info in known):
        raise UnreadableSource(path, "a ZIP archive with a password: unpack it and name the files")
    _check_size(path, sum(info.file_size for info in known))
    return [info.filename for info in known]


class Handle:
    """A file, or a member of an archive, to be read from any byte on.

    Going back within a member reads it anew from its beginning, so go forward.
    """

    def __init__(self, path: Path, member: str | None) -> None:
        """Open it.

        Raises:
            UnreadableSource: If it cannot be opened.
        """
        self._path = path
        try:
            if member is None:
                self._file = path.open("rb")
            else:
                with ZipFile(path) as archive:
                    self._file = archive.open(member)  # type: ignore[assignment]
        except (*_FAULTS, KeyError) as error:
            raise UnreadableSource(path, "it cannot be opened, or changed meanwhile") from error
        weakref.finalize(self, self._file.close)

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end.

        Raises:
            UnreadableSource: If the archive is damaged.
        """
        try:
            return self._file.read(size)
        except _FAULTS as error:
            raise UnreadableSource(self._path, "damaged: its bytes cannot be read") from error

    def seek(self, offset: int, /) -> int:
        """Go to a byte.

        Raises:
            UnreadableSource: If the archive is damaged.
        """
        try:
            return self._file.seek(offset)
        except _FAULTS as error:
            raise UnreadableSource(self._path, "damaged: its bytes cannot be read") from error


def _is_known(info: ZipInfo) -> bool:
    place = PurePosixPath(info.filename)
    is_near = len(place.parts) <= _DEEPEST and "__MACOSX" not in place.parts
    return is_near and not info.is_dir() and _KNOWN.fullmatch(place.name) is not None


def _check_size(path: Path, size: int) -> None:
    packed = path.stat().st_size
    if size > limits.EXPORT_BYTES:
        allowed = limits.EXPORT_BYTES // limits.MIB
        raise TooLarge(path, f"{size / limits.MIB:,.0f} MB unpacked, at most {allowed:,} are read")
    if size > max(packed, limits.MIB) * limits.EXPORT_RATIO:
        raise TooLarge(
            path,
            f"it would grow {size // packed:,} times, at most {limits.EXPORT_RATIO} are allowed "
            "(is it made to harm?)",
        )
