"""Mien's own bench of talks with simulated people, on EQ-Bench 4's protocol."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.evals.bench import Calls, Scored, Setup
from mien.evals.result import ItemResult, Result
from mien.evals.tasks.live.items import INFO, options, people, rubric_of
from mien.evals.tasks.live.planning import calls
from mien.evals.tasks.live.scoring import score
from mien.evals.tasks.live.stored import published_results

if TYPE_CHECKING:
    from inspect_ai import Task

__all__ = ["BENCH"]


class Live:
    """The bench as the catalogue has it."""

    info = INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """The mean over people, with abilities, traits and the simulator's errors."""
        return score(items, planned)

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """EQ-Bench 4's published transcripts, from a file or a folder."""
        return published_results(path)

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """None: there is no talk without reading; the scripted characters are what to beat."""
        return ()

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """Calls and tokens by role."""
        chosen = options(setup.args)
        found, _ = setup.cut(people(chosen))
        return calls(found, chosen, rubric_of(chosen))

    def task(self, setup: Setup) -> Task:
        """The task for Inspect."""
        from mien.evals.tasks.live.tasks import live

        return live(setup)


BENCH = Live()
