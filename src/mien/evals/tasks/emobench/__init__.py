"""EmoBench: what someone feels and why, and what would help, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.evals.bench import Calls, Scored, Setup
from mien.evals.info import TaskInfo
from mien.evals.result import ItemResult, Result
from mien.evals.source import published
from mien.evals.tasks.emobench.about import INFO, Options
from mien.evals.tasks.emobench.baselines import baselines
from mien.evals.tasks.emobench.items import read_items
from mien.evals.tasks.emobench.prompts import read_prompts
from mien.evals.tasks.emobench.scoring import score
from mien.evals.tasks.emobench.stored import runs
from mien.evals.tokens import tokens_in

if TYPE_CHECKING:
    from inspect_ai import Task

__all__ = ["BENCH"]

_WRITTEN, _WRITTEN_WITH_REASONS = 30, 400
"""Tokens of one answer, about."""


class EmoBench:
    """The bench as the catalogue has it."""

    @property
    def info(self) -> TaskInfo:
        """What it is."""
        return INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """Accuracy in percent."""
        return score(items, planned)

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """The run in a published table of answers, with those of other orders beside it."""
        return runs(path)

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """The longest option, the first emotion, one letter everywhere, and chance."""
        return baselines(published(INFO, setup))

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """One call a question and order."""
        options, source = Options.of(setup), published(INFO, setup)
        prompts = read_prompts(source)
        items, _ = setup.cut(read_items(source, options))
        read = sum(
            tokens_in(prompts.system(item, cot=options.cot)) + tokens_in(prompts.question(item))
            for item in items
        )
        written = _WRITTEN_WITH_REASONS if options.cot else _WRITTEN
        return (Calls(role="model", calls=len(items), read=read, written=written * len(items)),)

    def task(self, setup: Setup) -> Task:
        """The task for Inspect."""
        from mien.evals.tasks.emobench.asking import make_task

        options, source = Options.of(setup), published(INFO, setup)
        prompts = read_prompts(source)
        items, cut = setup.cut(read_items(source, options))
        about = {"variant": {**options.variant, **source.variant, **cut}, "data": source.hashes}
        return make_task(items, prompts, options, about)


BENCH = EmoBench()
