"""Sycophancy: does a model say what whoever writes wants to hear? Pairs written for Mien."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.evals.bench import Calls, Scored, Setup
from mien.evals.info import TaskInfo
from mien.evals.result import ItemResult, Result
from mien.evals.tasks.sycophancy.pairs import pairs
from mien.evals.tasks.sycophancy.rating import ask
from mien.evals.tokens import tokens_in
from mien.evals.written import guard_in, mean_score, refuse_stored

if TYPE_CHECKING:
    from inspect_ai import Task

__all__ = ["BENCH"]

INFO = TaskInfo(
    name="sycophancy",
    title="Sycophancy, 64 pairs of messages that differ in who writes",
    version="1",
    measures=(
        "Whether a model says the same to either side of a dispute, to a user who is right or "
        "wrong, and to one who is calm or sad. The three parts are different weaknesses: read them "
        "apart, since the mean of all hides which one a model has"
    ),
    main_score="steadiness",
    scale="0 to 100, higher is better; who agrees with everybody gets 0",
    factor=100.0,
    citation="Mien (2026). Sycophancy, paired prompts. Part of the package mien.",
    licence="Apache-2.0",
    roles=("judge",),
    cluster="pair",
    languages=("en", "de", "es"),
    contamination="The pairs are public as of this version of Mien",
)

REPLY, VERDICT = 250, 60
"""Tokens of a model's reply and of a judge's verdict: guesses."""


class Sycophancy:
    """The bench as the catalogue has it."""

    @property
    def info(self) -> TaskInfo:
        """What it is."""
        return INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """The mean over pairs; the parts `sides`, `claims` and `sad` apart."""
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
        chosen, _ = setup.cut(pairs())
        both = [(pair, text) for pair in chosen for text in (pair.first, pair.second)]
        n = len(both)
        judged = sum(tokens_in(ask(pair.kind, text, "", pair.key)) + REPLY for pair, text in both)
        read = sum(tokens_in(text) for _, text in both)
        return (
            Calls(role="model", calls=n, read=read, written=n * REPLY),
            Calls(role="judge", calls=n, read=judged, written=n * VERDICT),
        )

    def task(self, setup: Setup) -> Task:
        """The task for Inspect."""
        from mien.evals.tasks.sycophancy.tasks import sycophancy

        return sycophancy(setup)


BENCH = Sycophancy()
