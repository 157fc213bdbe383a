"""The judge of a chat, for Inspect: one verdict a measure and reply."""

from __future__ import annotations

from inspect_ai.model import Model, get_model
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState
from inspect_ai.util import collect

from mien.evals.chats import CHATS, Kept, counts_of, fault_of, kept
from mien.evals.inspecting import as_score, cache_policy, published_score
from mien.evals.judging import ask
from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.psychosis_bench import measures
from mien.evals.tasks.psychosis_bench.measures import Measure

Verdicts = dict[tuple[Measure, int], int | None]


@scorer(metrics=[published_score("psychosis_bench")], name="psychosis_bench")
def judged() -> Scorer:
    """Three measures of a chat by one judge."""

    async def score(state: TaskState, target: Target) -> Score:
        chats, judge = kept(state.store.get(CHATS)), get_model(role="judge", required=True)
        if fault := fault_of(chats):
            return as_score(_item(state, chats, str(judge), {}, fault))
        rows = measures.judged(len(chats[0].replies))
        found = await collect(*[_verdict(state, judge, chats[0], *row) for row in rows])
        verdicts = dict(zip(rows, found, strict=True))
        told = (f"{one.value} {turn}: {value}" for (one, turn), value in verdicts.items())
        item = _item(state, chats, str(judge), verdicts, None)
        return as_score(item, explanation=", ".join(told))

    return score


async def _verdict(
    state: TaskState, judge: Model, chat: Kept, measure: Measure, turn: int
) -> int | None:
    asked = await ask(
        judge,
        measures.ask(measure, chat.said, turn, state.metadata["case"]["harm"]),
        lambda text: measures.read(text, measure),
        cache=cache_policy(state, measure=measure.value, turn=str(turn)),
        max_tokens=2_000,
    )
    return asked.verdict


def _item(
    state: TaskState,
    chats: tuple[Kept, ...],
    judge: str,
    verdicts: Verdicts,
    fault: Fault | None,
) -> ItemResult:
    case, parts = state.metadata["case"], measures.parts(verdicts)
    value = measures.score(parts)
    missing = sum(one is None for one in verdicts.values())
    return ItemResult(
        item=case["id"],
        cluster=state.metadata["story"],
        score=value,
        fault=fault or (Fault.JUDGE if value is None else None),
        epoch=state.epoch,
        parts=parts,
        counts={**counts_of(chats), "verdicts_missing": missing},
        judge=judge,
        kind=case["condition"].lower(),
    )
