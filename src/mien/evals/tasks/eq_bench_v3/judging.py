"""EQ-Bench 3's pairs for Inspect: one sample a judgement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mien.evals.inspecting import as_score, cache_policy, published_score
from mien.evals.judging import ask
from mien.evals.pairs import Showing, pair_metadata
from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.eq_bench_v3.prompts import Texts
from mien.evals.tasks.eq_bench_v3.scenarios import Kind
from mien.evals.tasks.eq_bench_v3.versus import Lead, pair_prompt, read_lead

if TYPE_CHECKING:
    from inspect_ai.dataset import Sample
    from inspect_ai.scorer import Score, Scorer, Target
    from inspect_ai.solver import Generate, Solver, TaskState


def sample_of(showing: Showing) -> Sample:
    """A judgement as Inspect's sample."""
    from inspect_ai.dataset import Sample

    return Sample(input=showing.id, id=showing.id, metadata=pair_metadata(showing))


def showing_pair(texts: Texts, shown: Sequence[Showing]) -> Solver:
    """Puts what the judge is to see into the sample, where it can be judged anew from the log."""
    from inspect_ai.model import ChatMessageUser
    from inspect_ai.solver import solver

    by_id = {one.id: one for one in shown}

    @solver(name="eq_bench_v3_show")
    def show() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            prompt = pair_prompt(texts, by_id[str(state.sample_id)])
            state.messages = [ChatMessageUser(content=prompt)]
            return state

        return solve

    return show()


def judging(task: str) -> Scorer:
    """Asks the judge which of two it prefers."""
    from inspect_ai.model import get_model
    from inspect_ai.scorer import scorer

    @scorer(name="eq_bench_v3_pair", metrics=[published_score(task)])
    def pair() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:
            judge = get_model(role="judge", required=True)
            kind = Kind(state.metadata["kind"])
            asked = await ask(
                judge,
                state.messages[0].text,
                lambda answer: read_lead(answer, kind),
                cache=cache_policy(state),
            )
            item = _item(state, str(judge), asked.verdict, asked.tries)
            return as_score(item, explanation=asked.text)

        return score

    return pair()


def _item(state: TaskState, judge: str, lead: Lead | None, tries: int) -> ItemResult:
    return ItemResult(
        item=str(state.sample_id),
        cluster=state.metadata["scenario"],
        score=lead.share if lead else None,
        fault=None if lead else Fault.JUDGE,
        epoch=state.epoch,
        parts=lead.margins if lead else {},
        counts={"judge_tries": tries},
        judge=judge,
        kind=state.metadata["kind"],
    )
