"""The dialogues written for context, and which of them are sealed as test."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"


def is_sealed(dialogue: str) -> bool:
    """Whether a dialogue is kept as test: a third, by the hash of its id.

    >>> is_sealed("talk-a-0001"), is_sealed("talk-a-0003")
    (False, True)
    """
    return hashlib.sha256(dialogue.encode()).digest()[0] % 3 == 0


def dialogues(*, sealed: bool = False) -> Iterator[dict[str, Any]]:
    """The open dialogues, or the sealed ones.

    Args:
        sealed: Which; only the last run of a release asks for the sealed ones.
    """
    for path in sorted(FOLDER.glob("talks-*.jsonl")):
        yield from (row for row in lines(path) if is_sealed(row["id"]) == sealed)


def felt() -> Iterator[dict[str, Any]]:
    """Dialogues with an emotion a turn and nothing else, all of them for training."""
    for path in sorted(FOLDER.glob("felt-*.jsonl")):
        yield from lines(path)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of one file."""
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())
