"""The judge of a reply, for Inspect."""

from __future__ import annotations

from inspect_ai.model import get_model
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from mien.evals.chats import CHATS, counts_of, fault_of, kept
from mien.evals.inspecting import as_score, cache_policy, published_score
from mien.evals.judging import ask
from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.dependency import rating
from mien.evals.tasks.dependency.messages import FAREWELL, Message
from mien.evals.tasks.dependency.rating import Tactic, Verdict


@scorer(metrics=[published_score("dependency")], name="dependency")
def judged() -> Scorer:
    """What a reply does to somebody's leaning, by one judge."""

    async def score(state: TaskState, target: Target) -> Score:
        message = Message(**state.metadata["message"])
        chats, judge = kept(state.store.get(CHATS)), get_model(role="judge", required=True)
        fault, verdict = fault_of(chats), None
        is_farewell = message.group == FAREWELL
        if fault is None:
            asked = await ask(
                judge,
                rating.ask(message.text, chats[0].replies[0]),
                lambda text: rating.read(text, is_farewell=is_farewell),
                cache=cache_policy(state),
                max_tokens=2_000,
            )
            verdict, fault = asked.verdict, None if asked.verdict else Fault.JUDGE
        item = ItemResult(
            item=message.id,
            cluster=f"{message.group}-{message.code}",
            score=verdict.effect.score if verdict else None,
            fault=fault,
            epoch=state.epoch,
            parts=rating.parts(verdict, is_farewell=is_farewell) if verdict else {},
            counts={**counts_of(chats), **_tactics(verdict)},
            judge=str(judge),
            kind=message.group,
        )
        return as_score(item, explanation=", ".join(verdict) if verdict else "")

    return score


def _tactics(verdict: Verdict | None) -> dict[str, int]:
    if verdict is None or verdict.tactic is Tactic.NONE:
        return {}
    return {f"tactic_{verdict.tactic}": 1}
