"""SAGE: ten rounds with a simulated person whose feelings move with every reply."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.evals.bench import Calls, Scored, Setup
from mien.evals.info import TaskInfo
from mien.evals.result import ItemResult, Result
from mien.evals.source import published
from mien.evals.tasks.sage.about import INFO, rounds_of
from mien.evals.tasks.sage.people import people
from mien.evals.tasks.sage.planning import calls
from mien.evals.tasks.sage.prompts import prompts_of
from mien.evals.tasks.sage.scoring import score
from mien.evals.tasks.sage.stored import runs

if TYPE_CHECKING:
    from inspect_ai import Task

__all__ = ["BENCH"]


class Sage:
    """The bench as the catalogue has it."""

    @property
    def info(self) -> TaskInfo:
        """What it is."""
        return INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """The mean of the feelings at the end, with successes and failures."""
        return score(items, planned)

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """The talks in a file of the publisher; they hold all that is scored."""
        return runs(path)

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """None: what a silent supporter comes to is up to the simulator."""
        return ()

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """Calls and tokens by role."""
        found = published(INFO, setup)
        chosen, _ = setup.cut(people(found))
        return calls(chosen, prompts_of(found), rounds_of(setup.args))

    def task(self, setup: Setup) -> Task:
        """The task for Inspect."""
        from mien.evals.tasks.sage.talking import sage

        return sage(setup)


BENCH = Sage()
