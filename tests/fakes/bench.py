"""A small task with and without a judge, for tests of running, logs and prices."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.core.errors import ConfigError
from mien.evals.bench import Calls, Scored, Setup
from mien.evals.estimate import Estimate, mean
from mien.evals.info import TaskInfo
from mien.evals.inspecting import as_score, cache_policy, header
from mien.evals.result import Fault, ItemResult, Result

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.scorer import Scorer

INFO = TaskInfo(
    name="probe",
    title="How a friend feels",
    version="1",
    measures="Nothing; it exists for tests",
    main_score="score",
    scale="0 to 10, higher is better",
    citation="none",
    licence="CC0-1.0",
    cluster="pair of items",
)
ITEMS = 12
ASK = "Question {n}. How strong are these? Answer in this form:\nCalm: <score>\nSad: <score>"
JUDGE = 'Judge reply {n}.\n{reply}\nAnswer in JSON: {{"score": a number from 0 to 10}}'


class Probe:
    """One question an item; the mean of two numbers is the score, or a judge's number."""

    def __init__(self, info: TaskInfo = INFO) -> None:
        self.info = info

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        scored = [(one.score, one.cluster) for one in items if one.score is not None]
        if not scored:
            return Scored(Estimate(float("nan")), {}, "nothing could be scored")
        values, clusters = zip(*scored, strict=True)
        return Scored(mean(values, clusters), {})

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        return ()

    def baselines(self, setup: Setup) -> Sequence[Result]:
        return ()

    def plan(self, setup: Setup) -> Sequence[Calls]:
        n = self._n(setup)
        roles = ("model", *self.info.roles)
        return [Calls(role=role, calls=n, read=30 * n, written=8 * n) for role in roles]

    def task(self, setup: Setup) -> Task:
        from inspect_ai import Task
        from inspect_ai.dataset import MemoryDataset, Sample
        from inspect_ai.solver import Generate, TaskState, solver

        n = self._n(setup)
        samples = [
            Sample(input=ASK.format(n=i), id=f"q{i}", metadata={"cluster": f"c{i // 2}"})
            for i in range(n)
        ]

        @solver
        def ask() -> Any:
            async def solve(state: TaskState, generate: Generate) -> TaskState:
                return await generate(state, cache=cache_policy(state))

            return solve

        return Task(
            dataset=MemoryDataset(samples),
            solver=ask(),
            scorer=_judged() if self.info.roles else _plain(),
            name=self.info.name,
            version=self.info.version,
            metadata=header(self.info, planned=n, variant={}, prompts={"ask": "0"}, data={}),
        )

    def _n(self, setup: Setup) -> int:
        if unknown := set(setup.args) - {"n"}:
            raise ConfigError(f"probe does not know {unknown.pop()!r}: it knows n")
        n = int(setup.args.get("n", ITEMS))
        return min(n, setup.limit or n)


BENCH = Probe()
JUDGED = Probe(replace(INFO, name="judged_probe", roles=("judge",)))


def _plain() -> Scorer:
    from inspect_ai.scorer import Score, Target, scorer
    from inspect_ai.solver import TaskState

    @scorer(metrics=[])
    def numbers() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:
            return as_score(_item(state, _read(state.output.completion)))

        return score

    return numbers()


def _judged() -> Scorer:
    from inspect_ai.model import get_model
    from inspect_ai.scorer import Score, Target, scorer
    from inspect_ai.solver import TaskState

    @scorer(metrics=[])
    def verdict() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:
            judge = get_model(role="judge", required=True)
            n = str(state.sample_id)[1:]
            asked = JUDGE.format(n=n, reply=state.output.completion)
            output = await judge.generate(asked, cache=cache_policy(state))
            try:
                value = float(json.loads(output.completion)["score"])
            except (ValueError, KeyError, TypeError):
                return as_score(_item(state, None, Fault.JUDGE, str(judge)))
            return as_score(_item(state, value, None, str(judge)))

        return score

    return verdict()


def _item(state: Any, score: float | None, fault: Fault | None = None, judge: str = "") -> Any:
    if score is None:
        fault = fault or Fault.UNPARSEABLE
    return ItemResult(
        item=str(state.sample_id),
        cluster=state.metadata["cluster"],
        score=score,
        fault=fault,
        epoch=state.epoch,
        judge=judge,
    )


def _read(text: str) -> float | None:
    try:
        values = [float(line.split(":")[1]) for line in text.splitlines() if ":" in line]
    except ValueError:
        return None
    return sum(values) / len(values) if values else None
