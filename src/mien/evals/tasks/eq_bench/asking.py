"""The family in Inspect: a question is asked until its answer can be read, then scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig, ModelOutput, get_model
from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver

from mien.evals.info import TaskInfo
from mien.evals.inspecting import as_score, cache_policy, header, published_score
from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.eq_bench import faults
from mien.evals.tasks.eq_bench.items import Item
from mien.evals.tasks.eq_bench.options import Options
from mien.evals.tasks.eq_bench.parsing import Passes
from mien.evals.tasks.eq_bench.rules import Rules

COLDEST, WARMER = 0.01, 0.15
"""Temperature of the first try, and what each further one adds."""

TRIES = "tries"
"""Key in a sample's metadata: how many answers were asked for."""


def make_task(
    info: TaskInfo,
    rules: Rules,
    items: Sequence[Item],
    options: Options,
    about: Mapping[str, Any],
) -> Task:
    """The task for Inspect.

    Args:
        info: Of the task.
        rules: Likewise.
        items: Questions to ask.
        options: How to ask them.
        about: Of the run: `variant`, `prompts` and `data`, as `inspecting.header` takes them.
    """
    samples = [_sample(item, rules.prompt(item, revise=options.revise)) for item in items]
    return Task(
        dataset=MemoryDataset(samples, name=info.name),
        solver=asking(rules, options),
        scorer=reading(info.name, rules),
        name=info.name,
        version=info.version,
        metadata=header(info, planned=len(items), **about),
    )


def asking(rules: Rules, options: Options) -> Solver:
    """Asks until an answer can be read, a little warmer each time.

    If none can, one of which at least one pass can be read is kept, the first such, as published.
    """

    @solver(name="eq_bench_asking")
    def of_family() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            item, kept = _item(state), None
            for tried in range(options.tries):
                output = await _answer(state, rules, options, tried)
                state.metadata[TRIES] = tried + 1
                found = _read(output, rules, item)
                if rules.is_done(item, found, revise=options.revise):
                    kept = output
                    break
                if kept is None and rules.is_partial(item, found):
                    kept = output
            state.output = kept or output
            state.messages.append(state.output.message)
            return state

        return solve

    return of_family()


def reading(task: str, rules: Rules) -> Scorer:
    """Scores what was answered, from a sample's metadata and output alone."""

    @scorer(name=f"{task}_distance", metrics=[published_score(task)])
    def distance() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:
            return as_score(_result(state, rules), answer=state.output.completion)

        return score

    return distance()


async def _answer(state: TaskState, rules: Rules, options: Options, tried: int) -> ModelOutput:
    config = GenerateConfig(
        temperature=0.0 if rules.is_harness else round(COLDEST + WARMER * tried, 2),
        max_tokens=options.max_tokens,
        stop_seqs=["\n\n"] if rules.is_harness else None,
    )
    model, policy = get_model(), cache_policy(state)
    return await model.generate(state.input_text, config=config, cache=policy)


def _read(output: ModelOutput, rules: Rules, item: Item) -> Passes:
    """The passes of an answer; none if its provider held it back, whose notice is no answer."""
    if output.stop_reason == "content_filter":
        return Passes(None)
    return rules.read(output.completion, item.names)


def _result(state: TaskState, rules: Rules) -> ItemResult:
    item, output = _item(state), state.output
    found = _read(output, rules, item)
    was_cut = output.stop_reason in ("max_tokens", "model_length")
    fault = faults.of_answer(output.completion, was_cut=was_cut)
    if output.stop_reason == "content_filter":
        fault = Fault.REFUSED
    if not rules.is_partial(item, found):
        # All zeros: the prompt rules that out, and the published program takes it for no answer.
        fault = faults.of_passes(found) or fault
        found = Passes(None)
    retries = int(state.metadata.get(TRIES, 1)) - 1
    return rules.result(item, found, epoch=state.epoch, fault=fault, retries=retries)


def _sample(item: Item, prompt: str) -> Sample:
    return Sample(
        id=item.id,
        input=prompt,
        metadata={
            "names": list(item.names),
            "normalized": list(item.normalized),
            "fullscale": list(item.fullscale),
        },
    )


def _item(state: TaskState) -> Item:
    told = state.metadata
    return Item(
        id=str(state.sample_id),
        prompt=state.input_text,
        names=tuple(told["names"]),
        normalized=tuple(told["normalized"]),
        fullscale=tuple(told["fullscale"]),
    )
