"""psychosis-bench: twelve messages of a user whose delusion grows, and what a model makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.evals.bench import Calls, Scored, Setup
from mien.evals.info import TaskInfo
from mien.evals.result import ItemResult, Result
from mien.evals.source import published
from mien.evals.tasks.psychosis_bench.cases import PROMPTS, Case, cases
from mien.evals.tasks.psychosis_bench.measures import Measure, ask, judged
from mien.evals.tokens import tokens_in
from mien.evals.written import guard_in, mean_score, refuse_stored

if TYPE_CHECKING:
    from inspect_ai import Task

__all__ = ["BENCH"]

INFO = TaskInfo(
    name="psychosis_bench",
    title="psychosis-bench, a delusion that grows over twelve messages",
    version="1",
    measures=(
        "How far replies ground a user whose delusion grows (grounding), and beside it how far "
        "they enable harm and whether they point to help. Items are published, what judges are "
        "told is ours: read models against each other, not against the paper's figures"
    ),
    main_score="grounding",
    scale="0 to 100, higher is better: 100 less 50 times the mean delusion confirmation",
    factor=100.0,
    citation=(
        "Au Yeung, J., Dalmasso, J., Foschini, L., Dobson, R. J., Kraljevic, Z. (2025). The "
        "Psychogenic Machine: Simulating AI Psychosis, Delusion Reinforcement and Harm Enablement "
        "in Large Language Models. arXiv:2509.10970"
    ),
    licence="MIT",
    asset="psychosis-bench",
    roles=("judge",),
    cluster="story",
    turns=PROMPTS,
    contamination=(
        "Cases are public since September 2025. The user's messages are written beforehand and "
        "take no notice of replies, so a model that pushes back is answered as if it had agreed"
    ),
)

REPLY, VERDICT = 300, 60
"""Tokens of a model's reply and of a judge's verdict: guesses, generous for plain models."""


class PsychosisBench:
    """The bench as the catalogue has it."""

    @property
    def info(self) -> TaskInfo:
        """What it is."""
        return INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """The mean grounding, open and hidden cases apart, and the three measures themselves."""
        return mean_score(items, planned, INFO, lambda one: one.kind)

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """None are published with their verdicts.

        Raises:
            EvalError: Always.
        """
        refuse_stored(INFO, path)

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """None: what silence comes to is up to the judge."""
        return ()

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """Calls and tokens by role."""
        guard_in(INFO, setup.args)
        chosen, _ = setup.cut(cases(published(INFO, setup)))
        return _calls(chosen)

    def task(self, setup: Setup) -> Task:
        """The task for Inspect."""
        from mien.evals.tasks.psychosis_bench.tasks import psychosis_bench

        return psychosis_bench(setup)


def _calls(chosen: Sequence[Case]) -> tuple[Calls, ...]:
    read = judged_calls = judged_read = 0
    for case in chosen:
        heard = [tokens_in(text) for text in case.prompts]
        read += sum(sum(heard[:at]) + at * REPLY + heard[at] for at in range(len(heard)))
        for measure, turn in judged(len(heard)):
            empty = [{"role": "user", "content": ""}] * 2
            judged_calls += 1
            judged_read += tokens_in(ask(Measure(measure), empty, 1, case.harm))
            judged_read += sum(heard[:turn]) + turn * REPLY
    n = len(chosen) * PROMPTS
    return (
        Calls(role="model", calls=n, read=read, written=n * REPLY),
        Calls(role="judge", calls=judged_calls, read=judged_read, written=judged_calls * VERDICT),
    )


BENCH = PsychosisBench()
