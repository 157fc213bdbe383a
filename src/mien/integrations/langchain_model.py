"""A chat model of LangChain that passes on what another one says, held sentence by sentence.

It imports LangChain at once, and is itself imported where that was found.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, NotRequired

from langchain.agents.middleware import AgentState
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
)
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding
from pydantic import ConfigDict

from mien.guard import Hold, Verdict
from mien.guard.hold import Outcome, gap
from mien.guard.holding import Holding, Remedy, correction
from mien.integrations.following import Following, Point
from mien.integrations.said import text_of

_KEPT = ("rate_limiter", "disable_streaming", "output_version", "profile", "tags", "metadata")
"""What is asked of a model from outside, which is that of the model within."""


class GuardState(AgentState):  # type: ignore[misc]  # LangChain is seldom installed
    """An agent's state with the last check in it, as plain values."""

    mien_check: NotRequired[dict[str, Any]]  # type: ignore[valid-type]  # likewise


def held_model(inner: BaseChatModel, following: Following, point: Point) -> BaseChatModel:
    """A model that says what another one does, as far as it may leave.

    Args:
        inner: The other one.
        following: The conversations.
        point: The one that is answered.
    """
    kept = {name: getattr(inner, name) for name in _KEPT if hasattr(inner, name)}
    # A cache would keep a decision that was made for another conversation.
    model: BaseChatModel = HeldModel(
        inner=inner, following=following, point=point, cache=False, **kept
    )
    return model


class HeldModel(BaseChatModel):  # type: ignore[misc]  # LangChain is seldom installed
    """See `held_model`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    inner: Any
    following: Any
    point: Any

    @property
    def _llm_type(self) -> str:
        return str(self.inner._llm_type)

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return dict(self.inner._identifying_params)

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> Any:
        return self.inner._get_ls_params(stop=stop, **kwargs)

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, Any]:
        """This model with the other one's idea of its tools."""
        bound = self.inner.bind_tools(tools, **kwargs)
        if not isinstance(bound, RunnableBinding):
            raise TypeError(f"{self._llm_type} binds tools in a way that cannot be held")
        return RunnableBinding(bound=self, kwargs=bound.kwargs, config=bound.config)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        answer = Answer(self.following, self.point, messages)
        while True:
            result = self.inner._generate(answer.asked, stop, **kwargs)
            answer.hear(text_in(result.generations[0].message.content))
            if not answer.goes_on():
                return answer.result(result)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        answer = Answer(self.following, self.point, messages)
        while True:
            result = await self.inner._agenerate(answer.asked, stop, **kwargs)
            answer.hear(text_in(result.generations[0].message.content))
            if not answer.goes_on():
                return answer.result(result)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        answer = Answer(self.following, self.point, messages)
        while True:
            for chunk in self._chunks(answer.asked, stop, **kwargs):
                yield from answer.feed(chunk)
                if answer.stopped is not None:
                    break
            yield from answer.end()
            if not answer.goes_on():
                return

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        answer = Answer(self.following, self.point, messages)
        while True:
            async for chunk in self._achunks(answer.asked, stop, **kwargs):
                for one in answer.feed(chunk):
                    yield one
                if answer.stopped is not None:
                    break
            for one in answer.end():
                yield one
            if not answer.goes_on():
                return

    def _chunks(self, asked: list[BaseMessage], stop: Any, **kwargs: Any) -> Iterator[Any]:
        if type(self.inner)._stream is BaseChatModel._stream:
            yield _as_chunk(self.inner._generate(asked, stop, **kwargs))
            return
        yield from self.inner._stream(asked, stop, **kwargs)

    async def _achunks(
        self, asked: list[BaseMessage], stop: Any, **kwargs: Any
    ) -> AsyncIterator[Any]:
        kind = type(self.inner)
        if kind._stream is BaseChatModel._stream and kind._astream is BaseChatModel._astream:
            yield _as_chunk(await self.inner._agenerate(asked, stop, **kwargs))
            return
        async for chunk in self.inner._astream(asked, stop, **kwargs):
            yield chunk


class Answer:
    """One answer on its way, over as many tries as it takes.

    Args:
        following: The conversations.
        point: The one that is answered.
        messages: What the model is asked.

    Attributes:
        asked: What it is asked in the present try.
        stopped: Why this try ended early; None if it did not.
        shown: All that has left.
    """

    def __init__(self, following: Following, point: Point, messages: list[BaseMessage]) -> None:
        self.asked = messages
        self.stopped: Verdict | None = None
        self.shown = ""
        self._following, self._point, self._messages = following, point, messages
        self._rewrites = Holding().rewrites
        self._said = ""
        self._opening = f"{point.notice}\n\n" if point.notice else ""
        self._is_new = False
        self._like: ChatGenerationChunk | None = None
        self._hold: Hold = following.guard.hold(point.turns)

    def hear(self, text: str) -> None:
        """Take the whole text of a try."""
        self._out(self._hold.feed(text))
        if self.stopped is None:
            self._out(self._hold.end())

    def feed(self, chunk: ChatGenerationChunk) -> list[ChatGenerationChunk]:
        """What may leave now that this chunk has come."""
        self._like = chunk
        message = chunk.message
        others = _others(message.content)
        found = self._worded(self._hold.feed(text_in(message.content)))
        is_more = bool(others or message.tool_call_chunks)
        if self.stopped is None and (is_more or message.chunk_position == "last"):
            found += self._worded(self._hold.end())
        if self.stopped is None and (is_more or _is_told_more(message)):
            found.append(_without_words(chunk, others))
        return found

    def end(self) -> list[ChatGenerationChunk]:
        """What may leave at the end of a try."""
        return [] if self.stopped is not None else self._worded(self._hold.end())

    def goes_on(self) -> bool:
        """Whether another try follows, which `asked` is for."""
        if self.stopped is None or not self._may_rewrite(self.stopped):
            return False
        self.asked = _going_on(self._messages, self._said, correction(self.stopped))
        self._rewrites -= 1
        self.stopped = None
        self._hold = self._following.guard.hold(self._point.turns)
        self._is_new = True
        return True

    def result(self, result: ChatResult) -> ChatResult:
        """A whole answer as it may leave; the very same if nothing was changed."""
        message = result.generations[0].message
        if self.shown == text_in(message.content):
            return result
        is_cut = self.stopped is not None
        others = [] if is_cut else _others(message.content)
        words = [{"type": "text", "text": self.shown}]
        changed = AIMessage(
            content=[*words, *others] if others else self.shown,
            id=message.id,
            tool_calls=[] if is_cut else message.tool_calls,
            response_metadata=message.response_metadata,
            usage_metadata=message.usage_metadata,
        )
        return ChatResult(
            generations=[ChatGeneration(message=changed)], llm_output=result.llm_output
        )

    def _worded(self, outcome: Outcome) -> list[ChatGenerationChunk]:
        text = self._out(outcome)
        return [_words(text, self._like)] if text and self._like is not None else []

    def _out(self, outcome: Outcome) -> str:
        text = outcome.text
        if self._is_new and text:
            self._opening, self._is_new = self._opening or gap(self._said, text), False
        self._said += text
        if outcome.stopped is not None:
            self.stopped = outcome.stopped
            if not self._may_rewrite(outcome.stopped):
                parted = "\n\n" if self.shown or text else ""
                text = f"{text}{parted}{self._following.blocked()}"
        if text:
            text, self._opening = f"{self._opening}{text}", ""
        self.shown += text
        return text

    def _may_rewrite(self, stopped: Verdict) -> bool:
        return stopped.remedy is Remedy.REWRITE and self._rewrites > 0


def text_in(content: Any) -> str:
    """The words of a message or of a piece of one, nothing put between its parts."""
    if isinstance(content, str):
        return content
    return "".join(text_of([block]) for block in content if _is_text(block))


def _is_text(block: object) -> bool:
    return isinstance(block, str) or (isinstance(block, dict) and block.get("type") == "text")


def _others(content: Any) -> list[Any]:
    """Parts of a message that are no words, such as thoughts and calls of tools."""
    return [] if isinstance(content, str) else [one for one in content if not _is_text(one)]


def _is_told_more(message: Any) -> bool:
    """Whether a chunk without words is to be passed on all the same."""
    return bool(
        message.usage_metadata
        or message.response_metadata
        or message.additional_kwargs
        or message.chunk_position
    )


def _words(text: str, like: ChatGenerationChunk) -> ChatGenerationChunk:
    """A chunk of words, formed as another."""
    content: Any = text
    if isinstance(like.message.content, list):
        blocks = [one for one in like.message.content if isinstance(one, dict) and _is_text(one)]
        content = [{**(blocks[0] if blocks else {"type": "text", "index": 0}), "text": text}]
    return ChatGenerationChunk(message=AIMessageChunk(content=content, id=like.message.id))


def _without_words(chunk: ChatGenerationChunk, others: list[Any]) -> ChatGenerationChunk:
    content: Any = others if isinstance(chunk.message.content, list) else ""
    message = chunk.message.model_copy(update={"content": content})
    return ChatGenerationChunk(message=message, generation_info=chunk.generation_info)


def _as_chunk(result: ChatResult) -> ChatGenerationChunk:
    """A whole answer as one chunk."""
    message = result.generations[0].message
    calls = [
        {
            "name": call["name"],
            "args": json.dumps(call["args"]),
            "id": call["id"],
            "index": place,
            "type": "tool_call_chunk",
        }
        for place, call in enumerate(message.tool_calls)
    ]
    return ChatGenerationChunk(
        message=AIMessageChunk(
            content=message.content,
            id=message.id,
            tool_call_chunks=calls,
            additional_kwargs=message.additional_kwargs,
            response_metadata=message.response_metadata,
            usage_metadata=message.usage_metadata,
        )
    )


def _going_on(messages: list[BaseMessage], said: str, told: str) -> list[BaseMessage]:
    """Messages that let an assistant go on after what it has said.

    What it is told goes into the first message: many models take no later one of the system.
    """
    first = messages[0] if messages and isinstance(messages[0], SystemMessage) else None
    own = f"{text_of(first.content)}\n\n" if first is not None else ""
    rest = messages[1:] if first is not None else messages
    more = [AIMessage(said), HumanMessage("Go on.")] if said.strip() else []
    return [SystemMessage(f"{own}{told}"), *rest, *more]
