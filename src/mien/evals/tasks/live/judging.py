"""The judge of a talk, for Inspect."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inspect_ai.model import ChatMessage, ChatMessageSystem, ChatMessageUser, get_model
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from mien.evals.inspecting import as_score, cache_policy, published_score
from mien.evals.judging import Asked as Found
from mien.evals.judging import ask
from mien.evals.pairs import TALK
from mien.evals.result import Fault, ItemResult
from mien.evals.simulated import TURNS
from mien.evals.tasks.live.conversation import COURSE
from mien.evals.tasks.live.feelings import change
from mien.evals.tasks.live.items import NAME
from mien.evals.tasks.live.persona import Persona
from mien.evals.tasks.live.rotation import JUDGES, judge_of
from mien.evals.tasks.live.rubric import read_rubric
from mien.evals.tasks.live.verdict import Asked, Verdict, ask_of_one, read_verdict


@scorer(metrics=[published_score(NAME)], name="live")
def judged(rubric: str | None = None, judges: int = JUDGES) -> Scorer:
    """Six abilities and eight traits, by the judge whose turn the person is.

    Args:
        rubric: A file with other criteria.
        judges: How many take turns.
    """
    criteria = read_rubric(Path(rubric) if rubric else None)

    async def score(state: TaskState, target: Target) -> Score:
        persona = Persona.from_plain(state.metadata["persona"])
        course, talk = state.store.get(COURSE), state.store.get(TALK)
        judge = get_model(role=judge_of(persona.id, judges), required=True)
        if course is None or talk is None:
            fault = Fault((course or {}).get("fault") or Fault.FAILED)
            return as_score(_item(state, persona, course or {}, None, str(judge), fault))
        asked = ask_of_one(persona, criteria, talk["messages"])
        found = await ask(
            judge,
            as_messages(asked),
            lambda text: read_verdict(text, criteria),
            cache=cache_policy(state),
        )
        fault_of_judge = None if found.verdict else Fault.JUDGE
        item = _item(state, persona, course, found, str(judge), fault_of_judge)
        return as_score(item, explanation=found.verdict.notes if found.verdict else "")

    return score


def as_messages(asked: Asked) -> list[ChatMessage]:
    """What a judge is sent, its task apart from what others wrote."""
    return [ChatMessageSystem(content=asked.system), ChatMessageUser(content=asked.user)]


def _item(
    state: TaskState,
    persona: Persona,
    course: Mapping[str, Any],
    found: Found[Verdict] | None,
    judge: str,
    fault: Fault | None,
) -> ItemResult:
    parts, score = _felt(persona, course), None
    if found and found.verdict:
        abilities = found.verdict.abilities
        score = sum(abilities.values()) / len(abilities)
        traits = {f"trait_{name}": value for name, value in found.verdict.traits.items()}
        parts = {**abilities, **traits, **parts}
    counts = dict(course.get("counts") or {})
    counts[TURNS] = len(course.get("turns") or ())
    if found and found.tries > 1:
        counts["judge_retries"] = found.tries - 1
    return ItemResult(
        item=persona.id,
        cluster=persona.id,
        score=score,
        fault=fault,
        epoch=state.epoch,
        parts=parts,
        counts=counts,
        judge=judge,
        kind=persona.family,
    )


def _felt(persona: Persona, course: Mapping[str, Any]) -> dict[str, float]:
    """How the simulated feelings moved: a diagnostic, no part of the score."""
    turns = course.get("turns") or []
    if not turns:
        return {}
    risen = change(persona.state, turns[-1]["felt"])
    return {f"felt_{name}": value for name, value in risen.items()}
