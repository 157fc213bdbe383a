"""EQ-Bench 3: role-plays, drafts and analyses with turns written beforehand, graded by a judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.core.errors import ConfigError
from mien.evals.bench import Calls, Scored, Setup
from mien.evals.estimate import NAN, Estimate, mean
from mien.evals.info import TaskInfo
from mien.evals.inspecting import header
from mien.evals.result import ItemResult, Result
from mien.evals.source import published
from mien.evals.tasks.eq_bench_v3.planning import plan_rubric
from mien.evals.tasks.eq_bench_v3.prompts import load, prompt_hashes
from mien.evals.tasks.eq_bench_v3.scenarios import Kind
from mien.evals.tasks.eq_bench_v3.stored import read_runs

if TYPE_CHECKING:
    from inspect_ai import Task

CITATION = "Paech (2025), EQ-Bench 3, https://github.com/EQ-bench/eqbench3"

CONTAMINATION = (
    "Scenarios, judge prompts and answers of many models have been public since April 2025: "
    "newer models may have been trained on them."
)

INFO = TaskInfo(
    name="eq_bench_v3",
    title="EQ-Bench 3: hard talks with turns written beforehand, graded by a judge",
    version="1",
    measures=(
        "How a judge grades empathy, insight and tact in role-plays, drafts and analyses; the "
        "level is the judge's (the same answers lose up to 20 points with another one), and the "
        "user reacts to nothing the model says."
    ),
    main_score="rubric",
    scale="0 to 100, higher is better",
    citation=CITATION,
    licence="MIT",
    asset="eq-bench-v3",
    roles=("judge",),
    cluster="scenario",
    turns=4,
    contamination=CONTAMINATION,
    pairs="eq_bench_v3_pairs",
)

TO_HUNDRED = 5.0
"""From the scale of grades, 0 to 20, to that of the score."""


class RubricBench:
    """The rubric of EQ-Bench 3."""

    info = INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """The mean over talks, all iterations pooled, of the mean of the grades that score.

        The published program rounds it to two digits before it is put on the scale of 0 to 100;
        here it is not rounded.
        """
        scored = [item for item in items if item.score is not None]
        if not scored:
            return Scored(Estimate(NAN), {}, "the judge graded no talk")
        kinds = {
            kind.value: _mean([one for one in scored if one.kind == kind]).times(TO_HUNDRED)
            for kind in Kind
            if any(one.kind == kind for one in scored)
        }
        names = dict.fromkeys(name for item in scored for name in item.parts)
        grades = {name: _part(scored, name) for name in names}
        return Scored(_mean(scored).times(TO_HUNDRED), {**kinds, **grades})

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """The runs in a file of the published program, or the grades of a page of its results."""
        return read_runs(path, INFO.name)

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """None: what an answer that reads nothing comes to is the judge's to say."""
        return ()

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """Turns and debriefs of the model, and a grading a talk."""
        truncated(setup)
        texts = load(published(INFO, setup))
        scenarios, _ = setup.cut(texts.parsed.scenarios)
        return plan_rubric(texts, scenarios)

    def task(self, setup: Setup) -> Task:
        """The task for Inspect; its role `judge` must be named."""
        from inspect_ai import Task
        from inspect_ai.dataset import MemoryDataset

        from mien.evals.tasks.eq_bench_v3.running import grading, sample_of, talking

        truncate = truncated(setup)
        source = published(INFO, setup)
        texts = load(source)
        scenarios, limited = setup.cut(texts.parsed.scenarios)
        variant = {**source.variant, **limited, **({"answers": "truncated"} if truncate else {})}
        return Task(
            dataset=MemoryDataset([sample_of(one) for one in scenarios], name=INFO.name),
            solver=talking(texts),
            scorer=grading(INFO.name, texts, truncate=truncate),
            name=INFO.name,
            version=INFO.version,
            metadata=header(
                INFO,
                planned=len(scenarios),
                variant=variant,
                prompts=prompt_hashes(source.hashes),
                data=source.hashes,
            ),
        )


def _mean(items: Sequence[ItemResult]) -> Estimate:
    scored = [(item.score, item.cluster) for item in items if item.score is not None]
    return mean([score for score, _ in scored], [cluster for _, cluster in scored])


def _part(items: Sequence[ItemResult], name: str) -> Estimate:
    held = [(item.parts[name], item.cluster) for item in items if name in item.parts]
    return mean([grade for grade, _ in held], [cluster for _, cluster in held])


def truncated(setup: Setup) -> bool:
    """Whether answers are cut before they are graded; the only thing this task can be told.

    Raises:
        ConfigError: If it is told anything else.
    """
    args = dict(setup.args)
    value = args.pop("truncate", False)
    if args:
        raise ConfigError(f"{INFO.name} does not know {min(args)!r}: it knows truncate")
    if not isinstance(value, bool):
        raise ConfigError(f"truncate is true or false, not {value!r}")
    return value


BENCH = RubricBench()
