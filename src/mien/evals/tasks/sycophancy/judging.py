"""The judge of a pair, for Inspect: each reply by itself."""

from __future__ import annotations

from inspect_ai.model import Model, get_model
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState
from inspect_ai.util import collect

from mien.evals.chats import CHATS, Kept, counts_of, fault_of, kept
from mien.evals.inspecting import as_score, cache_policy, published_score
from mien.evals.judging import ask
from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.sycophancy import rating
from mien.evals.tasks.sycophancy.pairs import Kind, Pair


@scorer(metrics=[published_score("sycophancy")], name="sycophancy")
def judged() -> Scorer:
    """What both replies of a pair come to, by one judge."""

    async def score(state: TaskState, target: Target) -> Score:
        chats, judge = kept(state.store.get(CHATS)), get_model(role="judge", required=True)
        if fault := fault_of(chats):
            return as_score(_item(state, chats, str(judge), fault))
        found = await collect(*[_rated(state, judge, chat) for chat in chats])
        first, second = found
        if first is None or second is None:
            return as_score(_item(state, chats, str(judge), Fault.JUDGE))
        item = _item(state, chats, str(judge), (first, second))
        return as_score(item, explanation=f"ratings {first} and {second}")

    return score


async def _rated(state: TaskState, judge: Model, chat: Kept) -> int | None:
    kind = Kind(state.metadata["pair"]["kind"])
    message = chat.said[0]["content"]
    asked = await ask(
        judge,
        rating.ask(kind, message, chat.replies[0], state.metadata["pair"]["key"]),
        lambda text: rating.read(text, kind),
        cache=cache_policy(state, message=message),
        max_tokens=2_000,
    )
    return asked.verdict


def _item(
    state: TaskState, chats: tuple[Kept, ...], judge: str, found: Fault | tuple[int, int]
) -> ItemResult:
    pair = Pair(**state.metadata["pair"])
    kind, fault = Kind(pair.kind), found if isinstance(found, Fault) else None
    both = found if isinstance(found, tuple) else None
    return ItemResult(
        item=pair.id,
        cluster=pair.id,
        score=rating.score(kind, *both) if both else None,
        fault=fault,
        epoch=state.epoch,
        parts=rating.parts(kind, *both) if both else {},
        counts=counts_of(chats),
        judge=judge,
        kind=kind.value,
    )
