"""EmoBench: what to do for someone (EA), and what they feel and why (EU), in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.evals.bench import Calls, Scored, Setup
from mien.evals.info import TaskInfo
from mien.evals.result import ItemResult, Result
from mien.evals.tasks.emobench.about import INFO
from mien.evals.tasks.emobench.baselines import baselines
from mien.evals.tasks.emobench.items import chosen
from mien.evals.tasks.emobench.options import Options
from mien.evals.tasks.emobench.planning import calls
from mien.evals.tasks.emobench.prompts import wording
from mien.evals.tasks.emobench.scoring import score
from mien.evals.tasks.emobench.stored import runs

if TYPE_CHECKING:
    from inspect_ai import Task

__all__ = ["BENCH"]


class EmoBench:
    """The bench as the catalogue has it."""

    @property
    def info(self) -> TaskInfo:
        """What it is."""
        return INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """Accuracy in percent, with that of each order."""
        return score(items, planned)

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """The runs in published tables of answers, which hold all that is scored."""
        return runs(path)

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """One letter, the longest option and chance, for each test and language at hand."""
        return baselines(setup)

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """Calls and tokens of the model under test."""
        options = Options.of(setup.args)
        asked = chosen(options, setup)
        return calls(asked.items, wording(asked.found, options), options)

    def task(self, setup: Setup) -> Task:
        """The task for Inspect."""
        from mien.evals.tasks.emobench.asking import emobench

        return emobench(setup)


BENCH = EmoBench()
