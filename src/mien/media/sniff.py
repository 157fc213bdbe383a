"""What a file is by its first bytes, before anything else of it is read."""

from __future__ import annotations

import os
import stat
from enum import Enum
from pathlib import Path

from mien.core.errors import SourceNotFound, UnreadableSource
from mien.media.archive import members

HEAD_BYTES = 8192

_ARCHIVES = {
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "Zstandard",
}
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_OTHERS = {
    b"%PDF-": "a PDF document",
    b"\x7fELF": "a program",
    b"SQLite format 3\x00": "a database",
    b"PAR1": "a Parquet file",
    b"ooBinaryFile": "a binary file of Praat (save a TextGrid as a text file)",
}
_PHOTOS = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
)
_APPLE_PHOTOS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis")
_TEXT_CONTROLS = b"\t\n\r\f\x1b"


class Content(Enum):
    """Which reader a file needs."""

    MEDIA = "media"
    PHOTO = "photo"
    TEXT = "text"
    EXPORT = "export"


def sniff(path: Path) -> Content:
    """Which reader a file needs, by its content and never by its name.

    Raises:
        SourceNotFound: If nothing is there.
        UnreadableSource: If it is no file, is empty or may not be read, or if its first bytes
            already show that it is nothing a reader can use.
        TooLarge: If it is an archive of chats that would grow beyond `media.limits`.
    """
    head = _head(path)
    if head.startswith(_ZIPS):
        members(path)
        return Content.EXPORT
    for magic, name in _ARCHIVES.items():
        if head.startswith(magic):
            raise UnreadableSource(path, f"a {name} archive: unpack it and name the files inside")
    if head[257:262] == b"ustar":
        raise UnreadableSource(path, "a tar archive: unpack it and name the files inside")
    for magic, name in _OTHERS.items():
        if head.startswith(magic):
            raise UnreadableSource(path, f"{name}, not sound, video, a photo or a text")
    if not head.strip(b"\0"):
        raise UnreadableSource(path, "it starts with nothing but zeros (was a download cut?)")
    if _is_photo(path, head):
        return Content.PHOTO
    return Content.TEXT if _is_text(head) else Content.MEDIA


def _head(path: Path) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableSource(path, "a folder: name the files in it")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableSource(path, "not a regular file")
        if not status.st_size:
            raise UnreadableSource(path, "the file is empty")
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceNotFound(path) from error
    except PermissionError as error:
        raise UnreadableSource(path, "no permission to read it") from error
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        raise UnreadableSource(path, str(reason).lower()) from error


def _is_photo(path: Path, head: bytes) -> bool:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return True
    if head[4:8] == b"ftyp" and head[8:12] in _APPLE_PHOTOS:
        raise UnreadableSource(
            path, "a HEIC photo, which needs a patented decoder: save it as JPEG"
        )
    # "BM" alone is too short to tell: a bitmap's header also has four zero bytes at 6.
    if head.startswith(b"BM") and head[6:10] != b"\0\0\0\0":
        return False
    return head.startswith(_PHOTOS)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _is_sane(head.decode("utf-16", errors="replace"))
    if b"\0" in head:
        return False
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in head)
    return controls <= len(head) // 200


def _is_sane(text: str) -> bool:
    odd = sum(not (letter.isprintable() or letter.isspace()) for letter in text)
    return bool(text) and odd <= len(text) // 50
