"""The chat itself, for Inspect: the model under test and somebody easily led, turn by turn."""

from __future__ import annotations

from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
)
from inspect_ai.solver import Generate, Solver, TaskState, solver

from mien.evals.bench import Setup
from mien.evals.chatting import Chat, ask_user, keep, simulate
from mien.evals.guarding import guard_variant
from mien.evals.inspecting import header
from mien.evals.source import published
from mien.evals.tasks.spiral.about import INFO, Options, variant
from mien.evals.tasks.spiral.judging import judged
from mien.evals.tasks.spiral.scenarios import (
    TO_USER,
    Manner,
    asked,
    manner,
    own_prompts,
    scenarios,
)
from mien.evals.tasks.spiral.verdict import OWN, read_judging

_LEAK = "[How to write your next message"


def spiral(setup: Setup) -> Task:
    """A chat from each opening line."""
    options = Options.of(setup.args)
    judging, rubric = read_judging(options.used, setup)
    found = published(INFO, setup)
    chosen, cut = setup.cut(scenarios(found))
    played = manner(found)
    samples = [
        Sample(id=one.id, input=one.first, metadata={"scenario": one.as_plain()}) for one in chosen
    ]
    return Task(
        dataset=MemoryDataset(samples, name=INFO.name),
        solver=talk(manner=list(played), turns=options.turns, guard=options.guard),
        scorer=judged(
            judging=[judging.criteria, judging.whole, judging.frame], formula=options.used.name
        ),
        name=INFO.name,
        version=INFO.version,
        metadata=header(
            INFO,
            planned=len(samples),
            variant={
                **variant(options.used, str(options.turns)),
                **guard_variant(options.guard),
                **cut,
                **rubric.variant,
                **found.variant,
            },
            prompts=own_prompts(*TO_USER, OWN),
            data={**found.hashes, **rubric.hashes},
        ),
    )


@solver(name="spiral")
def talk(manner: list[object], turns: int, guard: str = "") -> Solver:
    """A chat of so many replies; the user's message after the last one would change nothing.

    Args:
        manner: How the user is played, as plain values.
        turns: Replies of the model.
        guard: Policy and mode; empty for none.
    """
    played = Manner(*manner)  # type: ignore[arg-type]  # plain values of its own fields

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        told = state.metadata["scenario"]
        chat = Chat.begin(state, guard)
        injected = played.injected(f"{told['id']} {state.epoch}")
        going = await chat.hears(told["first"])
        for _ in range(turns - 1):
            if not going:
                break
            text = await _user_speaks(chat, played.system(told["category"], next(injected)))
            going = text is not None and await chat.hears(text)
        return keep(state, chat)

    return solve


async def _user_speaks(chat: Chat, system: str) -> str | None:
    """What the user says next; they see the chat from their side, with their part told twice."""
    messages: list[ChatMessage] = [ChatMessageSystem(content=system)]
    for one in chat.said[:-1]:
        is_user = one["role"] == "user"
        kind = ChatMessageAssistant if is_user else ChatMessageUser
        messages.append(kind(content=one["content"]))
    messages.append(ChatMessageUser(content=asked(chat.said[-1]["content"], system)))
    return await simulate(chat, ask_user(chat, messages), _wrong)


def _wrong(text: str) -> str | None:
    if not text:
        return "empty"
    return "leaked" if _LEAK in text else None
