"""Chats of the model under test with written or simulated users, guarded or not, for Inspect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelOutput,
    get_model,
)
from inspect_ai.solver import Generate, Solver, TaskState, solver

from mien.evals.chats import CHATS
from mien.evals.guarded import Watched, reply
from mien.evals.guarding import make_guard
from mien.evals.inspecting import cache_policy
from mien.evals.result import Fault
from mien.evals.simulated import PREFIX, TURNS

TRIES = 3
"""Answers that a simulated user may give before its chat is spoiled."""

_WARMTH, _WARMER = 0.7, 0.15
"""Of a simulated user at its first try, and what each further try adds."""

_CUT_OFF = ("max_tokens", "model_length")
_THOUGHT = "</think>"

Said = dict[str, str]


@dataclass(slots=True)
class Chat:
    """A chat under way.

    Attributes:
        state: Inspect's, of the sample.
        watched: The chat as a guard follows it.
        system: What the model is told first; empty for nothing.
        said: By both sides.
        counts: Events by name.
        fault: Why it is not whole.
    """

    state: TaskState
    watched: Watched
    system: str = ""
    said: list[Said] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    fault: Fault | None = None

    @classmethod
    def begin(cls, state: TaskState, guard: str, *, system: str = "", language: str = "en") -> Chat:
        """A chat in which nothing is said yet."""
        return cls(state, Watched(make_guard(guard), language), system)

    @property
    def messages(self) -> list[ChatMessage]:
        """What the model is sent."""
        told: list[ChatMessage] = [ChatMessageSystem(content=self.system)] if self.system else []
        return [*told, *map(_message, self.said)]

    async def hears(self, text: str) -> bool:
        """The user says something and the model replies; whether the chat can go on."""
        self.said.append({"role": "user", "content": text})
        output = await reply(self.state, self.watched, messages=self.messages)
        self.state.output = output
        self.fault = _fault(output)
        if self.fault is None:
            spoken = _aloud(output.completion)
            if any(one["role"] == "assistant" and one["content"] == spoken for one in self.said):
                self.counts["model_repeated"] += 1
            self.said.append({"role": "assistant", "content": spoken})
        return self.fault is None

    def as_plain(self) -> dict[str, Any]:
        """For the store."""
        return {
            "said": self.said,
            "counts": {**self.counts, **self.watched.counts},
            "fault": self.fault.value if self.fault else None,
        }


@solver(name="written_chats")
def written(guard: str = "") -> Solver:
    """Each chat of an item from its beginning: the user's messages stand in the item.

    The sample's metadata holds `chats`, a list of messages each, and may hold `system` and
    `language`.

    Args:
        guard: Policy and mode; empty for none.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        kept = []
        told = {name: state.metadata.get(name) or "" for name in ("system", "language")}
        for messages in state.metadata["chats"]:
            chat = Chat.begin(
                state, guard, system=told["system"], language=told["language"] or "en"
            )
            for text in messages:
                if not await chat.hears(text):
                    break
            kept.append(chat)
        return keep(state, *kept)

    return solve


def keep(state: TaskState, *chats: Chat) -> TaskState:
    """The state with its chats in the store, for the scorer and for judging again."""
    state.store.set(CHATS, [chat.as_plain() for chat in chats])
    state.messages = [message for chat in chats for message in chat.messages]
    state.completed = True
    return state


async def simulate(
    chat: Chat,
    asked: Callable[[Model], Awaitable[str]],
    wrong: Callable[[str], str | None],
) -> str | None:
    """What a simulated user says next; None, and the chat spoiled, if nothing can be used.

    Args:
        chat: In which they speak.
        asked: Asks the simulator once; see `ask_user`.
        wrong: The name of what keeps an answer from being used; None for nothing.
    """
    user = get_model(role="user", required=True)
    chat.counts[TURNS] += 1
    for _ in range(TRIES):
        text = await asked(user)
        slip = wrong(text)
        if slip is None:
            return text
        chat.counts[f"{PREFIX}{slip}"] += 1
    chat.fault = Fault.SIMULATOR
    return None


def ask_user(chat: Chat, messages: list[ChatMessage]) -> Callable[[Model], Awaitable[str]]:
    """Asks a simulator, a little warmer each time."""
    tried = 0

    async def asked(user: Model) -> str:
        nonlocal tried
        config = GenerateConfig(temperature=round(_WARMTH + tried * _WARMER, 2))
        tried += 1
        output = await user.generate(messages, config=config, cache=cache_policy(chat.state))
        return _aloud(output.completion) if output.stop_reason not in _CUT_OFF else ""

    return asked


def _message(one: Mapping[str, str]) -> ChatMessage:
    if one["role"] == "user":
        return ChatMessageUser(content=one["content"])
    return ChatMessageAssistant(content=one["content"])


def _aloud(text: str) -> str:
    """A reply without thoughts, which some servers leave in the text."""
    return text.rpartition(_THOUGHT)[2].strip()


def _fault(output: ModelOutput) -> Fault | None:
    """What is wrong with a reply, as far as it ends the chat."""
    if output.stop_reason == "content_filter":
        return Fault.REFUSED
    if _aloud(output.completion):
        return None
    return Fault.TRUNCATED if output.stop_reason in _CUT_OFF else Fault.EMPTY
