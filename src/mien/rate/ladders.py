"""Published ladders, and when a table may stand on their scale."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mien.charts.numbers import listed
from mien.core.errors import EvalError
from mien.rate.families import bare
from mien.rate.judgement import Judgement
from mien.rate.opening import opened
from mien.rate.scale import Anchor

EQ_BENCH_3_JUDGE = "claude-3.7-sonnet"
"""Of the ladder up to July 2025, as its authors say; the files don't name it."""

EQ_BENCH_3_ANCHORS = (Anchor("o3", 1500.0), Anchor("meta-llama/llama-3.2-1b-instruct", 200.0))


@dataclass(frozen=True, slots=True)
class Ladder:
    """Published ratings.

    Attributes:
        name: Where they come from.
        ratings: By model.
        judges: Who judged; empty if nobody said.
        anchors: The two models that its scale goes through, if it says.
    """

    name: str
    ratings: Mapping[str, float]
    judges: tuple[str, ...] = ()
    anchors: tuple[Anchor, ...] = field(default=())

    def anchored(self, chosen: Sequence[Anchor]) -> tuple[Anchor, ...]:
        """The anchors to use: those that were chosen, else the ladder's own.

        Raises:
            EvalError: If there are none of either.
        """
        if chosen:
            return tuple(chosen)
        if len(self.anchors) == 2:
            return self.anchors
        raise EvalError(
            f"{self.name} does not say which two models its scale goes through: name two with "
            "--anchor MODEL=RATING"
        )


def log_ladder(name: str, ratings: Mapping[str, float]) -> Ladder:
    """The ladder in an EQ-Bench 3 log."""
    return Ladder(f"the ladder in {name}", ratings, (EQ_BENCH_3_JUDGE,), EQ_BENCH_3_ANCHORS)


def read_ladder(path: Path, judge: str = "") -> Ladder:
    """A published ladder: EQ-Bench 3's table as CSV, or EQ-Bench 4's judge report.

    Args:
        path: The file.
        judge: Who judged, where the file does not say.

    Raises:
        EvalError: If it is neither.
    """
    text = opened(path).text
    if text.lstrip().startswith("{"):
        return _report(str(path), _parsed(str(path), text), judge)
    rows = list(csv.DictReader(io.StringIO(text)))
    if not rows or not {"model_name", "elo_norm"} <= set(rows[0]):
        raise EvalError(f"{path} is no published ladder: it needs model_name and elo_norm")
    ratings: dict[str, float] = {}
    for i, row in enumerate(rows, start=1):
        if row["model_name"] in ratings:
            raise EvalError(f"{path}, row {i}: {row['model_name']!r} is there twice")
        ratings[row["model_name"]] = _rating(str(path), i, row["elo_norm"])
    return Ladder(str(path), ratings, (judge,) if judge else (), EQ_BENCH_3_ANCHORS)


def _rating(name: str, row: int, value: str | None) -> float:
    try:
        return float(value or "")
    except ValueError as error:
        raise EvalError(f"{name}, row {row}: {value!r} is no rating") from error


def _parsed(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise EvalError(f"{name} is not whole JSON: {error}") from error


def _report(name: str, plain: Any, judge: str) -> Ladder:
    if not isinstance(plain.get("pooled_elo"), dict):
        raise EvalError(f"{name} is no published ladder: it has no 'pooled_elo'")
    judges = tuple(sorted(plain.get("comparisons_by_judge", {}))) or ((judge,) if judge else ())
    return Ladder(name, plain["pooled_elo"], judges)


def require_same_judges(
    ladder: Ladder, judges: Sequence[str], judgements: Sequence[Judgement]
) -> None:
    """Check that a table may stand beside a ladder: a scale belongs to its judges.

    Raises:
        EvalError: If the judges are others, or not named; says what judging anew would take.
    """
    wanted = sorted(bare(judge) for judge in ladder.judges)
    if not wanted:
        raise EvalError(f"{ladder.name} does not say who judged it: name the judge of the ladder")
    if wanted == sorted(bare(judge) for judge in judges):
        return
    theirs = listed(ladder.judges)
    scenarios = len({j.scenario for j in judgements})
    anew = (
        f"judging anew takes {len(judgements):,} answers of {theirs}, one a judgement, over "
        f"{scenarios:,} scenarios (`mien evals rejudge` for logs of Mien's)"
    )
    if any(not judge for judge in judges):
        raise EvalError(
            f"the judgements do not all name their judge, and {ladder.name} was judged by "
            f"{theirs}: if so were they, say --judge {theirs}; if not, {anew}"
        )
    raise EvalError(
        f"{ladder.name} was judged by {theirs}, these judgements are by {listed(list(judges))}: "
        f"another judge has another scale; {anew}"
    )
