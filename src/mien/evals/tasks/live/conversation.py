"""The talk itself, for Inspect: the model under test and a simulated person, turn by turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inspect_ai.model import (
    ChatMessage,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelOutput,
    get_model,
)
from inspect_ai.solver import Generate, Solver, TaskState, solver

from mien.evals.inspecting import cache_policy
from mien.evals.pairs import keep
from mien.evals.result import Fault
from mien.evals.simulated import PREFIX
from mien.evals.tasks.live import simulator
from mien.evals.tasks.live.persona import Persona
from mien.evals.tasks.live.simulator import Mind, Turn
from mien.evals.tasks.live.slips import KEPT_EARLY, Slip

COURSE = "mien:live"
"""The key under which the course of a talk lies in Inspect's sample store: see `Course`."""

TRIES = 3
_WARMTH, _WARMER = 0.7, 0.15
"""Of the simulator at its first try, and what each further try adds."""

_THINKS, _THOUGHT = "<think>", "</think>"
_CUT_OFF = ("max_tokens", "model_length")

_WHY: Mapping[Slip, str] = {
    Slip.UNREADABLE: "it was no JSON object with all fields",
    Slip.OUT_OF_ROLE: "the reply did not come from that person",
    Slip.ROLE_SWAP: "the reply took the other side's part or words",
    Slip.EARLY_STOP: "the reply ended the conversation or was empty",
    Slip.TOLD_EARLY: "the reply told something that may not be told yet",
}


@dataclass(slots=True)
class Course:
    """How a talk went, besides its words.

    Attributes:
        simulator: Who played the person.
        start: Felt at the start.
        turns: Each with what was felt, thought, open and told after it.
        counts: Slips of the simulator, and faults of the model, by name.
        fault: Why the talk is not whole, if it is not.
    """

    simulator: str
    start: Mapping[str, float]
    turns: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    fault: Fault | None = None

    def add(self, turn: Turn) -> None:
        """Count and keep what a turn came to."""
        self.turns.append(
            {
                "felt": dict(turn.mind.state),
                "thoughts": turn.thoughts,
                "open": list(turn.open),
                "told": list(turn.told_now),
                "slips": {slip.value: n for slip, n in turn.slips.items()},
            }
        )

    def as_plain(self) -> dict[str, Any]:
        """For the store."""
        return {
            "simulator": self.simulator,
            "start": dict(self.start),
            "turns": self.turns,
            "counts": dict(self.counts),
            "fault": self.fault.value if self.fault else None,
        }


@dataclass(slots=True)
class _Talk:
    """A talk under way.

    Attributes:
        sample: Inspect's state of it.
        persona: Who talks with the model under test.
        user: Who plays them.
        course: How it goes.
        said: By both, with the model under test as `assistant`.
    """

    sample: TaskState
    persona: Persona
    user: Model
    course: Course
    said: list[dict[str, str]] = field(default_factory=list)

    def hears(self, text: str) -> None:
        """The person says something."""
        self.said.append({"role": "user", "content": text})
        self.sample.messages.append(ChatMessageUser(content=text))

    def replies(self, output: ModelOutput) -> None:
        """The model under test says something."""
        self.said.append({"role": "assistant", "content": _spoken(output.completion)})
        self.sample.messages.append(output.message)


@solver(name="live")
def converse(turns: int = 8) -> Solver:
    """A talk of so many turns on each side, after the person's opening line.

    The rule for stopping is ours: neither side can end it.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        persona = Persona.from_plain(state.metadata["persona"])
        user = get_model(role="user", required=True)
        talk = _Talk(state, persona, user, Course(str(user), dict(persona.state)))
        talk.course.fault = await _play(talk, turns)
        state.store.set(COURSE, talk.course.as_plain())
        if talk.course.fault is None:
            whole = {"persona": state.metadata["persona"], "simulator": str(user)}
            keep(state.store, talk.said, kind=persona.family, **whole)
        state.completed = True
        return state

    return solve


async def _play(talk: _Talk, turns: int) -> Fault | None:
    """All turns of a talk, or what stopped it."""
    model, mind = get_model(), Mind(talk.persona.state)
    talk.sample.messages = [ChatMessageSystem(content=simulator.told_of_role(talk.persona))]
    talk.hears(talk.persona.opening)
    for _ in range(turns):
        output = await model.generate(talk.sample.messages, cache=cache_policy(talk.sample))
        talk.sample.output = output
        if fault := _fault(output, talk.said, talk.course.counts):
            return fault
        talk.replies(output)
        turn = await _turn(talk, mind)
        talk.course.add(turn)
        if not turn.is_usable:
            return Fault.SIMULATOR
        mind = turn.mind
        talk.hears(turn.reply)
    return None


def _fault(output: ModelOutput, said: list[dict[str, str]], counts: Counter[str]) -> Fault | None:
    """What is wrong with a reply of the model under test, as far as it ends the talk."""
    if output.stop_reason == "content_filter":
        return Fault.REFUSED
    text = _spoken(output.completion)
    if output.stop_reason in _CUT_OFF:
        counts["model_truncated"] += 1
    if not text:
        return Fault.TRUNCATED if output.stop_reason in _CUT_OFF else Fault.EMPTY
    if any(one["role"] == "assistant" and one["content"] == text for one in said):
        counts["model_repeated"] += 1
    return None


def _spoken(text: str) -> str:
    """A reply without thoughts, which some servers leave in the text."""
    aloud = text.rpartition(_THOUGHT)[2].strip()
    return "" if aloud.startswith(_THINKS) else aloud


async def _turn(talk: _Talk, mind: Mind) -> Turn:
    """The person's reaction; bad ones are asked for again, and what was wrong is counted.

    What is told too early is asked for again as well, but kept if nothing better comes, since the
    talk can still be judged; it is counted apart.
    """
    asked, counts = simulator.ask(talk.persona, mind, talk.said), talk.course.counts
    why, turn = "", Turn(mind=mind, slips={Slip.UNREADABLE: 1})
    for tried in range(TRIES):
        found = simulator.read(
            await _answer(talk, asked, why, tried), talk.persona, mind, talk.said
        )
        counts.update({PREFIX + slip.value: n for slip, n in found.slips.items()})
        if found.is_usable or not turn.is_usable:
            turn = found
        wrong = [slip for slip in _WHY if slip in found.slips]
        if not wrong:
            return found
        why = f"\n\nAn earlier answer could not be used: {_WHY[wrong[0]]}."
    if turn.is_usable:
        counts[PREFIX + KEPT_EARLY] += turn.slips[Slip.TOLD_EARLY]
    return turn


async def _answer(talk: _Talk, asked: simulator.Asked, why: str, tried: int) -> str:
    """What the simulator says, a little warmer each time."""
    messages: list[ChatMessage] = [
        ChatMessageSystem(content=asked.system),
        ChatMessageUser(content=asked.user + why),
    ]
    output = await talk.user.generate(
        messages,
        config=GenerateConfig(temperature=round(_WARMTH + tried * _WARMER, 2)),
        cache=cache_policy(talk.sample),
    )
    return output.completion
