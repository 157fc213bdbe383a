"""The task of pairs, and its judge, for Inspect."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import get_model
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver

from mien.evals.inspecting import LEFT_OUT, as_score, cache_policy, header, published_score
from mien.evals.judging import ask
from mien.evals.pairs import pair_metadata
from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.live.items import PAIRS, prompts
from mien.evals.tasks.live.judging import as_messages
from mien.evals.tasks.live.pairs import INFO, Comparison, as_plain
from mien.evals.tasks.live.persona import Persona
from mien.evals.tasks.live.rotation import JUDGES, judge_of
from mien.evals.tasks.live.rubric import read_rubric
from mien.evals.tasks.live.verdict import ask_of_two, read_margins

SHOWN = "mien:shown"
"""The key of a person and two talks in Inspect's sample store."""


def live_pairs(compared: Comparison) -> Task:
    """A sample a judgement; no model under test is asked anything."""
    samples = [
        Sample(id=one.id, input=one.id, metadata=pair_metadata(one)) for one in compared.showings
    ]
    return Task(
        dataset=MemoryDataset(samples, name=INFO.name),
        solver=showing({one.id: as_plain(one) for one in compared.showings}),
        scorer=compared_by_judge(
            rubric=str(compared.rubric_file) if compared.rubric_file else None,
            judges=compared.judges,
        ),
        model="none",
        name=INFO.name,
        version=INFO.version,
        metadata=header(
            INFO,
            planned=len(samples),
            variant=compared.variant,
            prompts=prompts(compared.rubric, "pairs"),
            data={"talks": compared.talks.sha256},
        )
        | {
            "mien:runs": dict(compared.talks.sources),
            LEFT_OUT: dict(compared.talks.left_out),
        },
    )


def showing(held: Mapping[str, dict[str, Any]]) -> Solver:
    """Both talks took place before; they are put where the judge, or a later one, finds them."""

    # Inspect writes a solver's arguments into the log's header, which all of this must not swell.
    @solver(name="live_pairs")
    def of_run() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            state.store.set(SHOWN, held[str(state.sample_id)])
            state.completed = True
            return state

        return solve

    return of_run()


@scorer(metrics=[published_score(PAIRS)], name="live_pairs")
def compared_by_judge(rubric: str | None = None, judges: int = JUDGES) -> Scorer:
    """Margins on six abilities by the judge whose turn the person is; the outcome is their mean.

    Args:
        rubric: A file with other criteria.
        judges: How many take turns.
    """
    criteria = read_rubric(Path(rubric) if rubric else None)

    async def score(state: TaskState, target: Target) -> Score:
        held = state.store.get(SHOWN)
        person = Persona.from_plain(held["persona"])
        judge = get_model(role=judge_of(person.id, judges), required=True)
        asked = ask_of_two(person, criteria, *held["talks"])
        found = await ask(
            judge,
            as_messages(asked),
            lambda text: read_margins(text, criteria),
            cache=cache_policy(state),
        )
        margins = dict(found.verdict.abilities) if found.verdict else {}
        item = ItemResult(
            item=str(state.sample_id),
            cluster=person.id,
            # The share of the win for the first shown: 0 to 1, .5 for a draw.
            score=0.5 + fmean(margins.values()) / 2 if margins else None,
            fault=None if margins else Fault.JUDGE,
            epoch=state.epoch,
            parts=margins,
            counts={"judge_retries": found.tries - 1} if found.tries > 1 else {},
            judge=str(judge),
            kind=person.family,
        )
        return as_score(item, explanation=found.verdict.notes if found.verdict else "")

    return score
