"""Tables of means and files of judgements, as the publisher's programs write them."""

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
from mien.evals.tasks.spiral.about import INFO, Options, variant
from mien.evals.tasks.spiral.formulas import FORMULAS, Formula
from mien.evals.tasks.spiral.judged import UNTOLD, agreed, judged

_MODEL = ("model_name", "model")
_SCORE = ("score_0_100", "score")

Json = Mapping[str, Any]


def runs(path: Path, options: Options) -> tuple[Result, ...]:
    """The runs in a file: of a table each row, of judgements each judge and all together.

    Args:
        path: Judgements (`.json`) or a table of means (`.csv`).
        options: Name a formula; else the one that takes what the file holds, and of the two for
            v0.2 the one of the standing table.

    Raises:
        EvalError: If it is neither, or the formula takes other judgements.
    """
    raw = content(path)
    text = _text(path, raw)
    with path.open("rb") as stream:
        sha = hashlib.file_digest(stream, "sha256").hexdigest()
    is_table = path.name.removesuffix(".gz").endswith(".csv")
    found = _table(path, text, options, sha) if is_table else judged(path, text, options, sha)
    return tuple(found)


def _text(path: Path, raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EvalError(f"{path} is not UTF-8 (byte {error.start}): was it saved anew?") from error


def _table(path: Path, text: str, options: Options, sha: str) -> Iterator[Result]:
    rows = list(csv.DictReader(io.StringIO(text)))
    if not rows:
        raise EvalError(f"{path} holds no rows")
    used = _chosen(path, {*rows[0]}, options)
    for number, row in enumerate(rows, 2):
        yield _row(path, number, row, used, sha)


def _row(path: Path, number: int, row: Json, used: Formula, sha: str) -> Result:
    where = f"line {number} of {path}"
    names = {**used.behaviors, **used.whole}
    told = [_number(where, row, name) for name in names]
    means = dict(zip(used.parts, told, strict=True))
    model = next((row[key] for key in _MODEL if row.get(key)), "")
    if not model:
        raise EvalError(f"{where} names no model")
    stated = next((key for key in _SCORE if row.get(key)), None)
    item = ItemResult(item="means", cluster="means", score=used.score(means), parts=means)
    return Result(
        task=INFO.name,
        version="published",
        model=str(model),
        items=(item,),
        planned=1,
        roles={"user": UNTOLD, "judge": UNTOLD},
        variant={**variant(used, UNTOLD), "items": "means of a table"},
        source=str(path),
        sha256=sha,
        stated=_number(where, row, stated) if stated else None,
    )


def _number(where: str, row: Json, name: str) -> float:
    try:
        return float(row[name])
    except (KeyError, TypeError, ValueError) as error:
        raise EvalError(f"{where} has no number {name!r}") from error


def _chosen(path: Path, names: set[str], options: Options) -> Formula:
    """The formula for figures of these names."""
    fits = [one for one in FORMULAS.values() if {*one.behaviors, *one.whole} <= names]
    if not fits:
        raise EvalError(f"{path} holds no figures of Spiral-Bench: name judgements or a table")
    return agreed(path, fits[0].rubric, options)
