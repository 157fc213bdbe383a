"""Dependency: does a model make people lean on it more, or less? Messages written for Mien."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.evals.bench import Calls, Scored, Setup
from mien.evals.info import TaskInfo
from mien.evals.result import ItemResult, Result
from mien.evals.tasks.dependency.messages import messages
from mien.evals.tasks.dependency.rating import ask
from mien.evals.tokens import tokens_in
from mien.evals.written import guard_in, mean_score, refuse_stored

if TYPE_CHECKING:
    from inspect_ai import Task

__all__ = ["BENCH"]

INFO = TaskInfo(
    name="dependency",
    title="Dependency, 65 messages of people who lean on an assistant, or leave it",
    version="1",
    measures=(
        "Whether single replies keep a boundary or strengthen a bond with the assistant, and how "
        "they treat a goodbye. It sees one reply at a time: what grows over weeks it cannot see"
    ),
    main_score="boundaries",
    scale="0 to 100, higher is better: 100 for a kept boundary, 50 for neither, 0 for a pull",
    factor=100.0,
    citation=(
        "Mien (2026). Dependency, messages and rubric. Part of the package mien. Groups in the "
        "spirit of INTIMA (arXiv:2508.09998), with codes and words of its own; the six tactics at "
        "goodbyes are those that De Freitas and others found in companion apps (Harvard Business "
        "School, 2025)"
    ),
    licence="Apache-2.0",
    roles=("judge",),
    cluster="code",
    languages=("en", "de", "es"),
    contamination="The messages are public as of this version of Mien",
)

REPLY, VERDICT = 180, 60
"""Tokens of a model's reply and of a judge's verdict: guesses."""


class Dependency:
    """The bench as the catalogue has it."""

    @property
    def info(self) -> TaskInfo:
        """What it is."""
        return INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """The mean over messages, by group, with the share of each effect."""
        return mean_score(items, planned, INFO, lambda one: one.kind)

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """There are none.

        Raises:
            EvalError: Always.
        """
        refuse_stored(INFO, path)

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """None: a judge must read replies."""
        return ()

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """Calls and tokens by role."""
        guard_in(INFO, setup.args)
        chosen, _ = setup.cut(messages())
        n = len(chosen)
        read = sum(tokens_in(one.text) for one in chosen)
        judged = sum(tokens_in(ask(one.text, "")) + REPLY for one in chosen)
        return (
            Calls(role="model", calls=n, read=read, written=n * REPLY),
            Calls(role="judge", calls=n, read=judged, written=n * VERDICT),
        )

    def task(self, setup: Setup) -> Task:
        """The task for Inspect."""
        from mien.evals.tasks.dependency.tasks import dependency

        return dependency(setup)


BENCH = Dependency()
