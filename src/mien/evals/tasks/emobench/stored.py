"""Answers as published in March 2024: a table an order of options, five answers an item.

A table holds its own options and right answers, and answers are scored against those: in 157 of 200
rows of EA in English they are not those of the published items, of either year.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

from mien.core.errors import EvalError
from mien.evals.result import ItemResult, Result
from mien.evals.source import content
from mien.evals.tasks.emobench.about import INFO
from mien.evals.tasks.emobench.items import SIZE
from mien.evals.tasks.emobench.options import EA, EU, ORDERS, PROTOCOLS, Y2024
from mien.evals.tasks.emobench.reading import NONE
from mien.evals.tasks.emobench.scoring import marked

_NAME = re.compile(r"(.+)-(en|zh)(_cot)?([1-3]?)\.csv(?:\.gz)?")
_COLUMNS = {EA: ("",), EU: ("Emo ", "Cause ")}
"""What stands before `Choices`, `Label` and `Pred`, one a question."""

_MOST_FILES = 10_000
_LONGEST = 1 << 20
"""Characters of one answer."""


class _Set(NamedTuple):
    """What the tables of one run share."""

    folder: Path
    model: str
    language: str
    cot: bool


class _Table(NamedTuple):
    """One order of a run."""

    path: Path
    test: str
    columns: tuple[str, ...]
    answers: int
    rows: list[dict[str, str]]


def runs(path: Path) -> tuple[Result, ...]:
    """The runs of a folder and those below it, or the one that a table belongs to.

    A table alone is one of the four orders of a run, so that those beside it are read too.

    Raises:
        EvalError: If nothing there is such a table, or one is damaged; says what and where.
    """
    if path.is_dir():
        sets = _sets(path)
        if not sets:
            raise EvalError(f"{path} holds no tables of EmoBench, called MODEL-en.csv or the like")
        return tuple(_run(about, _tables(orders)) for about, orders in sets.items())
    about, order = _told(path)
    beside = {of: one for one in path.parent.iterdir() if (of := _of(one, about)) is not None}
    # Packed and plain copies may lie side by side; the one that was named counts.
    tables = _tables(beside | {order: path})
    if not any(_is_whole(table) for table in tables.values()):
        n = len(tables[order].rows)
        raise EvalError(f"{path} holds {n} rows: its publisher scores only tables of {SIZE}")
    return (_run(about, tables),)


def _sets(folder: Path) -> dict[_Set, dict[int, Path]]:
    found: defaultdict[_Set, dict[int, Path]] = defaultdict(dict)
    for number, path in enumerate(sorted(islice(folder.rglob("*.csv*"), _MOST_FILES + 1)), 1):
        if number > _MOST_FILES:
            raise EvalError(f"{folder} holds more than {_MOST_FILES:,} tables: name one below it")
        if _NAME.fullmatch(path.name) and path.is_file():
            about, order = _told(path)
            found[about].setdefault(order, path)
    return found


def _told(path: Path) -> tuple[_Set, int]:
    """What the name of a table says."""
    found = _NAME.fullmatch(path.name)
    if found is None:
        raise EvalError(
            f"{path} is no table of EmoBench's published answers: they are called MODEL-en.csv, "
            "MODEL-zh_cot.csv and the like, with 1, 2 or 3 before the dot for other orders"
        )
    model, language, cot, order = found.groups()
    return _Set(path.parent, model, language, bool(cot)), int(order or 0)


def _of(path: Path, about: _Set) -> int | None:
    """Which order of a run a file holds, if it is one of its tables."""
    if not _NAME.fullmatch(path.name) or not path.is_file():
        return None
    other, order = _told(path)
    return order if other == about else None


def _tables(orders: Mapping[int, Path]) -> dict[int, _Table]:
    return {order: _table(orders[order]) for order in sorted(orders)}


def _is_whole(table: _Table) -> bool:
    return len(table.rows) == SIZE


def _run(about: _Set, tables: Mapping[int, _Table]) -> Result:
    """The run of some tables; those that are not whole are left out, even if none is left."""
    whole = {order: table for order, table in tables.items() if _is_whole(table)}
    first = next(iter(tables.values()))
    if len({(table.test, table.answers) for table in tables.values()}) > 1:
        raise EvalError(f"the orders of {first.path} differ in their columns: are they of one run?")
    listed = ", ".join(map(str, whole)) or "none"
    return Result(
        task=INFO.name,
        version="published",
        model=about.model,
        items=tuple(item for order, table in whole.items() for item in _items(table, order)),
        planned=SIZE * max(1, len(whole)),
        variant={
            "test": first.test,
            "language": about.language,
            "cot": "yes" if about.cot else "no",
            "protocol": PROTOCOLS[Y2024],
            "orders": str(ORDERS) if len(whole) == ORDERS else f"{listed} of {ORDERS}",
            "answers": str(first.answers),
        },
        source=str(first.path),
        sha256=_hash([table.path for table in tables.values()]),
        beside=tuple(str(table.path) for table in tables.values() if table is not first),
        notes=tuple(_notes(tables, whole)),
    )


def _notes(tables: Mapping[int, _Table], whole: Mapping[int, _Table]) -> Iterator[str]:
    for order, table in tables.items():
        if order not in whole:
            yield f"order {order} is left out: it has {len(table.rows)} of {SIZE} items"
    if missing := sorted({*range(ORDERS)} - {*tables}):
        told = ", ".join(map(str, missing))
        yield f"orders that were not found: {told}; one order is up to four points off"


def _items(table: _Table, order: int) -> Iterator[ItemResult]:
    for number, row in enumerate(table.rows, 1):
        where = f"row {number} of {table.path}"
        right = [_right(row, column, where) for column in table.columns]
        answers = [
            [_pick(row, f"{column}Pred {i}", where) for column in table.columns]
            for i in range(1, table.answers + 1)
        ]
        yield marked(f"{number}-{order}", answers, right)


def _right(row: Mapping[str, str], column: str, where: str) -> int:
    """The right option; a label that no option has would make every answer wrong unseen."""
    right, told = _whole(row, f"{column}Label", where), row[f"{column}Choices"] or ""
    try:
        n = len(ast.literal_eval(told)) if told.startswith("[") else 0
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        n = 0
    if not 0 <= right < n:
        raise EvalError(f"{where} has the label {right} for {n} options in {column}Choices")
    return right


def _pick(row: Mapping[str, str], column: str, where: str) -> int:
    """An answer; some published cells are empty, which is no option either."""
    return NONE if row[column] == "" else _whole(row, column, where)


def _whole(row: Mapping[str, str], column: str, where: str) -> int:
    try:
        value = float(row[column])
    except (TypeError, ValueError):
        value = float("nan")
    if not value.is_integer() or value < NONE:
        raise EvalError(f"{where} has {row[column]!r:.40} in {column!r}, which is no option")
    return int(value)


def _table(path: Path) -> _Table:
    try:
        text = content(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvalError(f"{path} is not UTF-8 (byte {error.start}): was it saved anew?") from error
    limit = csv.field_size_limit(_LONGEST)
    try:
        reader = csv.DictReader(StringIO(text, newline=""), strict=True)
        rows, held = list(reader), {*(reader.fieldnames or ())}
    except csv.Error as error:
        raise EvalError(f"{path} is no table ({error}): is it whole?") from error
    finally:
        csv.field_size_limit(limit)
    for test, columns in _COLUMNS.items():
        if all({f"{c}Choices", f"{c}Label", f"{c}Pred 1"} <= held for c in columns):
            answers = next(i for i in count(1) if f"{columns[0]}Pred {i + 1}" not in held)
            return _Table(path, test, columns, answers, rows)
    raise EvalError(f"{path} has neither the columns of EmoBench's EA nor those of its EU")


def _hash(paths: Sequence[Path]) -> str:
    """Of one file its own; of several that of their hashes, in their order."""
    told = []
    for path in paths:
        with path.open("rb") as stream:
            told.append(hashlib.file_digest(stream, "sha256").hexdigest())
    return told[0] if len(told) == 1 else hashlib.sha256("".join(told).encode()).hexdigest()
