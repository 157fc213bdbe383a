"""From files of runs to boards: what `score`, `compare`, `report` and bundles share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mien.charts.numbers import listed
from mien.core.errors import EvalError, MienError
from mien.evals import catalogue
from mien.evals.bench import Setup
from mien.evals.boards.board import Board, make_board
from mien.evals.boards.comparing import Difference, differences
from mien.evals.boards.gathering import Key, boards, gather, one_board
from mien.evals.result import Result

PLACES = 2
"""Decimals of a score, as the tests' publishers print them."""


def score_files(
    task: str, paths: Sequence[str | Path], setup: Setup | None = None
) -> list[dict[str, Any]]:
    """The score of every run in some files: `file, score, n, parseable, se, ci` and more.

    Args:
        task: Whose published files they are; logs say it themselves.
        paths: Runs as published, logs of Inspect, or folders of either.
        setup: Where the task's items are.

    Raises:
        EvalError: If a file holds no run, or one of another task.
    """
    name = catalogue.find(task).info.name
    runs = gather(paths, task=task, setup=setup, unique=False)
    if other := next((run for run in runs if run.task != name), None):
        raise EvalError(
            f"{other.source} is a run of {other.task!r}, not of {name!r}: score it with `mien "
            f"evals score {other.task}`, or all tasks together with `mien evals report`"
        )
    return [_scored(run) for run in runs]


def compare_files(paths: Sequence[str | Path], **options: Any) -> tuple[Difference, ...]:
    """Paired differences of all models in some files.

    Args:
        paths: Runs of one task.
        options: As of `gathering.gather`.

    Raises:
        EvalError: If the scores don't mean the same, or there are not two of them.
    """
    runs = gather(paths, **options)
    _refuse_pairs(runs)
    key = one_board(runs)
    if len(runs) < 2:
        raise EvalError(f"{runs[0].source} is one run alone: name two or more to compare")
    return differences(runs, catalogue.find(key.task).info.factor)


def boards_of(
    paths: Sequence[str | Path],
    *,
    task: str = "",
    setup: Setup | None = None,
    labels: Mapping[str, str] | None = None,
) -> tuple[Board, ...]:
    """A board for every score that means something of its own.

    Args:
        paths: Runs as published, logs of Inspect, or folders of either.
        task: Whose published files they are; logs say it themselves.
        setup: Where the tasks' items are; without them there are no baselines, which is noted.
        labels: Another name of a model, by the file it is in.

    Raises:
        EvalError: If a file holds no run, is given twice, two runs have one name, or all hold
            judgements of pairs.
    """
    setup = setup or Setup()
    runs = gather(paths, task=task, setup=setup, labels=labels)
    _refuse_pairs(runs)
    found = boards(runs)
    return tuple(_beside(_board(held, setup), key, found) for key, held in found.items())


def _beside(board: Board, key: Key, keys: Iterable[Key]) -> Board:
    """A board that tells in what it differs from others of the same name."""
    twins = (one for one in keys if one != key and replace(one, texts=key.texts) == key)
    told = dict.fromkeys(what for one in twins for what in key.differences(one))
    if not told:
        return board
    note = f"Another table of this name differs in {listed([*told])}"
    return replace(board, notes=(*board.notes, note))


def _refuse_pairs(runs: Sequence[Result]) -> None:
    """Where other runs stand beside them, the table itself says where pairs are rated."""
    of_pairs = {bench.info.pairs for bench in catalogue.all_benches()}
    if all(run.task in of_pairs for run in runs):
        raise EvalError(
            f"{runs[0].source} holds judgements of pairs, which rate models together: "
            f"`mien rate {' '.join(run.source for run in runs)}` makes their table"
        )


def _board(runs: Sequence[Result], setup: Setup) -> Board:
    try:
        grey = catalogue.find(runs[0].task).baselines(setup)
    except MienError as error:
        board = make_board(runs)
        return replace(board, notes=(*board.notes, f"No baselines: {error}"))
    fitting = [_narrowed(one, runs) for one in grey if _fits(one, runs[0])]
    board = make_board(runs, [one for one in fitting if one.items])
    if board.baselines or not grey:
        return board
    note = "No baselines: those at hand are of other items than these runs were asked"
    return replace(board, notes=(*board.notes, note))


def _fits(baseline: Result, run: Result) -> bool:
    """Whether a baseline is of what a run was asked, as far as both say."""
    told = baseline.variant
    if run.variant.get("data") not in (None, told.get("data")):
        return False
    return all(run.variant.get(name, value) == value for name, value in told.items())


def _narrowed(baseline: Result, runs: Sequence[Result]) -> Result:
    """A baseline on the items that limited runs were asked."""
    if "items" not in runs[0].variant:
        return baseline
    asked = {item.item for run in runs for item in run.items}
    items = tuple(item for item in baseline.items if item.item in asked)
    return replace(baseline, items=items, planned=len(items))


def _scored(run: Result) -> dict[str, Any]:
    found = catalogue.find(run.task).score(run.items, run.planned)
    main = found.main
    return {
        "file": run.source,
        "task": run.name,
        "model": run.model,
        "score": _rounded(main.value),
        "n": run.planned,
        "parseable": main.n,
        "se": _rounded(main.se, 4),
        "ci": [_rounded(main.low), _rounded(main.high)],
        "parts": {name: _rounded(part.value, 4) for name, part in found.parts.items()},
        "stated": run.stated,
        "why_none": found.why_none or None,
    }


def _rounded(value: float, places: int = PLACES) -> float | None:
    return None if math.isnan(value) else round(value, places)
