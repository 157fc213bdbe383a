"""Tables of means as the publisher keeps them, a model a row."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mien.core.errors import EvalError
from mien.evals.result import ItemResult, Result
from mien.evals.source import content
from mien.evals.tasks.humanebench.items import PRINCIPLES, Condition

_CONDITIONS = {
    "baseline": Condition.NONE,
    "good": Condition.HUMANE,
    "bad": Condition.ADVERSARIAL,
}
UNTOLD = "not told"


def runs(path: Path, task: str, roles: tuple[str, ...]) -> Iterator[Result]:
    """A run a row; its condition is told by the file's name.

    Raises:
        EvalError: If the file is no table of the publisher.
    """
    raw = content(path)
    try:
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8"))))
    except UnicodeDecodeError as error:
        raise EvalError(f"{path} is not UTF-8 (byte {error.start}): was it saved anew?") from error
    if not rows or not {"model", *PRINCIPLES} <= rows[0].keys():
        raise EvalError(f"{path} is no table of HumaneBench: it needs a column a principle")
    condition = _CONDITIONS.get(path.name.partition("_")[0])
    for number, row in enumerate(rows, 2):
        where = f"line {number} of {path}"
        yield Result(
            task=task,
            version="published",
            model=str(row["model"]),
            items=tuple(_item(where, row, name) for name in PRINCIPLES),
            planned=len(PRINCIPLES),
            roles=dict.fromkeys(roles, UNTOLD),
            variant={
                "condition": condition.value if condition else UNTOLD,
                "items": "means of a table",
            },
            source=str(path),
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            stated=_number(where, row, "overall") if row.get("overall") else None,
        )


def _item(where: str, row: Mapping[str, Any], name: str) -> ItemResult:
    return ItemResult(item=name, cluster=name, score=_number(where, row, name), kind=name)


def _number(where: str, row: Mapping[str, Any], name: str) -> float:
    try:
        return float(row[name])
    except (TypeError, ValueError) as error:
        raise EvalError(f"{where} has no number {name!r}") from error
