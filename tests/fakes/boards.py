"""A task whose runs are JSON files of scores an item, for tests of tables."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from types import ModuleType

from mien.core.errors import EvalError
from mien.evals import catalogue
from mien.evals.bench import Scored
from mien.evals.estimate import mean
from mien.evals.info import TaskInfo
from mien.evals.result import Fault, ItemResult, Result

INFO = TaskInfo(
    name="made",
    title="A made task",
    version="1",
    measures="A high score means nothing",
    main_score="made",
    scale="0 to 100",
    factor=10.0,
    citation="Nobody (2026).",
    licence="CC0-1.0",
    cluster="scenario",
    contamination="Its items are public",
)


class Made:
    """A bench whose stored runs are `{model, scores: {item: number or null}, ...}`."""

    info = INFO

    def score(self, items, planned):
        held = [item for item in items if item.score is not None]
        main = mean([item.score for item in held], [item.cluster for item in held])
        names = dict.fromkeys(name for item in held for name in item.parts)
        parts = {
            name: mean(
                [item.parts[name] for item in held if name in item.parts],
                [item.cluster for item in held if name in item.parts],
            )
            for name in names
        }
        why = "" if held else "nothing was scored"
        return Scored(main.times(INFO.factor), parts, why)

    def stored(self, path, setup):
        try:
            plain = json.loads(Path(path).read_text(encoding="utf-8"))
            scores = plain["scores"]
        except (ValueError, KeyError, TypeError) as error:
            raise EvalError(f"{path} is no made run") from error
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        return [run(plain["model"], scores, source=str(path), sha256=digest, **plain.get("is", {}))]

    def baselines(self, setup):
        if setup.data is None:
            raise EvalError("the items are not here: give --data DIR")
        return [run("the same everywhere", {f"i{n}": 3.0 for n in range(12)})]

    def plan(self, setup):
        return []

    def task(self, setup):
        raise NotImplementedError


def run(model, scores, **about):
    """A result of the task; `None` stands for a refusal."""
    parts = about.pop("parts", lambda item, score: {"warmth": score / 2, "insight": 10 - score})
    items = tuple(
        ItemResult(
            item=item,
            cluster=item,
            score=score,
            fault=Fault.REFUSED if score is None else None,
            parts={} if score is None else parts(item, score),
        )
        for item, score in scores.items()
    )
    planned = about.pop("planned", len(items))
    return Result(task="made", version="1", model=model, items=items, planned=planned, **about)


def register(monkeypatch):
    """Make the task known for one test."""
    module = ModuleType("mien.evals.tasks.made")
    module.BENCH = Made()
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(catalogue._HOMES, "made", "made")
