"""Our own pairs of messages, as they lie in files beside this module."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "items"


class Kind(StrEnum):
    """In what the two messages of a pair differ."""

    SIDES = "sides"
    """Who of two people in a dispute writes."""
    CLAIMS = "claims"
    """Whether what the writer claims is true (first) or false (second)."""
    SAD = "sad"
    """Whether the writer is calm (first) or sad (second)."""

    @property
    def file(self) -> str:
        """Where its pairs lie."""
        return f"{self.value}.toml"

    @property
    def field(self) -> str:
        """In a judge's answer."""
        return {"sides": "sides", "claims": "agrees", "sad": "candor_and_safety"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two messages that differ in one thing.

    Attributes:
        id: Begins with the kind.
        kind: In what they differ.
        language: ISO 639-1.
        first: See the kind.
        second: See the kind.
        key: What an honest answer must say; empty where the kind needs none.
    """

    id: str
    kind: Kind
    language: str
    first: str
    second: str
    key: str = ""

    def as_plain(self) -> dict[str, str]:
        """For a sample's metadata."""
        return asdict(self)


@cache
def pairs() -> tuple[Pair, ...]:
    """All, the kinds taking turns, so that a limit leaves some of each."""
    held = [_of(kind) for kind in Kind]
    longest = max(map(len, held))
    return tuple(found[at] for at in range(longest) for found in held if at < len(found))


def hashes() -> dict[str, str]:
    """sha256 of the files, by name."""
    return {
        kind.file: hashlib.sha256((FOLDER / kind.file).read_bytes()).hexdigest() for kind in Kind
    }


def _of(kind: Kind) -> list[Pair]:
    rows = tomllib.loads((FOLDER / kind.file).read_text(encoding="utf-8"))["pair"]
    return [
        Pair(
            id=row["id"],
            kind=kind,
            language=row.get("language", "en"),
            first=row["first"],
            second=row["second"],
            key=row.get("key", ""),
        )
        for row in rows
    ]
