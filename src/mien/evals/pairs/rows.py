"""The log of a task of pairs as rows in Mien's plain form, which `mien rate` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.core.errors import EvalError
from mien.evals.inspecting import as_item
from mien.evals.logs import open_log, planned
from mien.evals.pairs.schedule import Showing
from mien.evals.pairs.style import style_of
from mien.timeline.files import replacing

if TYPE_CHECKING:
    from inspect_ai.log import EvalSampleSummary

_SIDES = {"first", "second", "scenario"}
_COLUMNS = (
    *("first", "second", "scenario", "iteration", "kind"),
    *(f"{side}_{what}" for side in ("first", "second") for what in ("length", "markdown")),
)


def pair_metadata(showing: Showing) -> dict[str, Any]:
    """What a sample's metadata must hold so that its judgement becomes a row.

    Short value by value, since Inspect's summaries leave out long ones.
    """
    sides = {"first": showing.first, "second": showing.second}
    styles = {side: style_of(talk.answers) for side, talk in sides.items()}
    return {
        "first": showing.first.model,
        "second": showing.second.model,
        "scenario": showing.first.scenario,
        "iteration": str(showing.first.epoch),
        "kind": showing.first.kind,
        **{f"{side}_length": round(style.length, 1) for side, style in styles.items()},
        **{f"{side}_markdown": round(style.markdown, 2) for side, style in styles.items()},
    }


def rows_of(logs: Iterable[str | Path]) -> dict[str, list[dict[str, Any]]]:
    """The judgements in logs of one task of pairs, by log, a row each; `mien rate` reads such rows.

    A judgement that failed, or was never made since the run was interrupted, is a row with its
    `error`. Samples are read from their summaries, so that a long log is quick to read.

    Raises:
        EvalError: If a log is of no task of pairs, or logs differ in task, version or variant.
    """
    first: tuple[Path, Mapping[str, Any]] | None = None
    found: dict[str, list[dict[str, Any]]] = {}
    for log in map(Path, logs):
        told, found[str(log)] = _rows_of(log)
        if first and first[1] != told:
            raise EvalError(
                f"{first[0]} and {log} differ in their task, its version, or how their talks came "
                "about: their judgements don't mean the same"
            )
        first = first or (log, told)
    return found


def write_rows(logs: Iterable[str | Path], path: Path) -> int:
    """Write the judgements of logs as JSON lines, and say how many; see `rows_of`."""
    rows = [row for held in rows_of(logs).values() for row in held]
    with replacing(path) as part:
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        part.write_text(lines, encoding="utf-8", newline="\n")
    return len(rows)


def _rows_of(path: Path) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    log = open_log(path)
    if not log.samples or any(not one.metadata.keys() >= _SIDES for one in log.samples):
        raise EvalError(f"{path} holds no judgements of pairs: it is a run of {log.told['task']!r}")
    told = {key: log.told.get(key) for key in ("task", "version", "variant")}
    missing = max(0, planned(log) - len(log.samples))
    return told, [*map(_row, log.samples), *({"error": "never judged"} for _ in range(missing))]


def _row(sample: EvalSampleSummary) -> dict[str, Any]:
    score = next(iter((sample.scores or {}).values()), None)
    row = {name: sample.metadata[name] for name in _COLUMNS if name in sample.metadata}
    if score is None:
        return {**row, "outcome": None, "error": "not judged"}
    item = as_item(score, sample.epoch)
    row |= {"judge": item.judge, "outcome": item.score}
    if item.score is None:
        return row | {"error": str(item.fault)}
    return row | {"abilities": dict(item.parts)}
