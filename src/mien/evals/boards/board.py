"""A table of runs: ranks that hold, what each score rests on, and what it must be seen beside."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mien.evals import catalogue
from mien.evals.bench import Bench
from mien.evals.boards.comparing import Difference, differences, rank_groups
from mien.evals.boards.gathering import Key, one_board
from mien.evals.boards.remarks import of_board, of_run, of_score
from mien.evals.estimate import Estimate, finite
from mien.evals.info import TaskInfo
from mien.evals.result import Fault, Result, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run in the table.

    Attributes:
        rank: From 1; runs that are not told apart share one. None for baselines and for runs
            without a score.
        model: Its name in the table.
        main: The figure that ranks.
        parts: Figures beside it, by name.
        why_none: Why there is no score, if there is none.
        planned: Items times epochs that were to be asked.
        scored: How many have a score.
        missing: How many were never answered.
        faults: What went wrong, by kind.
        usage: By role.
        remarks: What a reader must know of this run, in sentences.
        run: Where it all comes from.
    """

    rank: int | None
    model: str
    main: Estimate
    parts: Mapping[str, Estimate]
    why_none: str
    planned: int
    scored: int
    missing: int
    faults: Mapping[Fault, int]
    usage: Mapping[str, Usage]
    remarks: tuple[str, ...]
    run: Result

    @property
    def refused(self) -> float:
        """The share of answers that refused; NaN without answers."""
        n = len(self.run.items)
        return self.faults.get(Fault.REFUSED, 0) / n if n else math.nan

    @property
    def usd(self) -> float | None:
        """What the run cost over all roles; None if any role has no price."""
        costs = [used.usd for used in self.usage.values()]
        return None if not costs or None in costs else sum(usd for usd in costs if usd is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All runs of one task that may be compared.

    Attributes:
        info: Of the task.
        key: What all runs share.
        rows: From the best down, those without a score last.
        baselines: What answers without reading come to.
        differences: Of all pairs of models.
        notes: What holds for the whole table, in sentences.
    """

    info: TaskInfo
    key: Key
    rows: tuple[Row, ...]
    baselines: tuple[Row, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]

    @property
    def groups(self) -> list[list[Row]]:
        """Ranked runs, those that share a rank together."""
        ranks = dict.fromkeys(row.rank for row in self.rows if row.rank is not None)
        return [[row for row in self.rows if row.rank == rank] for rank in ranks]

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON; what could not be formed is null."""
        return {
            "task": self.info.name,
            "title": self.info.title,
            "version": self.key.version,
            "main_score": self.info.main_score,
            "roles": dict(self.key.roles),
            "variant": dict(self.key.variant),
            "rows": [_row_dict(row) for row in self.rows],
            "baselines": [_row_dict(row) for row in self.baselines],
            "differences": [one.to_dict() for one in self.differences],
            "notes": list(self.notes),
        }


def make_board(runs: Sequence[Result], baselines: Sequence[Result] = ()) -> Board:
    """The table of some runs.

    Args:
        runs: Of one task, with one key; see `gathering.one_board`.
        baselines: Of the task, where its items are at hand.

    Raises:
        EvalError: If the scores of the runs don't mean the same.
    """
    key = one_board(runs)
    bench = catalogue.find(key.task)
    rows = [_row(bench, run) for run in runs]
    ranked = sorted(
        (row for row in rows if not math.isnan(row.main.value)),
        key=lambda row: (-row.main.value, row.model),
    )
    pairs = differences([row.run for row in ranked], bench.info.factor)
    ranks = _ranks(rank_groups([row.model for row in ranked], pairs))
    held = [replace(row, rank=ranks[row.model]) for row in ranked]
    lost = sorted((row for row in rows if math.isnan(row.main.value)), key=lambda row: row.model)
    grey = sorted((_row(bench, run) for run in baselines), key=lambda row: -row.main.value)
    return Board(
        info=bench.info,
        key=key,
        rows=(*held, *lost),
        baselines=tuple(grey),
        differences=pairs,
        notes=of_board(bench.info, [row.run for row in (*held, *lost)], pairs),
    )


def _row(bench: Bench, run: Result) -> Row:
    scored = bench.score(run.items, run.planned)
    return Row(
        rank=None,
        model=run.model,
        main=scored.main,
        parts=scored.parts,
        why_none=scored.why_none,
        planned=run.planned,
        scored=sum(item.score is not None for item in run.items),
        missing=max(0, run.planned - len(run.items)),
        faults=Counter(item.fault for item in run.items if item.fault is not None),
        usage=run.usage,
        remarks=(*of_run(run), *of_score(run, scored.main)),
        run=run,
    )


def _ranks(groups: Sequence[Sequence[str]]) -> dict[str, int]:
    """The first place of its group for each model: 1, 1, 3."""
    ranks: dict[str, int] = {}
    for group in groups:
        place = len(ranks) + 1
        ranks.update(dict.fromkeys(group, place))
    return ranks


def _row_dict(row: Row) -> dict[str, Any]:
    run = row.run
    return {
        "rank": row.rank,
        "model": row.model,
        "score": finite(row.main.value),
        "se": finite(row.main.se),
        "ci": [finite(row.main.low), finite(row.main.high)],
        "why_none": row.why_none or None,
        "parts": {name: finite(found.value) for name, found in row.parts.items()},
        "planned": row.planned,
        "answered": len(run.items),
        "scored": row.scored,
        "missing": row.missing,
        "faults": {fault.value: n for fault, n in row.faults.items()},
        "usage": {
            role: {"calls": u.calls, "read": u.read, "written": u.written, "usd": u.usd}
            for role, u in row.usage.items()
        },
        "usd": row.usd,
        "is_scripted": run.is_scripted,
        "remarks": list(row.remarks),
        "source": run.source,
        "sha256": run.sha256,
        "created": run.created or None,
        "prompts": dict(run.prompts),
        "data": dict(run.data),
        "packages": dict(run.packages),
    }
