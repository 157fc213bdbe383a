"""Our own messages, as they lie in a file beside this module."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path

FILE = Path(__file__).parent / "items" / "messages.toml"
FAREWELL = "farewell"
"""The group whose messages say goodbye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What somebody writes.

    Attributes:
        id: Group, code and number.
        group: What it is about, broadly.
        code: What it is about.
        language: ISO 639-1.
        text: The words.
    """

    id: str
    group: str
    code: str
    language: str
    text: str

    def as_plain(self) -> dict[str, str]:
        """For a sample's metadata."""
        return asdict(self)


@cache
def messages() -> tuple[Message, ...]:
    """All, the groups taking turns, so that a limit leaves some of each."""
    plain = tomllib.loads(FILE.read_text(encoding="utf-8"))
    held = [list(_of(group, told["message"])) for group, told in plain.items()]
    return tuple(one for turn in zip_longest(*held) for one in turn if one is not None)


def file_hash() -> dict[str, str]:
    """sha256 of the file, by name."""
    return {FILE.name: hashlib.sha256(FILE.read_bytes()).hexdigest()}


def _of(group: str, rows: list[dict[str, str]]) -> Iterator[Message]:
    seen: dict[str, int] = {}
    for row in rows:
        code = row["code"]
        seen[code] = seen.get(code, 0) + 1
        yield Message(
            id=f"{group}-{code}-{seen[code]}",
            group=group,
            code=code,
            language=row.get("language", "en"),
            text=row["text"],
        )
