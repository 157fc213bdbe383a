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
from mien.evals.tasks.live import simulator
from mien.evals.tasks.live.persona import Persona
from mien.evals.tasks.live.simulator import Mind, Turn
from mien.evals.tasks.live.slips import Slip

COURSE = "mien:live"
"""The key under which the course of a talk lies in Inspect's sample store: see `Course`."""

TRIES = 3
_WARMTH, _WARMER = 0.7, 0.15
"""Of the simulator at its first try, and what each further try adds."""

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


@solver(name="live")
def converse(turns: int = 8) -> Solver:
    """A talk of so many turns on each side, after the person's opening line.

    The rule for stopping is ours: neither side can end it.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        persona = Persona.from_plain(state.metadata["persona"])
        user = get_model(role="user", required=True)
        course = Course(str(user), dict(persona.state))
        said = await _talk(state, persona, user, course, turns)
        state.store.set(COURSE, course.as_plain())
        if course.fault is None:
            keep(
                state.store,
                said,
                kind=persona.family,
                persona=state.metadata["persona"],
                simulator=str(user),
            )
        state.completed = True
        return state

    return solve


async def _talk(
    state: TaskState, persona: Persona, user: Model, course: Course, turns: int
) -> list[dict[str, str]]:
    """The messages; where the course has a fault, they are not the whole talk."""
    model, mind = get_model(), Mind(persona.state)
    state.messages = [
        ChatMessageSystem(content=simulator.told_of_role(persona)),
        ChatMessageUser(content=persona.opening),
    ]
    said = [{"role": "user", "content": persona.opening}]
    for _ in range(turns):
        output = await model.generate(state.messages, cache=cache_policy(state))
        state.output = output
        course.fault = _fault(output, said, course.counts)
        if course.fault:
            break
        state.messages.append(output.message)
        said.append({"role": "assistant", "content": output.completion.strip()})
        turn = await _turn(state, persona, user, mind, said, course)
        course.add(turn)
        if not turn.is_usable:
            course.fault = Fault.SIMULATOR
            break
        mind = turn.mind
        state.messages.append(ChatMessageUser(content=turn.reply))
        said.append({"role": "user", "content": turn.reply})
    return said


def _fault(output: ModelOutput, said: list[dict[str, str]], counts: Counter[str]) -> Fault | None:
    """What is wrong with a reply of the model under test, as far as it ends the talk."""
    if output.stop_reason == "content_filter":
        return Fault.REFUSED
    text = output.completion.strip()
    if output.stop_reason in _CUT_OFF:
        counts["model_truncated"] += 1
    if not text:
        return Fault.TRUNCATED if output.stop_reason in _CUT_OFF else Fault.EMPTY
    if any(one["role"] == "assistant" and one["content"] == text for one in said):
        counts["model_repeated"] += 1
    return None


async def _turn(
    state: TaskState,
    persona: Persona,
    user: Model,
    mind: Mind,
    said: list[dict[str, str]],
    course: Course,
) -> Turn:
    """The person's reaction; bad ones are asked for again, and all are counted.

    What is told too early is asked for again as well, but kept at last, since the talk can still
    be judged; it is counted apart under `kept_early`.
    """
    asked, why = simulator.ask(persona, mind, said), ""
    for tried in range(TRIES):
        config = GenerateConfig(temperature=_WARMTH + tried * _WARMER)
        messages: list[ChatMessage] = [
            ChatMessageSystem(content=asked.system),
            ChatMessageUser(content=asked.user + why),
        ]
        output = await user.generate(messages, config=config, cache=cache_policy(state))
        turn = simulator.read(output.completion, persona, mind, said)
        course.counts.update({slip.value: n for slip, n in turn.slips.items()})
        wrong = [slip for slip in _WHY if slip in turn.slips]
        if not wrong:
            break
        course.counts["asked_again"] += tried + 1 < TRIES
        why = f"\n\nAn earlier answer could not be used: {_WHY[wrong[0]]}."
    if turn.is_usable and Slip.TOLD_EARLY in turn.slips:
        course.counts["kept_early"] += turn.slips[Slip.TOLD_EARLY]
    return turn
