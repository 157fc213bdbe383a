"""Where the members of a file written by `torch.save` lie, without unpacking anything.

torch writes a ZIP whose members are stored as they are, one folder deep, with a central
directory and no comment at the end. Whatever else ZIP allows is refused.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

LIMIT_BYTES = (1 << 32) - 1
"""Of a file: the largest published head has 590 MB, and beyond this ZIP needs other fields."""

DIRECTORY_BYTES = 1 << 20
"""Of the central directory: a head has about twenty entries of a hundred bytes."""

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED = 1


class Member(NamedTuple):
    """Where the bytes of one member are: from `start` to before `end`."""

    start: int
    end: int

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.end - self.start


class _Entry(NamedTuple):
    name: bytes
    flags: int
    method: int
    packed: int
    size: int
    header: int


def members(path: Path) -> dict[str, Member]:
    """Where each member lies, by its name within the one folder of the archive.

    Checksums are not computed: whoever pulled the file has compared its hash.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If it is not an archive as torch writes it; the text is the reason.
    """
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            raise ValueError(
                "it is no ZIP archive; checkpoints of torch before 1.6 are refused, "
                "because only unpickling tells what is in them"
            )
        entries, directory = _directory(file)
        found = {entry.name: _located(file, entry) for entry in entries}
    if len(found) < len(entries):
        raise ValueError("two of its members have the same name")
    _refuse_overlaps(entries, found, directory)
    return _of_one_folder(found)


def _directory(file: BinaryIO) -> tuple[list[_Entry], int]:
    size = file.seek(0, 2)
    if not _END.size <= size <= LIMIT_BYTES:
        raise ValueError(f"it has {size:,} bytes, and heads have up to {LIMIT_BYTES:,}")
    file.seek(size - _END.size)
    sign, disk, first, here, count, length, offset, comment = _END.unpack(file.read(_END.size))
    if sign != b"PK\x05\x06" or comment:
        raise ValueError("its directory is not at its end (was the download cut?)")
    if disk or first or here != count or length > DIRECTORY_BYTES or offset + length > size:
        raise ValueError("its directory is damaged")
    file.seek(offset)
    return _entries(file.read(length), count), offset


def _entries(directory: bytes, count: int) -> list[_Entry]:
    entries: list[_Entry] = []
    at = 0
    for _ in range(count):
        if at + _ENTRY.size > len(directory):
            raise ValueError("its directory is damaged")
        fields = _ENTRY.unpack_from(directory, at)
        name_length, extra_length, comment_length = fields[10:13]
        name = directory[at + _ENTRY.size :][:name_length]
        if fields[0] != b"PK\x01\x02" or len(name) < name_length:
            raise ValueError("its directory is damaged")
        entries.append(_Entry(name, fields[3], fields[4], fields[8], fields[9], fields[16]))
        at += _ENTRY.size + name_length + extra_length + comment_length
    return entries


def _located(file: BinaryIO, entry: _Entry) -> Member:
    """Where an entry's bytes begin and end, told by its own header too."""
    name = entry.name.decode("utf-8", "replace")
    if entry.method != 0 or entry.flags & _ENCRYPTED or entry.packed != entry.size:
        raise ValueError(f"its member {name!r} is compressed or encrypted")
    file.seek(entry.header)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size:
        raise ValueError(f"its member {name!r} lies outside the file")
    sign, _, flags, method, *_, name_length, extra_length = _LOCAL.unpack(header)
    same = file.read(name_length) == entry.name and method == 0 and not flags & _ENCRYPTED
    if sign != b"PK\x03\x04" or not same:
        raise ValueError(f"its member {name!r} has another header than its directory says")
    start = entry.header + _LOCAL.size + name_length + extra_length
    return Member(start, start + entry.size)


def _refuse_overlaps(entries: list[_Entry], found: dict[bytes, Member], directory: int) -> None:
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header):
        if entry.header < end:
            raise ValueError("two of its members overlap")
        end = found[entry.name].end
    if end > directory:
        raise ValueError("a member overlaps its directory (was the download cut?)")


def _of_one_folder(found: dict[bytes, Member]) -> dict[str, Member]:
    folders = {name.split(b"/", 1)[0] for name in found}
    if len(folders) != 1 or folders.pop() + b"/data.pkl" not in found:
        raise ValueError("it holds no data.pkl in one folder, as torch writes it")
    return {
        name.split(b"/", 1)[1].decode("utf-8", "replace"): member for name, member in found.items()
    }
