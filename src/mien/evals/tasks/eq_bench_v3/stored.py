"""Runs in files that EQ-Bench 3's publisher wrote: grades of its judge, by scenario."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mien.core.errors import EvalError
from mien.evals.result import Fault, ItemResult, Result
from mien.evals.source import content
from mien.evals.tasks.eq_bench_v3.rubric import HIGHEST, task_score
from mien.evals.tasks.eq_bench_v3.scenarios import Kind

LARGEST = 1 << 30
"""Bytes of an unpacked file; the leaderboard's own has a fifth of it."""

_SCORED = "rubric_scored"


def read_runs(path: Path, task: str) -> list[Result]:
    """The runs in a file of the published program, or the grades of a page of its results.

    Raises:
        EvalError: If it is neither.
    """
    raw = content(path, LARGEST)
    try:
        plain = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise EvalError(f"{path} is not JSON: was it cut off?") from error
    sha256 = hashlib.sha256(raw).hexdigest()
    if isinstance(plain, dict) and isinstance(plain.get("scenarios"), list):
        return [_of_page(path, sha256, plain, task)]
    runs = plain.items() if isinstance(plain, dict) else ()
    found = [
        _of_run(path, sha256, run, task)
        for _, run in runs
        if isinstance(run, dict) and isinstance(run.get("scenario_tasks"), dict)
    ]
    if not found:
        raise EvalError(
            f"{path} holds no run of EQ-Bench 3: it has neither 'scenarios' with 'rubric_0_20' "
            "nor runs with 'scenario_tasks'" + _stranger(plain)
        )
    return found


def _stranger(plain: Any) -> str:
    if not isinstance(plain, dict):
        return ""
    if "__metadata__" in plain:
        return "; it is a log of pairwise judgements: `mien rate` reads it"
    return "; it is a run of EQ-Bench 2: name eq_bench" if "raw_results" in plain else ""


def _of_page(path: Path, sha256: str, plain: Mapping[str, Any], task: str) -> Result:
    items, seen = [], Counter[str]()
    for entry in plain["scenarios"]:
        title, kind = str(entry.get("title", "")), _kind_of(entry)
        seen[title] += 1
        # Three analyses share one title, and the page gives no ids.
        name = title if seen[title] == 1 else f"{title} ({seen[title]})"
        items.append(_item(path, name, 1, entry.get("rubric_0_20"), kind, "unknown"))
    stated = plain.get("published_rubric_0_100")
    return Result(
        task=task,
        version="published",
        model=str(plain.get("model") or "unknown"),
        items=tuple(items),
        planned=len(items),
        roles={"judge": "unknown"},
        source=str(path),
        sha256=sha256,
        stated=float(stated) if isinstance(stated, int | float) else None,
        notes=("the page lists scored scenarios alone, and does not name the judge",),
    )


def _kind_of(entry: Mapping[str, Any]) -> Kind:
    # The page does not tell drafting from role-play; both have the same rubric.
    return Kind.ANALYSIS if entry.get("kind") == Kind.ANALYSIS else Kind.ROLE_PLAY


def _of_run(path: Path, sha256: str, run: Mapping[str, Any], task: str) -> Result:
    judge = str(run.get("judge_model") or "unknown")
    items = tuple(
        _item(path, scenario, epoch, told.get("rubric_scores"), Kind.of(scenario), judge)
        if told.get("status") == _SCORED
        else _unscored(scenario, epoch, judge, Fault.FAILED)
        for epoch, scenario, told in _tasks(run["scenario_tasks"])
    )
    stated = (run.get("results") or {}).get("average_rubric_score")
    return Result(
        task=task,
        version="published",
        model=str(run.get("model_name") or run.get("test_model") or "unknown"),
        items=items,
        planned=len(items),
        roles={"judge": judge},
        variant={"answers": "truncated"} if run.get("truncate_for_rubric") else {},
        source=str(path),
        sha256=sha256,
        created=str(run.get("start_time") or ""),
        # The file states it on the scale of the grades.
        stated=stated * 5.0 if isinstance(stated, int | float) else None,
    )


def _tasks(told: Mapping[str, Any]) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    for iteration, scenarios in told.items():
        for scenario, entry in scenarios.items() if isinstance(scenarios, dict) else ():
            if isinstance(entry, dict):
                yield int(iteration) if iteration.isdigit() else 1, str(scenario), entry


def _item(path: Path, name: str, epoch: int, grades: Any, kind: Kind, judge: str) -> ItemResult:
    if not isinstance(grades, dict):
        return _unscored(name, epoch, judge, Fault.JUDGE)
    parts = {key: float(value) for key, value in grades.items() if _is_number(value)}
    wrong = next((key for key, value in parts.items() if not 0 <= value <= HIGHEST), None)
    if wrong:
        raise EvalError(
            f"{path}: {name!r} has the grade {parts[wrong]} for {wrong}, beyond 0 to 20"
        )
    score = task_score(parts, kind)
    if score is None:
        return _unscored(name, epoch, judge, Fault.JUDGE)
    return ItemResult(
        item=name, cluster=name, score=score, epoch=epoch, parts=parts, judge=judge, kind=kind
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unscored(name: str, epoch: int, judge: str, fault: Fault) -> ItemResult:
    kind = Kind.of(name)
    return ItemResult(
        item=name, cluster=name, score=None, fault=fault, epoch=epoch, judge=judge, kind=kind
    )
