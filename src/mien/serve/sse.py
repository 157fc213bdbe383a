"""Server-sent events, taken apart without losing a byte of them."""

from __future__ import annotations

import re
from typing import NamedTuple

LARGEST = 4 << 20
"""Bytes of one event; what is longer passes unread."""

_LINE = re.compile(rb"\r\n|\n|\r")
_END = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_COMMENT = re.compile(rb":[^\r\n]*(?:\r\n|\n|\r(?=.))", re.DOTALL)
_PLAIN = re.compile(rb"data: ([^\r\n]*)\n\n")
_BLANK = re.compile(rb"[\r\n]+")


class Event(NamedTuple):
    """One event, or a comment.

    Attributes:
        raw: Its bytes, with the empty line behind it.
        data: Its lines of data, joined by newlines; None if it has none.
        name: Of its `event:` line; empty if it has none.
    """

    raw: bytes
    data: str | None
    name: str = ""


class Reader:
    r"""Finds events in a stream, wherever its pieces are cut.

    >>> reader = Reader()
    >>> reader.feed(b'data: {"a"')
    []
    >>> [event.data for event in reader.feed(b': 1}\n\n: ping\n')]
    ['{"a": 1}', None]
    """

    def __init__(self) -> None:
        self._open = b""
        self._seen = 0

    def feed(self, piece: bytes) -> list[Event]:
        """The events that are whole now; their bytes in order are those that came."""
        if not self._open and (plain := _PLAIN.fullmatch(piece)):
            # Nearly all pieces are one such event, which needs no taking apart.
            return [Event(piece, plain[1].decode("utf-8", "replace"))]
        self._open += piece
        found = []
        while (size := self._whole()) is not None:
            found.append(_event(self._open[:size]))
            self._open, self._seen = self._open[size:], 0
        return found

    def rest(self) -> bytes:
        """What came last and is no whole event."""
        rest, self._open, self._seen = self._open, b"", 0
        return rest

    def _whole(self) -> int | None:
        """Bytes of the first event that waits; None if its end has not come."""
        if found := _BLANK.match(self._open) or _COMMENT.match(self._open):
            return found.end()
        if found := _END.search(self._open, self._seen):
            return found.end()
        if len(self._open) > LARGEST:
            return len(self._open)
        self._seen = max(len(self._open) - 3, 0)
        return None


def written(data: str, name: str = "") -> bytes:
    """An event of our own."""
    named = f"event: {name}\n" if name else ""
    lines = "".join(f"data: {line}\n" for line in data.split("\n"))
    return f"{named}{lines}\n".encode("utf-8", "surrogatepass")


def remark(text: str) -> bytes:
    """A comment, which clients of server-sent events skip."""
    return f": {text}\n\n".encode()


def _event(raw: bytes) -> Event:
    data, name = [], ""
    for line in _LINE.split(raw.removeprefix(b"\xef\xbb\xbf")):
        field, _, value = line.partition(b":")
        told = value.removeprefix(b" ").decode("utf-8", "replace")
        if field == b"data":
            data.append(told)
        elif field == b"event":
            name = told
    return Event(raw, "\n".join(data) if data else None, name)
