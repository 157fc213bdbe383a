"""One conversation of an export, before it is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mien.media.archive import Handle
from mien.media.exports.scanner import Scanner
from mien.media.exports.talk import Order

_JOINER = "\u200d"  # holds emoji together


class Place(NamedTuple):
    """Where a conversation is found again.

    Attributes:
        path: The export.
        form: How it is read.
        handle: The file, or a member of the archive.
        scanner: On that handle; None for a text that is one conversation.
        offset: At which it begins, in bytes.
        order: Which number comes first in dates.
    """

    path: Path
    form: str
    handle: Handle
    scanner: Scanner | None = None
    offset: int = 0
    order: Order = Order.AUTO


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation of an export, not opened yet.

    Attributes:
        path: The export.
        name: As a source; no other conversation of the export has it.
        number: Place in the export, from 1.
        title: As the service shows it, or None.
        begun: When it began, or None.
        turns: How many there are.
        fault: Why it cannot be read, or None.
        place: Where it is found again; only `find_chats` knows.
    """

    path: Path
    name: str
    number: int
    title: str | None
    begun: datetime | None
    turns: int
    fault: str | None = None
    place: Place | None = field(default=None, repr=False, compare=False)


def one_line(title: str) -> str:
    """A title in one line, without what steers terminals or turns the direction of letters."""
    shown = (letter if letter.isprintable() or letter == _JOINER else " " for letter in title)
    return " ".join("".join(shown).split())
