"""The guard in LangChain's agents: a middleware whose sentences are judged before they leave.

Tokens reach whoever streams an agent before `after_model` runs, so sentences are held around the
model itself: it is called through another model that passes on what may leave.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from mien.core.errors import MissingPackage
from mien.guard import NOBODY, Guard, Person
from mien.integrations.following import Following, Point, Told
from mien.integrations.said import Said, text_of, turns_of

if TYPE_CHECKING:
    from langchain.agents.middleware import AgentMiddleware

CHECK = "mien_check"
"""Where in an agent's state the last check is, as plain values."""


def guard_middleware(
    guard: Guard, *, person: Person = NOBODY, told: Told | None = None
) -> AgentMiddleware[Any, Any]:
    """A middleware for `create_agent`.

    In mode `observe` nothing is changed; in `advise` the model gets the guard's instruction and
    the user its notice; in `enforce` sentences are held, and an answer goes on anew before one
    that is to be rewritten, or ends there. Answers in a schema are judged afterwards alone.

    Args:
        guard: What judges.
        person: What is known of all users.
        told: Is called with each new check; None for nobody.

    Raises:
        MissingPackage: If LangChain is not installed.
    """
    if importlib.util.find_spec("langchain") is None:
        raise MissingPackage("a middleware of LangChain", "langchain")
    return _middleware(Following(guard, person=person, told=told))


def _middleware(following: Following) -> AgentMiddleware[Any, Any]:
    from langchain.agents.middleware import AgentMiddleware, ModelRequest

    from mien.integrations.langchain_model import GuardState

    def prepared(request: ModelRequest[Any]) -> ModelRequest[Any]:
        return _prepared(request, following, following.at(_turns(request.messages), _thread()))

    def judged(state: Any, thread: str | None) -> dict[str, Any] | None:
        check = following.at(_turns(state["messages"]), thread).check
        return None if check is None else {CHECK: check.to_dict()}

    class GuardMiddleware(AgentMiddleware):  # type: ignore[misc]  # LangChain is seldom installed
        """Mien's guard as LangChain calls it."""

        state_schema = GuardState
        name = "mien"

        def before_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
            """The check of the user's turn, in the state."""
            return judged(state, _thread())

        async def abefore_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
            """The same without blocking."""
            return await asyncio.to_thread(judged, state, _thread())

        def after_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
            """The check of the reply, in the state."""
            return judged(state, _thread())

        async def aafter_model(self, state: Any, runtime: Any) -> dict[str, Any] | None:
            """The same without blocking."""
            return await asyncio.to_thread(judged, state, _thread())

        def wrap_model_call(
            self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Any]
        ) -> Any:
            """The model's answer, instructed and held."""
            return handler(prepared(request))

        async def awrap_model_call(
            self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[Any]]
        ) -> Any:
            """The same without blocking."""
            return await handler(await asyncio.to_thread(prepared, request))

    return GuardMiddleware()


def _prepared(request: Any, following: Following, point: Point) -> Any:
    """The request with the guard's instruction, and its model behind one that holds sentences."""
    from langchain_core.messages import SystemMessage

    changes: dict[str, Any] = {}
    if point.instruction is not None:
        own = request.system_message
        text = "\n\n".join(one for one in (own and text_of(own.content), point.instruction) if one)
        changes["system_message"] = SystemMessage(text)
    if request.response_format is None and (following.holds or point.notice):
        from mien.integrations.langchain_model import held_model

        changes["model"] = held_model(request.model, following, point)
    return request.override(**changes) if changes else request


def _turns(messages: Sequence[Any]) -> Any:
    return turns_of(Said(one.type, text_of(one.content)) for one in messages)


def _thread() -> str | None:
    """The thread of a checkpointed agent, which names its conversation."""
    from langgraph.config import get_config

    try:
        found = get_config().get("configurable", {}).get("thread_id")
    except RuntimeError:
        return None
    return None if found is None else str(found)
