"""The guard in the OpenAI Agents SDK: guardrails that stop, and instructions that follow the talk.

An agent's guardrails can only stop a run or let it go on. Risk is judged over the whole history
that a run brings along, sessions included; only the new message can stop it, so that an old one
does not stop a conversation for ever.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from mien.core.errors import MissingPackage
from mien.guard import Action, Check, Guard, Person, Verdict
from mien.guard.carrying import NOBODY
from mien.integrations.following import Following, Point, Told, why
from mien.integrations.said import rows_said, turns_of

if TYPE_CHECKING:
    from agents import Agent, InputGuardrail, OutputGuardrail, RunContextWrapper

Instructions = Callable[["RunContextWrapper[Any]", "Agent[Any]"], "Any"]


class AgentsGuard:
    """Guardrails and instructions for agents that share conversations.

    Nothing stops a run unless the guard's mode is `enforce`; what was found is in `output_info`.

    Args:
        guard: What judges.
        person: What is known of all users.
        told: Is called with each new check; None for nobody.

    Raises:
        MissingPackage: If the SDK is not installed.
    """

    def __init__(self, guard: Guard, *, person: Person = NOBODY, told: Told | None = None) -> None:
        if importlib.util.find_spec("agents") is None:
            raise MissingPackage("a guardrail of the OpenAI Agents SDK", "openai-agents")
        self._following = Following(guard, person=person, told=told)

    def input_guardrail(
        self, stops: Collection[Action] = (Action.CRISIS,), name: str = "mien"
    ) -> InputGuardrail[Any]:
        """Judges the user's new message before the agent answers.

        Args:
            stops: Decisions that stop the run, so that the application answers itself.
            name: As traces show it.
        """
        from agents import GuardrailFunctionOutput, InputGuardrail

        async def judge(_context: object, _agent: object, given: object) -> GuardrailFunctionOutput:
            point = await asyncio.to_thread(self._following.at, turns_of(rows_said(given)))
            is_new = point.check is not None and point.turns[-1].role == "user"
            trips = is_new and point.check is not None and self._stops(point.check, stops)
            return GuardrailFunctionOutput(_info(point.check), trips)

        # In parallel, the model would have been asked, and may have spoken, before this is known.
        return InputGuardrail(guardrail_function=judge, name=name, run_in_parallel=False)

    def output_guardrail(self, name: str = "mien") -> OutputGuardrail[Any]:
        """Judges the agent's final answer by itself, and then for the history.

        Args:
            name: As traces show it.
        """
        from agents import GuardrailFunctionOutput, OutputGuardrail

        async def judge(
            context: RunContextWrapper[Any], _agent: object, answer: object
        ) -> GuardrailFunctionOutput:
            found = await asyncio.to_thread(self._answered, context.turn_input, answer)
            point, stopped = found
            return GuardrailFunctionOutput(_info(point.check, stopped), stopped is not None)

        return OutputGuardrail(guardrail_function=judge, name=name)

    def instructions(self, told: str | Instructions | None = None) -> Instructions:
        """An agent's instructions, with what the guard tells it at the last message of the user.

        Args:
            told: The agent's own.
        """

        async def instruct(context: RunContextWrapper[Any], agent: Agent[Any]) -> str:
            own = told(context, agent) if callable(told) else told or ""
            text = await own if asyncio.iscoroutine(own) else own
            turns = turns_of(rows_said(context.turn_input))
            point = await asyncio.to_thread(self._following.at, turns)
            return "\n\n".join(one for one in (text, point.instruction) if one)

        return instruct

    def _stops(self, check: Check, stops: Collection[Action]) -> bool:
        """Whether the new message, and not what was said long ago, asks for a stop."""
        has_reason = any(reason.turn == check.turn for reason in check.reasons)
        return self._following.holds and has_reason and check.action in stops

    def _answered(self, given: object, answer: object) -> tuple[Point, Verdict | None]:
        text = answer if isinstance(answer, str) else _plain(answer)
        before = self._following.at(turns_of(rows_said(given)))
        stopped = None
        if self._following.holds:
            _said, stopped = self._following.held_whole(before, text)
        return self._following.after(before, text), stopped


def _plain(answer: object) -> str:
    """A structured answer in words: the values that a user may be shown."""
    dump = getattr(answer, "model_dump", None)
    value = dump() if callable(dump) else answer
    return "\n".join(_texts(value)) or json.dumps(value, default=str)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(inner, str) or not hasattr(inner, "__iter__"):
        return []
    return [text for one in inner for text in _texts(one)]


def _info(check: Check | None, stopped: Verdict | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {"check": None if check is None else check.to_dict()}
    return told if stopped is None else told | {"stopped": why(stopped)}
