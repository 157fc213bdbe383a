"""Answers as published in March 2024: five a question, in tables of one order each.

A table holds its own options and key, which differ from today's questions in many rows: answers
are scored against those.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from mien.core.errors import EvalError
from mien.evals.result import ItemResult, Result
from mien.evals.source import content
from mien.evals.tasks.emobench.about import INFO, ORDERS
from mien.evals.tasks.emobench.scoring import result

QUESTIONS = 200
"""In each table; the publisher skips those with fewer."""

UNREAD = -1
"""What a table holds where an answer could not be read."""

_NAME = re.compile(
    r"(?P<model>.+)-(?P<language>en|zh)(?P<cot>_cot)?(?P<order>[123]?)\.csv(?P<packed>\.gz)?"
)

_CHOICES = {
    "EA": {"answer": ("Label", "Pred")},
    "EU": {"emotion": ("Emo Label", "Emo Pred"), "cause": ("Cause Label", "Cause Pred")},
}


class _About(NamedTuple):
    """What the name of a table says."""

    model: str
    language: str
    cot: bool
    order: int


def runs(path: Path) -> tuple[Result, ...]:
    """The run that a table of the published order begins: it, and those of other orders beside it.

    Args:
        path: Such as `gpt-4-en.csv`; `gpt-4-en1.csv` to `gpt-4-en3.csv` are found beside it. One
            of these is scored alone.

    Raises:
        EvalError: If the file is no such table.
    """
    about = _about(path)
    tables = {about.order: path}
    if about.order == 0:
        tables |= {order: beside for order in range(1, ORDERS) if (beside := _beside(path, order))}
    read = {order: _rows(table) for order, table in sorted(tables.items())}
    parts = {_part(rows, path) for rows in read.values()}
    if len(parts) > 1:
        raise EvalError(f"tables beside {path} are of the other part of EmoBench")
    (part,) = parts
    return (_result(path, about, part, read, list(tables.values())),)


def _result(
    path: Path,
    about: _About,
    part: str,
    read: Mapping[int, Sequence[dict[str, str]]],
    files: Sequence[Path],
) -> Result:
    whole = {order: rows for order, rows in read.items() if len(rows) == QUESTIONS}
    if not whole:
        raise EvalError(
            f"{path} holds {len(next(iter(read.values())))} answers, and its publisher scores only "
            f"tables with {QUESTIONS}"
        )
    items = tuple(
        item for order, rows in whole.items() for item in _items(rows, part, about.language, order)
    )
    variant = {"protocol": "2024-03", "part": part, "language": about.language}
    orders = ", ".join(str(order + 1) for order in whole)
    variant["orders"] = str(ORDERS) if len(whole) == ORDERS else f"{orders} of {ORDERS}"
    return Result(
        task=INFO.name,
        version="published",
        model=about.model,
        items=items,
        planned=len(items),
        variant=variant | ({"reasoning": "asked for"} if about.cot else {}),
        source=str(path),
        sha256=_hash(files),
        notes=tuple(
            f"order {order + 1} has {len(rows)} of {QUESTIONS} questions and is left out"
            for order, rows in read.items()
            if order not in whole
        ),
    )


def _items(
    rows: Sequence[dict[str, str]], part: str, language: str, order: int
) -> Iterator[ItemResult]:
    for number, row in enumerate(rows, 1):
        made = {
            name: (majority(row, pred), _whole(row, label))
            for name, (label, pred) in _CHOICES[part].items()
        }
        yield result(
            f"{part}-{language}-{number}-{order + 1}",
            f"{part}-{number}",
            f"{part}-{language}",
            made,
        )


def majority(row: Mapping[str, str], column: str) -> int | None:
    """The most common of the answers, the first such on a tie; one that can be read if any can.

    >>> majority({"Pred 1": "-1", "Pred 2": "2", "Pred 3": "-1"}, "Pred")
    2
    """
    picked = [_whole(row, name) for name in row if re.fullmatch(rf"{column} \d", name)]
    common = [value for value, _ in Counter(picked).most_common()]
    return next((value for value in common if value != UNREAD), None)


def _whole(row: Mapping[str, str], column: str) -> int:
    return int(float(row[column]))


def _about(path: Path) -> _About:
    found = _NAME.fullmatch(path.name)
    if found is None:
        raise EvalError(
            f"{path} is no table of EmoBench's published answers: they are called MODEL-en.csv, "
            "MODEL-zh_cot.csv, and with 1, 2, 3 for other orders"
        )
    return _About(found["model"], found["language"], bool(found["cot"]), int(found["order"] or 0))


def _beside(path: Path, order: int) -> Path | None:
    stem, dot, rest = path.name.rpartition(".csv")
    beside = path.with_name(f"{stem}{order}{dot}{rest}")
    return beside if beside.is_file() else None


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        text = content(path).decode("utf-8-sig")
        return list(csv.DictReader(StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvalError(f"{path} is no table in UTF-8 ({type(error).__name__})") from error


def _part(rows: Sequence[dict[str, str]], path: Path) -> str:
    columns = {*rows[0]} if rows else set()
    for part, choices in _CHOICES.items():
        if all({label, f"{pred} 1"} <= columns for label, pred in choices.values()):
            return part
    raise EvalError(f"{path} has neither the columns of EmoBench's EA nor those of its EU")


def _hash(files: Sequence[Path]) -> str:
    """Of one file its own; of several that of their hashes, in their order."""
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
