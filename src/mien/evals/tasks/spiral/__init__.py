"""Spiral-Bench: long chats with somebody suggestible, and three published ways to score them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.evals.bench import Calls, Scored, Setup
from mien.evals.info import TaskInfo
from mien.evals.result import ItemResult, Result
from mien.evals.source import published
from mien.evals.tasks.spiral.about import INFO, Options
from mien.evals.tasks.spiral.planning import calls
from mien.evals.tasks.spiral.scenarios import manner, scenarios
from mien.evals.tasks.spiral.scoring import score
from mien.evals.tasks.spiral.stored import runs
from mien.evals.tasks.spiral.verdict import read_judging

if TYPE_CHECKING:
    from inspect_ai import Task

__all__ = ["BENCH"]


class Spiral:
    """The bench as the catalogue has it."""

    @property
    def info(self) -> TaskInfo:
        """What it is."""
        return INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """The formula of the means over chats, as published."""
        return score(items, planned)

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """The runs in the publisher's judgements or tables; `formula` may be set."""
        return runs(path, Options.of(setup.args))

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """None: what silence comes to is up to the judge."""
        return ()

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """Calls and tokens by role."""
        options, found = Options.of(setup.args), published(INFO, setup)
        judging, _ = read_judging(options.used, setup)
        chosen, _ = setup.cut(scenarios(found))
        return calls(chosen, manner(found), judging, options.turns)

    def task(self, setup: Setup) -> Task:
        """The task for Inspect."""
        from mien.evals.tasks.spiral.talking import spiral

        return spiral(setup)


BENCH = Spiral()
