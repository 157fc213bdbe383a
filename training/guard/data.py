"""The sentences written for the guard, and which of them are sealed until a release.

A pair is sealed by the hash of its id, decided before anything was trained: a sealed row is read
by the release run alone, and by nobody who builds detectors. Later tests are sealed whole; one that
was read for a release is open for the next. `guard-detectors.md` says how often each was read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"
OPENED = ("release-2", "release-3")
"""How the names of the files of later tests begin that are open by now."""

TESTS = {"fourth test": "release-4"}
"""The same of those that are sealed, by name."""

PAIRS = ("crisis-en", "crisis-de", "crisis-es", "user", "assistant")


@dataclass(frozen=True, slots=True)
class Row:
    """One text, with what is before it, and whether the signal is there.

    Attributes:
        id: Of the pair; twins share it.
        language: ISO 639-1.
        side: `user` or `assistant`.
        signal: The one that is judged.
        kind: Of near miss, or how a true one hides.
        before: Earlier messages, {"role", "text"}, oldest first.
        text: The message itself.
        is_true: Whether the signal is there.
        level: Of a crisis, 1 to 6; else 0.
    """

    id: str
    language: str
    side: str
    signal: str
    kind: str
    before: tuple[dict[str, str], ...]
    text: str
    is_true: bool
    level: int = 0


def is_sealed(pair: str) -> bool:
    """Whether a pair is kept from everybody until a release.

    >>> is_sealed("crisis-en-0001"), is_sealed("crisis-en-0002")
    (True, False)
    """
    return hashlib.sha256(pair.encode()).digest()[0] % 2 == 0


def rows(*, sealed: bool = False, names: tuple[str, ...] = PAIRS) -> Iterator[Row]:
    """Both twins of every open pair, or of every sealed one, and the further true ones.

    Args:
        sealed: Which half; only a release asks for the sealed one.
        names: Of the files.
    """
    for name in names:
        for line in lines(name):
            if is_sealed(line["id"]) != sealed:
                continue
            for key, is_true in (("near", False), ("true", True)):
                if line.get(key):
                    yield row_of(line, key, is_true=is_true)


def open_rows() -> list[Row]:
    """Every open row of both sides, with the tests that are open by now."""
    return [*rows(), *_all(*OPENED)]


def later_test(name: str) -> Iterator[Row]:
    """All of one of `TESTS`; only a release asks for it."""
    return _all(TESTS[name])


def further(*names: str) -> Iterator[Row]:
    """Rows written for training alone; none of them is ever sealed, none is measured on.

    Args:
        names: How the names of their files begin: `more`, `further`; by default both.
    """
    return _all(*(names or ("more", "further")))


def _all(*names: str) -> Iterator[Row]:
    for path in sorted(path for name in names for path in FOLDER.glob(f"{name}-*.jsonl")):
        for line in lines(path.stem):
            for key, is_true in (("near", False), ("true", True)):
                if line.get(key):
                    yield row_of(line, key, is_true=is_true)


def lines(name: str) -> Iterator[dict[str, Any]]:
    """The rows of one file as they are written."""
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as file:
        for text in file:
            if text.strip():
                yield json.loads(text)


def row_of(line: dict[str, Any], key: str, *, is_true: bool) -> Row:
    """One twin of a line."""
    return Row(
        id=line["id"],
        language=line["language"],
        side=line["side"],
        signal=line["signal"],
        kind=line["kind"],
        before=tuple(line["before"]),
        text=line[key],
        is_true=is_true,
        level=int(line.get("level", 0)) if is_true else 0,
    )
