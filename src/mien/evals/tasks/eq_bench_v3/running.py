"""EQ-Bench 3 for Inspect: talks turn by turn, and the judge's grades."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mien.core.errors import EvalError
from mien.evals.inspecting import as_score, cache_policy, published_score
from mien.evals.judging import Asked, ask
from mien.evals.pairs import TALK, Talk, keep, style_of
from mien.evals.pairs.talks import kept_talk
from mien.evals.refusals import is_refusal
from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.eq_bench_v3.prompts import Texts
from mien.evals.tasks.eq_bench_v3.rubric import read_grades, rubric_prompt, scoring, task_score
from mien.evals.tasks.eq_bench_v3.scenarios import Kind, Scenario
from mien.evals.tasks.eq_bench_v3.sections import SHORTEST, is_sectioned, spoken

if TYPE_CHECKING:
    from inspect_ai.dataset import Sample
    from inspect_ai.model import CachePolicy, GenerateConfig, Model, ModelOutput
    from inspect_ai.scorer import Score, Scorer, Target
    from inspect_ai.solver import Generate, Solver, TaskState

MOST_TOKENS = 12_000
"""Of one answer, as published."""

_SAYS_MIN_P = frozenset(
    {"openai-api", "openrouter", "vllm", "sglang", "ollama", "llama-cpp-python", "together"}
)
"""Providers whose servers know min_p; others refuse a request that has it."""

_IDLE = 600
"""Characters below which an analysis may be a refusal; a thousand words are asked for."""

_PLACEHOLDER = re.compile(r"<[^<>]{20,}>")


def sample_of(scenario: Scenario) -> Sample:
    """A scenario as Inspect's sample."""
    from inspect_ai.dataset import Sample

    return Sample(
        input=scenario.prompts[0],
        id=scenario.id,
        metadata={
            "kind": scenario.kind.value,
            "category": scenario.category,
            "title": scenario.title,
            "turns": len(scenario.prompts),
        },
    )


def talking(texts: Texts) -> Solver:
    """Leads a model through a scenario: its turns, which react to nothing, and the debrief."""
    from inspect_ai.solver import solver

    scenarios = {one.id: one for one in texts.parsed.scenarios}

    @solver(name="eq_bench_v3_talk")
    def of_scenario() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            await _talk(state, scenarios[str(state.sample_id)], texts)
            return state

        return solve

    return of_scenario()


async def _talk(state: TaskState, scenario: Scenario, texts: Texts) -> None:
    from inspect_ai.model import get_model

    model = get_model()
    state.messages = []
    outputs = [await _turn(state, model, said, 0.7) for said in texts.turns(scenario)]
    talk = [{"role": one.role, "content": one.text} for one in state.messages]
    debrief = None
    if scenario.kind.has_debrief:
        outputs.append(await _turn(state, model, texts.debrief, 0.5))
        debrief = state.messages[-1].text.strip()
    stops = [output.stop_reason for output in outputs]
    keep(
        state.store,
        talk,
        debrief=debrief,
        kind=scenario.kind.value,
        cut_off=stops.count("max_tokens") + stops.count("model_length"),
        held_back=stops.count("content_filter"),
    )


async def _turn(state: TaskState, model: Model, said: str, temperature: float) -> ModelOutput:
    from inspect_ai.model import ChatMessageAssistant, ChatMessageUser

    state.messages.append(ChatMessageUser(content=said))
    output = await model.generate(
        state.messages, config=_config(model, temperature), cache=cache_policy(state)
    )
    answer = spoken(output.completion)
    # The model is shown its own words alone, as published, not what it thought.
    state.messages.append(ChatMessageAssistant(content=answer, model=output.model))
    state.output = output
    return output


def _config(model: Model, temperature: float) -> GenerateConfig:
    from inspect_ai.model import GenerateConfig

    # As published: with turns alone, and never to OpenAI's own address.
    says_min_p = temperature == 0.7 and str(model).split("/")[0] in _SAYS_MIN_P
    return GenerateConfig(
        temperature=temperature,
        max_tokens=MOST_TOKENS,
        extra_body={"min_p": 0.1} if says_min_p else None,
    )


def grading(task: str, texts: Texts, *, truncate: bool) -> Scorer:
    """Asks the judge for grades of a talk."""
    from inspect_ai.model import get_model
    from inspect_ai.scorer import scorer

    @scorer(name="eq_bench_v3_rubric", metrics=[published_score(task)])
    def rubric() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:
            judge = get_model(role="judge", required=True)
            talk = talk_of(state)
            fault = nothing_to_judge(talk)
            if fault:
                return as_score(_item(talk, str(judge), {}, fault, {}))
            kind = Kind(talk.kind)
            prompt = rubric_prompt(texts, talk, truncate=truncate)
            asked = await _grades(judge, prompt, kind, cache_policy(state))
            grades = asked.verdict or {}
            counts = {
                "judge_tries": asked.tries,
                "criteria_missing": sum(name not in grades for name in scoring(kind)),
            }
            fault = _fault(talk) if grades else Fault.JUDGE
            item = _item(talk, str(judge), grades, fault, counts)
            return as_score(item, answer=talk.answers[-1], explanation=asked.text)

        return score

    return rubric()


async def _grades(
    judge: Model, prompt: str, kind: Kind, cache: CachePolicy | bool
) -> Asked[dict[str, float]]:
    """All grades that score; if the judge keeps leaving some out, the others, as published."""
    best: dict[str, float] = {}

    def read(answer: str) -> dict[str, float] | None:
        nonlocal best
        grades = read_grades(answer)
        if task_score(grades, kind) is not None and len(grades) > len(best):
            best = grades
        return grades if all(name in grades for name in scoring(kind)) else None

    asked = await ask(judge, prompt, read, cache=cache)
    return asked if asked.verdict or not best else asked._replace(verdict=best)


def talk_of(state: TaskState) -> Talk:
    """What was said, from the sample's store.

    Raises:
        EvalError: If nothing is kept there.
    """
    held = state.store.get(TALK)
    if held is None:
        raise EvalError(f"nothing was said to scenario {state.sample_id}: the talk broke off")
    scenario, model = str(state.sample_id), str(state.model)
    return kept_talk(held, model=model, scenario=scenario, epoch=state.epoch)


def nothing_to_judge(talk: Talk) -> Fault | None:
    """Why a talk cannot be judged: no answer in it has the published hundred characters."""
    answers = [answer.strip() for answer in talk.answers]
    if any(len(answer) >= SHORTEST for answer in answers):
        return None
    if talk.more.get("held_back") or any(map(is_refusal, answers)):
        return Fault.REFUSED
    return Fault.TRUNCATED if talk.more.get("cut_off") else Fault.EMPTY


def _fault(talk: Talk) -> Fault | None:
    """What is wrong with a talk that is judged all the same, as published."""
    counts, n = _counts(talk), len(talk.answers)
    if counts["refusals"] == n:
        return Fault.REFUSED
    if counts["cut_off"]:
        return Fault.TRUNCATED
    asked = _PLACEHOLDER.findall(talk.messages[0]["content"])
    said = "\n".join(talk.answers)
    if any(told in said for told in asked):
        return Fault.PLACEHOLDER
    return Fault.UNPARSEABLE if counts["without_sections"] == n else None


def _item(
    talk: Talk,
    judge: str,
    grades: Mapping[str, float],
    fault: Fault | None,
    counts: Mapping[str, int],
) -> ItemResult:
    kind = Kind(talk.kind)
    return ItemResult(
        item=talk.scenario,
        cluster=talk.scenario,
        score=task_score(grades, kind),
        fault=fault,
        epoch=talk.epoch,
        parts=dict(grades),
        counts={**_counts(talk), **counts},
        judge=judge,
        kind=kind.value,
    )


def _counts(talk: Talk) -> dict[str, int]:
    kind = Kind(talk.kind)
    blank = [answer for answer in talk.answers if not is_sectioned(answer, kind)]
    # Who plays a part, or analyses at length, may well say "I can't" in it.
    idle = [one for one in talk.answers if len(one) < _IDLE] if kind is Kind.ANALYSIS else blank
    return {
        "answers": len(talk.answers),
        "characters": round(style_of(talk.answers).length),
        "without_sections": len(blank),
        "refusals": sum(map(is_refusal, idle)),
        "cut_off": int(talk.more.get("cut_off", 0)),
        "held_back": int(talk.more.get("held_back", 0)),
    }
