"""JSON of any size, read piece by piece: memory holds one value, and each has a place to return to.

The standard decoder reads values at the speed of C; what is between them is walked here. Event
parsers for streams would do too, but cannot say at which byte a value begins, and without that
the last of 2,000 conversations costs reading the 1,999 before.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from mien.core.errors import TooLarge, UnreadableSource
from mien.media import limits

CHUNK = 1 << 20

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
_TAIL = 16
"""An error this near to the end of what is at hand may only be a piece that was cut there."""


class Bytes(Protocol):
    """What is scanned."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""

    def seek(self, offset: int, /) -> int:
        """Go to a byte."""


class Scanner:
    """Walks through JSON; what is not consumed in a loop over `fields` or `items` is skipped.

    Args:
        path: For messages.
        handle: UTF-8, with or without a byte order mark.
        limit: Bytes, about, that one value may take.

    Attributes:
        is_lines: Whether `records` found JSON lines: what is broken in one ends with it.
    """

    def __init__(self, path: Path, handle: Bytes, *, limit: int = limits.RECORD_BYTES) -> None:
        self._path = path
        self._handle = handle
        self._limit = limit
        self.is_lines = False
        self._text = ""
        self._at = 0
        self._restart(0)
        if self.peek() == "\ufeff":
            self._at += 1

    @property
    def offset(self) -> int:
        """The byte at which what comes next begins."""
        return self._base + len(self._text[: self._at].encode())

    def seek(self, offset: int) -> None:
        """Go to a byte that `offset` gave; what is already at hand is not read again."""
        ahead = offset - self.offset
        rest = self._text[self._at :].encode()
        if 0 <= ahead <= len(rest):
            self._at += len(rest[:ahead].decode())
        else:
            self._restart(offset)

    def peek(self) -> str:
        """The next letter that is no space; empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                return ""

    def value(self) -> Any:
        """The next value, whole.

        Raises:
            UnreadableSource: If it is broken.
            TooLarge: If it is beyond the limit.
        """
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._is_definite(error):
                    raise self._broken() from error
            except RecursionError as error:
                raise UnreadableSource(self._path, "JSON that is nested too deeply") from error
            except ValueError as error:
                raise UnreadableSource(self._path, "JSON with a number that is too long") from error
            else:
                # A number at the very end may go on in the next chunk.
                if end < len(self._text) or not self._fill():
                    self._at = end
                    return value
                continue
            if len(self._text) - self._at > self._limit:
                raise TooLarge(self._path, self._too_large())
            if not self._fill():
                raise self._broken()

    def fields(self) -> Iterator[str]:
        """The keys of the object that comes next; its values are there for the taking."""
        for _ in self._members("{", "}"):
            key = self.value()
            if not isinstance(key, str):
                raise self._broken()
            self._expect(":")
            before = self._place
            yield key
            if self._place == before:
                self.value()

    def items(self) -> Iterator[None]:
        """Once before each item of the list that comes next."""
        for _ in self._members("[", "]"):
            before = self._place
            yield
            if self._place == before:
                self.value()

    def records(self) -> Iterator[None]:
        """Once before each item of a list, or each object of JSON lines."""
        if self.peek() == "[":
            yield from self.items()
            if self.peek():
                raise self._broken()
            return
        self.is_lines = True
        while self.peek():
            before = self._place
            yield
            if self._place == before:
                self.value()

    def next_line(self) -> None:
        """Leave what is broken, and go to the beginning of the next line."""
        while (end := self._text.find("\n", self._at)) < 0:
            self._at = len(self._text)
            if not self._fill():
                return
        self._at = end + 1

    @property
    def _place(self) -> int:
        return self._dropped + self._at

    def _members(self, begin: str, end: str) -> Iterator[None]:
        self._expect(begin)
        if self.peek() == end:
            self._at += 1
            return
        while True:
            yield
            if self.peek() == end:
                self._at += 1
                return
            self._expect(",")

    def _expect(self, letter: str) -> None:
        if self.peek() != letter:
            raise self._broken()
        self._at += 1

    def _restart(self, offset: int) -> None:
        self._handle.seek(offset)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0
        self._base = offset
        self._dropped = 0
        self._read = offset
        self._is_ended = False

    def _fill(self) -> bool:
        """Fetch more, at least as much as is at hand, so that growing costs linear time."""
        if self._is_ended:
            return False
        self._base += len(self._text[: self._at].encode())
        self._dropped += self._at
        self._text = self._text[self._at :]
        self._at = 0
        raw = self._handle.read(max(CHUNK, len(self._text)))
        pending = len(self._decoder.getstate()[0])
        try:
            self._text += self._decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            at = self._read - pending + error.start
            reason = f"invalid UTF-8 at byte {at}: save the file as UTF-8"
            raise UnreadableSource(self._path, reason) from error
        self._read += len(raw)
        self._is_ended = not raw
        return bool(raw)

    def _is_definite(self, error: json.JSONDecodeError) -> bool:
        is_cut = error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _TAIL
        return self._is_ended or not is_cut

    def _broken(self) -> UnreadableSource:
        if self._is_ended and self._at + _TAIL >= len(self._text):
            return UnreadableSource(self._path, "JSON that ends too early (was the download cut?)")
        return UnreadableSource(self._path, f"JSON that is broken after byte {self.offset}")

    def _too_large(self) -> str:
        allowed = self._limit // limits.MIB
        return f"a conversation or message beyond {allowed} MB at byte {self.offset}"
