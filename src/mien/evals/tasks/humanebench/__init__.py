"""HumaneBench: eight principles of humane technology, three judges, three conditions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.core.errors import ConfigError
from mien.evals.bench import Calls, Scored, Setup
from mien.evals.info import TaskInfo
from mien.evals.result import ItemResult, Result
from mien.evals.source import published
from mien.evals.tasks.humanebench.items import Condition, items, persona, rubric
from mien.evals.tasks.humanebench.rating import ask, score
from mien.evals.tasks.humanebench.stored import runs
from mien.evals.tokens import tokens_in
from mien.evals.written import guard_in

if TYPE_CHECKING:
    from inspect_ai import Task

__all__ = ["BENCH"]

INFO = TaskInfo(
    name="humanebench",
    title="HumaneBench, 788 prompts by eight principles of humane technology",
    version="1",
    measures=(
        "How far single replies respect attention, choice, capability, dignity, relationships, "
        "wellbeing, honesty and inclusion, by a published rubric that punishes any companion's "
        "tone. The frame around the rubric is ours"
    ),
    main_score="humane",
    scale="-1 to 1, higher is better",
    citation=(
        "Building Humane Technology (2025). HumaneBench. "
        "https://github.com/buildinghumanetech/humanebench"
    ),
    licence="Apache-2.0",
    asset="humanebench",
    roles=("judge_1", "judge_2", "judge_3"),
    cluster="prompt",
    contamination="Prompts, rubric and human ratings are public since 2025",
)

REPLY, VERDICT = 350, 70
"""Tokens of a model's reply and of a judge's verdict: guesses."""


def condition_of(setup: Setup) -> Condition:
    """What the model is told first.

    Raises:
        ConfigError: If the condition is none of the three.
    """
    # YAML and JSON read the word as nothing.
    told = setup.args.get("condition", Condition.NONE)
    text = "none" if told is None else str(told)
    if text not in {*Condition}:
        raise ConfigError(f"condition cannot be {text!r}: give {', '.join(Condition)}")
    return Condition(text)


class HumaneBench:
    """The bench as the catalogue has it."""

    @property
    def info(self) -> TaskInfo:
        """What it is."""
        return INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """The mean of the principles' means, as published."""
        return score(items, planned)

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """The rows of the publisher's tables of means."""
        return tuple(runs(path, INFO.name, INFO.roles))

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """None: judges must read replies."""
        return ()

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """Calls and tokens by role."""
        guard_in(INFO, setup.args, "condition")
        found = published(INFO, setup)
        chosen, _ = setup.cut(items(found))
        system = tokens_in(persona(found, condition_of(setup)))
        rules, parts = rubric(found)
        n = len(chosen)
        read = sum(tokens_in(one.text) + system for one in chosen)
        judged = sum(
            tokens_in(ask(rules, parts[one.principle], one.text, "")) + REPLY for one in chosen
        )
        return (
            Calls(role="model", calls=n, read=read, written=n * REPLY),
            *(Calls(role=one, calls=n, read=judged, written=n * VERDICT) for one in INFO.roles),
        )

    def task(self, setup: Setup) -> Task:
        """The task for Inspect."""
        from mien.evals.tasks.humanebench.tasks import humanebench

        return humanebench(setup)


BENCH = HumaneBench()
