"""What models said to scenarios: how tasks keep it, and how it is passed on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from mien.core.errors import EvalError

if TYPE_CHECKING:
    from inspect_ai.util import Store

TALK = "mien:talk"
"""The key of a talk in Inspect's sample store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What one model said to one scenario, once.

    Attributes:
        model: Who.
        scenario: To what.
        epoch: Which of several times, from 1.
        messages: The conversation, each with `role` (`user` or `assistant`) and `content`.
        debrief: What the model said of it afterwards; None where it was not asked.
        kind: Of scenario, where tables tell kinds apart.
        more: Whatever else its task kept, by name.
    """

    model: str
    scenario: str
    epoch: int
    messages: tuple[Mapping[str, str], ...]
    debrief: str | None = None
    kind: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def answers(self) -> tuple[str, ...]:
        """What the model said, turn by turn, without its debrief."""
        return tuple(one["content"] for one in self.messages if one["role"] == "assistant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Talks:
    """The talks of several models on one task.

    Attributes:
        task: Its name.
        version: Of the task.
        variant: As in `Result`, the same for all.
        talks: Every whole one, by model, scenario and epoch.
        left_out: How many are not among them, by reason.
        sources: The file of each model.
    """

    task: str
    version: str
    variant: Mapping[str, str]
    talks: tuple[Talk, ...]
    left_out: Mapping[str, int]
    sources: Mapping[str, str]

    @property
    def models(self) -> tuple[str, ...]:
        """Their names, sorted."""
        return tuple(sorted(self.sources))

    @property
    def sha256(self) -> str:
        """Of all that was said: judgements of other talks are other judgements."""
        held = hashlib.sha256()
        for talk in self.talks:
            held.update(json.dumps(asdict(talk), sort_keys=True, default=str).encode())
        return held.hexdigest()


def keep(
    store: Store,
    messages: Sequence[Mapping[str, str]],
    *,
    debrief: str | None = None,
    kind: str = "",
    **more: Any,
) -> None:
    """Keep a talk in Inspect's sample store, where `read_talks` finds it.

    A talk that is not whole, because a provider failed or a simulated user fell out of its role,
    is not to be kept: whatever is kept will be judged.

    Args:
        store: Of the sample.
        messages: The conversation, each with `role` and `content`.
        debrief: What the model said of it afterwards.
        kind: Of scenario.
        more: Whatever else judging needs; plain JSON.
    """
    held = [{"role": one["role"], "content": one["content"]} for one in messages]
    store.set(TALK, {"messages": held, "debrief": debrief, "kind": kind, **more})


def kept_talk(held: Any, *, model: str, scenario: str, epoch: int) -> Talk:
    """A talk from what `keep` wrote.

    Raises:
        EvalError: If it is not in that form.
    """
    try:
        messages = tuple(
            {"role": one["role"], "content": one["content"]} for one in held["messages"]
        )
        texts = [one["content"] for one in messages]
    except (KeyError, TypeError) as error:
        raise EvalError(f"the talk to {scenario!r} in the log of {model} is damaged") from error
    if not all(isinstance(text, str) for text in texts):
        raise EvalError(f"the talk to {scenario!r} in the log of {model} is damaged")
    rest = {key: value for key, value in held.items() if key not in ("messages", "debrief", "kind")}
    return Talk(
        model=model,
        scenario=scenario,
        epoch=epoch,
        messages=messages,
        debrief=held.get("debrief"),
        kind=str(held.get("kind") or ""),
        more=rest,
    )
