"""From files of runs to boards: what `score`, `compare`, `report` and bundles share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mien.core.errors import MienError
from mien.evals import catalogue
from mien.evals.bench import Setup
from mien.evals.boards.board import Board, make_board
from mien.evals.boards.comparing import Difference, differences
from mien.evals.boards.gathering import boards, gather, one_board
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
        EvalError: If a file holds no run of the task.
    """
    catalogue.find(task)
    runs = gather(paths, task=task, setup=setup, unique=False)
    return [_scored(run) for run in runs]


def compare_files(paths: Sequence[str | Path], **options: Any) -> tuple[Difference, ...]:
    """Paired differences of all models in some files.

    Args:
        paths: Runs of one task.
        options: As of `gathering.gather`.

    Raises:
        EvalError: If the scores don't mean the same.
    """
    runs = gather(paths, **options)
    key = one_board(runs)
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
        EvalError: If a file holds no run, is given twice, or two runs have one name.
    """
    setup = setup or Setup()
    runs = gather(paths, task=task, setup=setup, labels=labels)
    return tuple(_board(held, setup) for held in boards(runs).values())


def _board(runs: Sequence[Result], setup: Setup) -> Board:
    try:
        grey = catalogue.find(runs[0].task).baselines(setup)
    except MienError as error:
        board = make_board(runs)
        return replace(board, notes=(*board.notes, f"No baselines: {error}"))
    return make_board(runs, [run for run in grey if _fits(run, runs[0])])


def _fits(baseline: Result, run: Result) -> bool:
    """Whether a baseline is of the items that a run was asked: no variant says otherwise."""
    return all(run.variant.get(name, told) == told for name, told in baseline.variant.items())


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
