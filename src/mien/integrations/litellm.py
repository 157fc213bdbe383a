"""The guard in LiteLLM's proxy: a custom guardrail that holds sentences, not answers.

Requests and whole answers come through `apply_guardrail`, whatever their route; streams of chat
completions through `async_post_call_streaming_iterator_hook`, sentence by sentence. An answer that
is checked without its conversation is judged by what was kept of the call, or of its trace.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, MutableMapping, Sequence
from typing import Any

from mien.core.errors import GuardFailed, MissingPackage
from mien.guard import NOBODY, Guard, Person
from mien.integrations.following import Following, Point, Told, why
from mien.integrations.holding import Choices
from mien.integrations.said import Said, rows_said, turns_of

_MOST_CALLS = 2_000
_END = object()

Data = MutableMapping[str, Any]


def guardrail_class(guard: Guard, *, person: Person = NOBODY, told: Told | None = None) -> type:
    """A class that LiteLLM's configuration can name, for a file beside it.

    In mode `observe` nothing is changed; in `advise` the model gets the guard's instruction and
    the user its notice; in `enforce` sentences are held, and an answer is cut before one that is
    to be rewritten or blocked, since a guardrail cannot ask the model again.

    Args:
        guard: What judges.
        person: What is known of all users.
        told: Is called with each new check; None for nobody.

    Raises:
        MissingPackage: If LiteLLM is not installed.
    """
    if importlib.util.find_spec("litellm") is None:
        raise MissingPackage("a guardrail of LiteLLM", "litellm")
    from litellm.integrations.custom_guardrail import CustomGuardrail

    watch = _Calls(Following(guard, person=person, told=told))

    class MienGuardrail(CustomGuardrail):  # type: ignore[misc]  # LiteLLM is seldom installed
        """Mien's guard as LiteLLM calls it."""

        async def apply_guardrail(
            self,
            inputs: Data,
            request_data: Data,
            input_type: str,
            logging_obj: Any = None,
        ) -> Data:
            """What to send on in place of some texts; the same object if nothing changes."""
            call = _call(request_data, logging_obj)
            try:
                if input_type == "request":
                    return await watch.request(inputs, request_data, call)
                return await watch.response(inputs, request_data, call)
            except (GuardFailed, _Stopped) as error:
                raise _refusal(self.guardrail_name, error) from error

        async def async_post_call_streaming_iterator_hook(
            self, user_api_key_dict: Any, response: AsyncIterator[Any], request_data: Data
        ) -> AsyncGenerator[Any, None]:
            """The chunks of a stream as they may leave."""
            try:
                async for chunk in watch.stream(response, request_data):
                    yield chunk
            except (GuardFailed, _Stopped) as error:
                raise _refusal(self.guardrail_name, error) from error

    return MienGuardrail


class _Stopped(Exception):
    """A streamed answer that cannot be cut where it goes wrong, and is refused whole."""


class _Calls:
    """What the guardrail does, apart from how LiteLLM calls it.

    Args:
        following: The conversations.
    """

    def __init__(self, following: Following) -> None:
        self._following = following
        self._calls: OrderedDict[str, Point] = OrderedDict()

    async def request(self, inputs: Data, data: Data, call: str | None) -> Data:
        """The inputs, with an instruction in their messages where there is one."""
        rows = inputs.get("structured_messages")
        said = rows_said(rows) or [Said("user", text) for text in inputs.get("texts") or ()]
        point = await asyncio.to_thread(self._following.at, turns_of(said), _session(data))
        self._remember(call, point)
        if point.instruction is None or not rows:
            return inputs
        return {**inputs, "structured_messages": _instructed(rows, point.instruction)}

    async def response(self, inputs: Data, data: Data, call: str | None) -> Data:
        """The inputs, with texts cut where one is stopped, and a notice before them."""
        texts = [text if isinstance(text, str) else "" for text in inputs.get("texts") or ()]
        point = await self._before(data, call)
        if data.get("stream"):
            # What is rewritten here does not reach the client of a stream; a refusal does.
            await self._refuse_bad(point, texts)
            shown = texts
        else:
            shown = await asyncio.to_thread(lambda: [self._shown(point, text) for text in texts])
        if texts:
            await self._after(point, shown[0], data)
        return inputs if shown == texts else {**inputs, "texts": shown}

    async def stream(self, chunks: AsyncIterator[Any], data: Data) -> AsyncGenerator[Any, None]:
        """The chunks as they may leave, and the whole answer's check at their end."""
        point = await self._before(data, _call(data, None))
        choices = Choices(self._following, point)
        first = await anext(chunks, None)
        if first is None:
            return
        chunks = _joined(first, chunks)
        if not isinstance(getattr(first, "choices", None), list):
            async for chunk in self._events(chunks, point, data):
                yield chunk
            return
        async for chunk in _timed(chunks, choices):
            ready = choices.late() if chunk is None else choices.feed(chunk)
            for one in ready:
                yield one
        for one in choices.end():
            yield one
        await self._after(point, choices.said, data)

    async def _events(
        self, events: AsyncIterator[Any], point: Point, data: Data
    ) -> AsyncGenerator[Any, None]:
        """A stream that is no chat completion: held whole, and refused if it is to be stopped."""
        kept, texts = list[Any](), dict[str, str]()
        async for event in events:
            part = _event_text(event)
            if part is not None:
                texts[part[0]] = texts.get(part[0], "") + part[1]
            if self._following.holds:
                kept.append(event)
            else:
                yield event
        if not texts:
            self._following.unread("a stream without words that are known")
        await self._refuse_bad(point, list(texts.values()))
        for event in kept:
            yield event
        await self._after(point, "\n".join(texts.values()), data)

    async def _refuse_bad(self, point: Point, texts: Sequence[str]) -> None:
        if not self._following.holds:
            return
        for text in texts:
            _said, stopped = await asyncio.to_thread(self._following.held_whole, point, text)
            if stopped is not None:
                raise _Stopped(f"the reply was stopped: {why(stopped)}")

    async def _before(self, data: Data, call: str | None) -> Point:
        """The conversation before an answer: of its request, or as it was kept."""
        rows = data.get("messages") or data.get("input")
        turns = turns_of(rows_said(rows))
        if turns:
            return await asyncio.to_thread(self._following.at, turns, _session(data))
        kept = self._calls.get(call) if call else None
        if kept is not None:
            return kept
        return await asyncio.to_thread(self._following.at, (), _session(data))

    async def _after(self, point: Point, said: str, data: Data) -> None:
        await asyncio.to_thread(self._following.after, point, said, _session(data))

    def _shown(self, point: Point, text: str) -> str:
        opening = f"{point.notice}\n\n" if point.notice and text else ""
        if not self._following.holds or not text:
            return opening + text
        said, stopped = self._following.held_whole(point, text)
        if stopped is None:
            return opening + text
        return f"{opening}{said}\n\n{self._following.blocked()}".strip()

    def _remember(self, call: str | None, point: Point) -> None:
        if call is None:
            return
        self._calls[call] = point
        self._calls.move_to_end(call)
        while len(self._calls) > _MOST_CALLS:
            self._calls.popitem(last=False)


async def _timed(chunks: AsyncIterator[Any], choices: Choices) -> AsyncGenerator[Any, None]:
    """The chunks, and None whenever a held sentence has waited long enough for the next one."""
    source = aiter(chunks)
    task: asyncio.Future[Any] | None = None
    try:
        while True:
            # Never cancelled by a timeout: the stream would be lost with it.
            task = task or asyncio.ensure_future(anext(source, _END))
            done, _ = await asyncio.wait({task}, timeout=choices.patience)
            if not done:
                yield None
                continue
            chunk, task = task.result(), None
            if chunk is _END:
                return
            yield chunk
    finally:
        if task is not None:
            task.cancel()
            await asyncio.wait({task})


async def _joined(first: Any, rest: AsyncIterator[Any]) -> AsyncGenerator[Any, None]:
    yield first
    async for one in rest:
        yield one


def _event_text(event: object) -> tuple[str, str] | None:
    """What an event of OpenAI's responses says, and in which of its items; None for nothing."""
    if getattr(event, "type", None) != "response.output_text.delta":
        return None
    told = getattr(event, "delta", None)
    return (str(getattr(event, "item_id", "")), told) if isinstance(told, str) else None


def _instructed(rows: Sequence[Any], instruction: str) -> list[Any]:
    """Messages with an instruction before the user's last one, which leaves caches as they are."""
    users = [i for i, row in enumerate(rows) if _role(row) == "user"]
    at = users[-1] if users else len(rows)
    return [*rows[:at], {"role": "system", "content": instruction}, *rows[at:]]


def _role(row: object) -> object:
    return row.get("role") if isinstance(row, Mapping) else None


def _call(data: Data, logging: Any) -> str | None:
    """The id of the call; the same for a request and its answer."""
    found = data.get("litellm_call_id") or getattr(logging, "litellm_call_id", None)
    return found if isinstance(found, str) and found else None


def _session(data: Data) -> str | None:
    """The conversation's name, if the client gave one; LiteLLM's own are of one call alone."""
    metadata = (data.get(key) for key in ("metadata", "litellm_metadata"))
    told = [
        data.get("litellm_session_id"),
        *(one.get("session_id") for one in metadata if isinstance(one, Mapping)),
        _header(data, "x-litellm-session-id"),
        _header(data, "x-litellm-trace-id"),
    ]
    return next((one for one in told if isinstance(one, str) and one), None)


def _header(data: Data, name: str) -> object:
    request = data.get("proxy_server_request")
    headers = request.get("headers") if isinstance(request, Mapping) else None
    return headers.get(name) if isinstance(headers, Mapping) else None


def _refusal(name: str | None, error: GuardFailed | _Stopped) -> Exception:
    """LiteLLM's own way of refusing what may not pass, or could not be judged."""
    from litellm.exceptions import GuardrailRaisedException

    is_judged = isinstance(error, _Stopped)
    refused: Exception = GuardrailRaisedException(
        guardrail_name=name,
        message=str(error),
        status_code=400 if is_judged else 503,
        blocked_content=is_judged,
    )
    return refused
