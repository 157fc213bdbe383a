"""Talks as the publisher's program writes them: one a line, each with its feelings at the end."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mien.core.errors import EvalError
from mien.evals.result import ItemResult, Result
from mien.evals.source import content, parse
from mien.evals.tasks.sage.about import INFO, ROUNDS

PUBLISHED = 100
"""Talks of a whole run."""

_NAME = re.compile(r"(.+?)_(?:check_)?result\.jsonl(?:\.gz)?")
_FOLDER = re.compile(r"(.+)_based_simulator")
UNTOLD = "not told"


def runs(path: Path) -> tuple[Result, ...]:
    """The run in a file; who played the person stands in the name of its folder, as published.

    Raises:
        EvalError: If the file holds no talks; says what is missing.
    """
    text = _text(path)
    rows = [
        (number, parse(line, f"line {number} of {path}"))
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    ]
    if not rows:
        raise EvalError(f"{path} holds no talks")
    items = tuple(_item(path, number, row) for number, row in rows)
    if len({item.item for item in items}) < len(items):
        raise EvalError(f"{path} has a talk twice")
    named, folder = _NAME.fullmatch(path.name), _FOLDER.fullmatch(path.parent.name)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    result = Result(
        task=INFO.name,
        version="published",
        model=named[1] if named else path.stem,
        items=items,
        planned=max(PUBLISHED, len(items)),
        roles={"user": folder[1] if folder else UNTOLD},
        variant={"rounds": str(ROUNDS)},
        source=str(path),
        sha256=digest,
    )
    return (result,)


def _text(path: Path) -> str:
    try:
        return content(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise EvalError(f"{path} is not UTF-8 (byte {error.start}): was it saved anew?") from error


def _item(path: Path, number: int, row: Any) -> ItemResult:
    where = f"line {number} of {path}"
    if not isinstance(row, dict) or "emo_point" not in row or "id" not in row:
        raise EvalError(f"{where} is no talk of SAGE: it has no 'id' with an 'emo_point'")
    return ItemResult(
        item=str(row["id"]),
        cluster=str(row["id"]),
        score=_feeling(where, row),
        counts={"rounds": _rounds(row)},
        kind=str(row.get("character") or ""),
    )


def _feeling(where: str, row: Mapping[str, Any]) -> float:
    try:
        return float(int(str(row["emo_point"])))
    except ValueError as error:
        raise EvalError(f"{where}: 'emo_point' is {row['emo_point']!r}, no number") from error


def _rounds(row: Mapping[str, Any]) -> int:
    history = row.get("history")
    if not isinstance(history, list):
        return 0
    return sum(isinstance(one, dict) and one.get("role") == "assistant" for one in history)
