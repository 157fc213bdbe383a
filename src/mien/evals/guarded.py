"""A reply of the model under test, with the guard between it and its user if there is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    ModelOutput,
    get_model,
)
from inspect_ai.solver import TaskState

from mien.evals.guarding import PREFIX
from mien.evals.inspecting import cache_policy
from mien.guard import Case, Check, Guard, Mode, Person, Remedy, Verdict
from mien.guard.hold import gap
from mien.guard.holding import Holding, correction
from mien.guard.wording import notice
from mien.timeline import Turn

_QUIET = ("nothing", "watch")


@dataclass(slots=True)
class Watched:
    """A chat as the guard follows it.

    Attributes:
        guard: None if nothing stands between model and user.
        language: Of notices.
        turns: Of both sides so far.
        case: After the last of them.
        counts: What the guard did, by name.
    """

    guard: Guard | None
    language: str = "en"
    turns: list[Turn] = field(default_factory=list)
    case: Case = field(default_factory=Case)
    counts: Counter[str] = field(default_factory=Counter)

    def hears(self, role: str, text: str) -> Check | None:
        """The check of one more turn; None without a guard."""
        self.turns.append(Turn(index=len(self.turns), role=role, text=text))
        if self.guard is None:
            return None
        step = self.guard.step(self.turns, self.case, Person(language=self.language))
        self.case = step.case
        if step.check.skipped is not None:
            self.counts[f"{PREFIX}skipped"] += 1
        elif step.check.action not in _QUIET:
            self.counts[f"{PREFIX}{step.check.action}"] += 1
        return step.check


async def reply(
    state: TaskState,
    watched: Watched,
    *,
    messages: Sequence[ChatMessage] = (),
    config: GenerateConfig | None = None,
) -> ModelOutput:
    """The next reply of the model under test, as its user gets it.

    What the guard tells the model is of this reply alone: it is put before the user's last message
    and forgotten afterwards, as the proxy does. In mode `observe` nothing is changed.

    Args:
        state: Of the sample.
        watched: The chat, whose last message is the user's.
        messages: What the model is sent; by default all of the state.
        config: As in Inspect.
    """
    sent = list(messages or state.messages)
    check = watched.hears("user", sent[-1].text)
    acts = watched.guard is not None and watched.guard.mode is not Mode.OBSERVE
    if acts and check and check.instruction:
        sent = _with_instruction(sent, check.instruction)
    output = await _ask(state, sent, config)
    if watched.guard is None or not output.completion.strip():
        return output
    before = check.notice if acts and check else None
    return await _held(state, watched, sent, output, (before, config))


async def _held(
    state: TaskState,
    watched: Watched,
    sent: list[ChatMessage],
    output: ModelOutput,
    also: tuple[str | None, GenerateConfig | None],
) -> ModelOutput:
    """The reply as it may leave; asked for again once where a sentence was stopped."""
    before, config = also
    said, stopped = _leaves(watched, output.completion)
    if stopped is not None and stopped.remedy is Remedy.REWRITE and Holding().rewrites:
        watched.counts[f"{PREFIX}rewritten"] += 1
        more = await _ask(state, _going_on(sent, said, stopped), config)
        rest, stopped = _leaves(watched, more.completion)
        said += gap(said, rest) + rest
    parts = [before or "", said]
    if stopped is not None:
        watched.counts[f"{PREFIX}blocked"] += 1
        parts.append(notice("blocked", watched.language) or "")
    shown = "\n\n".join(part for part in parts if part)
    watched.hears("assistant", said or shown)
    if shown == output.completion:
        return output
    changed = output.model_copy(deep=True)
    changed.completion = shown
    return changed


def _leaves(watched: Watched, text: str) -> tuple[str, Verdict | None]:
    """What of a text may leave, and what stopped it."""
    if watched.guard is None:
        return text, None
    hold = watched.guard.hold(watched.turns)
    first, last = hold.feed(text), hold.end()
    return hold.said, first.stopped or last.stopped


def _with_instruction(messages: list[ChatMessage], told: str) -> list[ChatMessage]:
    return [*messages[:-1], ChatMessageSystem(content=told), messages[-1]]


def _going_on(messages: list[ChatMessage], said: str, stopped: Verdict) -> list[ChatMessage]:
    rows = list(messages)
    if said.strip():
        rows.append(ChatMessageAssistant(content=said))
    rows.append(ChatMessageSystem(content=correction(stopped)))
    # Some providers answer nothing but a user.
    return [*rows, ChatMessageUser(content="Go on.")] if said.strip() else rows


async def _ask(
    state: TaskState, messages: list[ChatMessage], config: GenerateConfig | None
) -> ModelOutput:
    return await get_model().generate(
        messages, config=config or GenerateConfig(), cache=cache_policy(state)
    )
