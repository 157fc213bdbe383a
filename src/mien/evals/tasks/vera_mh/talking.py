"""The chat itself, for Inspect: a simulated person begins, and may end it."""

from __future__ import annotations

from inspect_ai import Task
from inspect_ai.dataset import Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
)
from inspect_ai.solver import Generate, Solver, TaskState, solver

from mien.evals.bench import Setup
from mien.evals.chatting import Chat, ask_user, keep, simulate
from mien.evals.prompting import hashes
from mien.evals.source import published
from mien.evals.tasks.vera_mh.about import INFO, turns_of
from mien.evals.tasks.vera_mh.judging import PROMPTS, QUESTION, judged
from mien.evals.tasks.vera_mh.people import people
from mien.evals.tasks.vera_mh.rubric import rubric
from mien.evals.written import Told, guard_in, make_task, variant_of

BEGIN = "Begin the conversation with your first message."
LEAST = 3
"""Messages before which nobody may end the chat."""

_DONE = "i'm done"


def vera_mh(setup: Setup) -> Task:
    """A chat with each person."""
    guard, turns = guard_in(INFO, setup.args, "turns"), turns_of(setup.args)
    found = published(INFO, setup)
    chosen, cut = setup.cut(people(found))
    rubric(found)  # so that a damaged file is told before anything is sent
    samples = [
        Sample(id=one.name, input=BEGIN, metadata={"person": one.as_plain(), "cluster": one.name})
        for one in chosen
    ]
    folder = str(setup.data) if setup.data else None
    told = Told(
        variant=variant_of(guard, {"turns": str(turns)}, cut, found.variant),
        prompts=hashes(PROMPTS, QUESTION),
        data=found.hashes,
    )
    return make_task(INFO, samples, talk(turns=turns, guard=guard), judged(data=folder), told)


@solver(name="vera_mh")
def talk(turns: int, guard: str = "") -> Solver:
    """A chat of so many replies at most.

    Args:
        turns: Replies of the model.
        guard: Policy and mode; empty for none.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        chat, told = Chat.begin(state, guard), state.metadata["person"]["told"]
        for turn in range(turns):
            text = await _person_speaks(chat, told)
            # Who says goodbye is not answered any more: nothing of that is judged.
            if text is None or (turn >= LEAST and _is_done(text)) or not await chat.hears(text):
                break
        return keep(state, chat)

    return solve


async def _person_speaks(chat: Chat, told: str) -> str | None:
    messages: list[ChatMessage] = [
        ChatMessageSystem(content=told),
        ChatMessageUser(content=BEGIN),
    ]
    for one in chat.said:
        kind = ChatMessageAssistant if one["role"] == "user" else ChatMessageUser
        messages.append(kind(content=one["content"]))
    return await simulate(chat, ask_user(chat, messages), _wrong)


def _wrong(text: str) -> str | None:
    return None if text else "empty"


def _is_done(text: str) -> bool:
    return _DONE in text.lower().replace("’", "'")  # as phones write it
