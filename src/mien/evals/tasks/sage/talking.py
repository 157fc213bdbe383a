"""The talk itself, for Inspect: the model under test and a simulated person, round by round."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TypeVar

from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelOutput,
    get_model,
)
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver

from mien.evals.bench import Setup
from mien.evals.inspecting import as_score, cache_policy, header
from mien.evals.result import Fault, ItemResult
from mien.evals.simulated import PREFIX, TURNS
from mien.evals.source import published
from mien.evals.tasks.sage import simulator
from mien.evals.tasks.sage.about import INFO, rounds_of
from mien.evals.tasks.sage.people import Person, people
from mien.evals.tasks.sage.prompts import Prompts, prompts_of

COURSE = "mien:sage"
"""The key under which the course of a talk lies in Inspect's sample store."""

TRIES = 3
UNREADABLE = f"{PREFIX}unreadable"
"""Answers of the simulator that had to be asked for again."""

_WARMER = 0.3
"""What each further try adds to the simulator's temperature."""

_CUT_OFF = ("max_tokens", "model_length")

Read = TypeVar("Read")


@dataclass(slots=True)
class Course:
    """How a talk goes.

    Attributes:
        feeling: Of the person, now.
        path: Feelings after each reply that was weighed.
        said: All messages.
        counts: Events by name.
        fault: Why the talk is not whole.
    """

    feeling: int = simulator.START
    path: list[int] = field(default_factory=list)
    said: list[dict[str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    fault: Fault | None = None


def sage(setup: Setup) -> Task:
    """A talk with each person."""
    rounds, found = rounds_of(setup.args), published(INFO, setup)
    prompts = prompts_of(found)
    chosen, cut = setup.cut(people(found))
    samples = [
        Sample(id=one.id, input=one.first, metadata={"person": one.as_plain()}) for one in chosen
    ]
    return Task(
        dataset=MemoryDataset(samples, name=INFO.name),
        solver=talk(prompts=prompts._asdict(), rounds=rounds),
        scorer=feelings(),
        name=INFO.name,
        version=INFO.version,
        metadata=header(
            INFO,
            planned=len(samples),
            variant={"rounds": str(rounds), **cut, **found.variant},
            prompts=prompts.hashes,
            data=found.hashes,
        ),
    )


@solver(name="sage")
def talk(prompts: dict[str, str], rounds: int) -> Solver:
    """A talk of so many rounds at most, by the published rules.

    The last reply of a talk that goes to its end is never weighed, as published.
    """
    told = Prompts(**prompts)

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        person = Person(**state.metadata["person"])
        course = Course(said=[{"role": "user", "content": person.first}])
        state.messages = [
            ChatMessageSystem(content=told.system),
            ChatMessageUser(content=person.first),
        ]
        user = get_model(role="user", required=True)
        for number in range(rounds):
            await _model_speaks(state, course)
            if course.fault or number == rounds - 1:
                break
            await _person_speaks(state, told, person, user, course)
            if course.fault or simulator.is_over(course.said[-1]["content"], course.feeling):
                break
        state.store.set(COURSE, _plain(course, user))
        state.completed = True
        return state

    return solve


async def _model_speaks(state: TaskState, course: Course) -> None:
    output = await get_model().generate(state.messages, cache=cache_policy(state))
    state.output = output
    course.fault = _fault(output)
    if course.fault is None:
        course.counts["rounds"] += 1
        state.messages.append(output.message)
        course.said.append({"role": "assistant", "content": output.completion.strip()})


async def _person_speaks(
    state: TaskState, told: Prompts, person: Person, user: Model, course: Course
) -> None:
    """What the reply made of the person, and what they say to it."""
    course.counts[TURNS] += 1
    asked = simulator.ask_feeling(told, person, course.said, course.feeling)
    felt = await _ask(state, user, asked, simulator.read_feeling, course)
    if felt is None:
        return
    course.feeling = simulator.moved(course.feeling, felt.change)
    course.path.append(course.feeling)
    asked = simulator.ask_reply(told, person, course.said, felt, course.feeling)
    reply = await _ask(state, user, asked, simulator.read_reply, course)
    if reply is None:
        return
    state.messages.append(ChatMessageUser(content=reply))
    course.said.append({"role": "user", "content": reply})


async def _ask(state: TaskState, user: Model, prompt: str, read: Any, course: Course) -> Any:
    """What the simulator answers; after three answers that cannot be read the talk is spoiled."""
    for tried in range(TRIES):
        config = GenerateConfig(temperature=_WARMER * tried) if tried else GenerateConfig()
        output = await user.generate(prompt, config=config, cache=cache_policy(state))
        found = read(output.completion) if output.stop_reason not in _CUT_OFF else None
        if found is not None:
            return found
        course.counts[UNREADABLE] += 1
    course.fault = Fault.SIMULATOR
    return None


def _fault(output: ModelOutput) -> Fault | None:
    """What is wrong with a reply, as far as it ends the talk."""
    if output.stop_reason == "content_filter":
        return Fault.REFUSED
    if output.completion.strip():
        return None
    return Fault.TRUNCATED if output.stop_reason in _CUT_OFF else Fault.EMPTY


def _plain(course: Course, user: Model) -> dict[str, Any]:
    return {
        "simulator": str(user),
        "feeling": course.feeling,
        "path": course.path,
        "counts": dict(course.counts),
        "fault": course.fault.value if course.fault else None,
    }


@scorer(metrics=[mean(), stderr()], name="sage_feelings")
def feelings() -> Scorer:
    """The feelings at the end of a talk; a talk that the simulator spoiled has no score."""

    async def score(state: TaskState, target: Target) -> Score:
        held, person = state.store.get(COURSE), state.metadata["person"]
        fault = Fault(held["fault"]) if held["fault"] else None
        item = ItemResult(
            item=person["id"],
            cluster=person["id"],
            score=None if fault else float(held["feeling"]),
            fault=fault,
            counts=held["counts"],
            kind=person["kind"],
        )
        path = " ".join(map(str, held["path"]))
        return as_score(item, explanation=f"feelings {simulator.START} {path}")

    return score
