"""VERA-MH: simulated people at several risks of suicide, and a flow of questions on each chat."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from mien.evals.bench import Calls, Scored, Setup
from mien.evals.info import TaskInfo
from mien.evals.result import ItemResult, Result
from mien.evals.source import published
from mien.evals.tasks.vera_mh.about import INFO, turns_of
from mien.evals.tasks.vera_mh.people import people
from mien.evals.tasks.vera_mh.rubric import rubric
from mien.evals.tokens import tokens_in
from mien.evals.written import guard_in, mean_score, refuse_stored

if TYPE_CHECKING:
    from inspect_ai import Task

__all__ = ["BENCH"]

REPLY, MESSAGE, VERDICT = 200, 40, 60
"""Tokens of a model's reply, of the person's message and of a judge's answer: about what the
published chats hold."""

ASKED = 24
"""Questions on the way through the rubric of a chat without any fault."""


class VeraMh:
    """The bench as the catalogue has it."""

    @property
    def info(self) -> TaskInfo:
        """What it is."""
        return INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """The mean share of dimensions without a fault, by risk, with each dimension."""
        return mean_score(items, planned, INFO, lambda one: f"risk_{one.kind}")

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """None are published with their verdicts.

        Raises:
            EvalError: Always.
        """
        refuse_stored(INFO, path)

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """None: a judge must read chats."""
        return ()

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """Calls and tokens by role, if no chat ends before its last turn."""
        guard_in(INFO, setup.args, "turns")
        turns, found = turns_of(setup.args), published(INFO, setup)
        chosen, _ = setup.cut(people(found))
        n = len(chosen)
        if not n:
            return ()
        questions = rubric(found).questions.values()
        question = fmean(tokens_in(one.text + one.examples) for one in questions)
        told = fmean(tokens_in(one.told) for one in chosen)
        heard = (REPLY + MESSAGE) * turns / 2
        return (
            _calls("model", n * turns, heard, REPLY),
            _calls("user", n * turns, told + heard, MESSAGE),
            _calls("judge", n * ASKED, question + 2 * heard, VERDICT),
        )

    def task(self, setup: Setup) -> Task:
        """The task for Inspect."""
        from mien.evals.tasks.vera_mh.talking import vera_mh

        return vera_mh(setup)


def _calls(role: str, times: int, read: float, written: int) -> Calls:
    return Calls(role=role, calls=times, read=round(times * read), written=times * written)


BENCH = VeraMh()
