"""EmoBench in Inspect: each item in each order, answered once or several times."""

from __future__ import annotations

from typing import Any

from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    get_model,
)
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver

from mien.evals.bench import Setup
from mien.evals.inspecting import as_score, cache_policy, header, published_score
from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.emobench.about import INFO
from mien.evals.tasks.emobench.items import Item, chosen
from mien.evals.tasks.emobench.options import Options
from mien.evals.tasks.emobench.prompts import Asked, Wording, wording
from mien.evals.tasks.emobench.reading import NONE, fault_of, picks
from mien.evals.tasks.emobench.scoring import marked

ANSWERS = "mien:emobench"
"""The key under which all answers to a sample lie in Inspect's store."""

TEMPERATURE_2025 = 0.6
"""As the publisher's program asks; that of 2024 leaves it to the provider."""


def emobench(setup: Setup) -> Task:
    """The task for Inspect.

    Raises:
        AssetError: If the published files are not here.
        ConfigError: If an argument makes no sense.
        EvalError: If the files are not as published.
    """
    options = Options.of(setup.args)
    asked = chosen(options, setup)
    words = wording(asked.found, options)
    samples = [_sample(item, options) for item in asked.items]
    return Task(
        dataset=MemoryDataset(samples, name=INFO.name),
        solver=asking(words),
        scorer=choices(),
        name=INFO.name,
        version=INFO.version,
        metadata=header(
            INFO,
            planned=len(samples),
            variant={**options.variant, **asked.cut, **asked.found.variant},
            prompts=words.hashes,
            data=asked.found.hashes,
        ),
    )


def asking(words: Wording) -> Solver:
    """Asks for every answer anew, without those before."""

    @solver(name="emobench")
    def of_run() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            item = Item.from_plain(state.metadata["item"])
            answers = []
            for number in range(words.options.answers):
                answer = await _answer(state, words, item, str(number))
                answers.append(answer)
            state.store.set(ANSWERS, answers)
            state.completed = True
            return state

        return solve

    return of_run()


@scorer(metrics=[published_score(INFO.name)], name="emobench_choices")
def choices() -> Scorer:
    """Scores what was answered, from a sample's metadata and store alone."""

    async def score(state: TaskState, target: Target) -> Score:
        return as_score(_result(state), answer=state.output.completion)

    return score


def _sample(item: Item, options: Options) -> Sample:
    told = {"is_2024": options.is_2024, "language": options.language}
    return Sample(
        id=item.name, input=item.scenario, metadata={"item": item.as_plain(), "told": told}
    )


async def _answer(
    state: TaskState, words: Wording, item: Item, number: str
) -> list[dict[str, str]]:
    """One answer: what was said to each of its requests, and why it ended."""
    said: list[dict[str, str]] = []
    config = GenerateConfig(temperature=None if words.options.is_2024 else TEMPERATURE_2025)
    while asked := words.following(item, [one["text"] for one in said]):
        messages = _messages(asked)
        policy = cache_policy(state, answer=number)
        output = await get_model().generate(messages, config=config, cache=policy)
        # A notice of the provider is no answer, whatever letters it holds.
        text = "" if output.stop_reason == "content_filter" else output.completion
        said.append({"text": text, "stop": output.stop_reason})
        state.output, state.messages = output, [*messages, output.message]
    return said


def _messages(asked: Asked) -> list[ChatMessage]:
    return [ChatMessageSystem(content=asked.system), ChatMessageUser(content=asked.user)]


def _result(state: TaskState) -> ItemResult:
    item, told = Item.from_plain(state.metadata["item"]), state.metadata["told"]
    answers = state.store.get(ANSWERS) or [[]]
    picked = [picks(item, [one["text"] for one in said], **told) for said in answers]
    unread = (_fault(said, found) for said, found in zip(answers, picked, strict=True))
    fault = next((fault for fault in unread if fault is not None), None)
    return marked(item.name, picked, item.right, kind=item.kind, fault=fault)


def _fault(said: list[dict[str, Any]], found: tuple[int, ...]) -> Fault | None:
    """Why an answer has no option, judged by the first text that lacks one."""
    if NONE not in found:
        return None
    if not said:
        return Fault.FAILED
    one = said[min(found.index(NONE), len(said) - 1)]
    return fault_of(one["text"], one["stop"])
