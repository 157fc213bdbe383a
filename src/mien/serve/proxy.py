"""The proxy: an application is guarded by changing its base URL."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import anyio

from mien.core.errors import GuardFailed
from mien.guard import Check, Mode
from mien.guard.wording import notice
from mien.serve.chat import Chat
from mien.serve.context import Context
from mien.serve.dialect import MISSHAPEN, Data, Dialect, dumped, parsed
from mien.serve.door import Message, Receive, Scope, Send, answer
from mien.serve.headers import Headers, returned
from mien.serve.responses import Responses
from mien.serve.talk import Talk, Trust, client_in, named, person_in, turns_of
from mien.serve.transfer import Asked, Transfer
from mien.serve.upstream import Lost, Reply, Upstream
from mien.serve.watch import Watch
from mien.serve.ways import Seen

_LOG = logging.getLogger("mien.serve")

_DIALECTS: tuple[Dialect, ...] = (Chat(), Responses())


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the proxy changes what it must.

    Attributes:
        trust: What requests may say of their users.
        first: Whether instructions go into the first system message, for models that take no
            other; else they come as a message of their own before the user's last.
        context: Whether the assistant is told what the user seems to feel, in every mode.
    """

    trust: Trust = field(default_factory=Trust)
    first: bool = False
    context: bool = False


class _Request(NamedTuple):
    method: str
    path: str
    url: str
    headers: Headers
    body: bytes

    @property
    def told(self) -> dict[str, str]:
        """Headers as text."""
        return {n.decode("latin-1"): v.decode("latin-1") for n, v in self.headers}


class Proxy:
    """Passes requests on to a model's server, and guards those that it understands.

    Args:
        watch: The guard.
        upstream: The model's server.
        manner: How changes are made.
    """

    def __init__(self, watch: Watch, upstream: Upstream, manner: Manner | None = None) -> None:
        self._watch, self._upstream, self._manner = watch, upstream, manner or Manner()
        self._metrics = watch.metrics
        self._context = Context(watch.metrics) if self._manner.context else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; whatever is under way ends when the client leaves."""
        body = (await receive()).get("body", b"")
        raw = scope.get("raw_path") or scope["path"].encode()
        path = raw.decode("latin-1")
        try:
            url = self._upstream.url(path, scope.get("query_string", b""))
        except ValueError as error:
            self._metrics.count("mien_proxy_refused_total", reason="odd_path")
            await answer(send, 400, "odd_path", str(error))
            return
        request = _Request(scope["method"], path, url, scope["headers"], body)
        self._metrics.move("mien_proxy_open_streams", 1)
        try:
            async with anyio.create_task_group() as group:

                async def leave_with_client() -> None:
                    while (await receive())["type"] != "http.disconnect":
                        pass
                    group.cancel_scope.cancel()

                group.start_soon(leave_with_client)
                await self._serve(request, send)
                group.cancel_scope.cancel()
        finally:
            self._metrics.move("mien_proxy_open_streams", -1)

    async def _serve(self, request: _Request, send: Send) -> None:
        status, is_done = 0, False

        async def counted(message: Message) -> None:
            nonlocal status, is_done
            status = message.get("status", status)
            await send(message)
            is_done = is_done or (message["type"].endswith("body") and not message.get("more_body"))

        dialect = _dialect(request)
        try:
            if dialect is None:
                self._unguarded(request)
                await self._pass(request, counted)
            else:
                await self._guarded(request, dialect, counted)
        except Lost as error:
            await self._lost(error, counted if not status else None)
        except asyncio.CancelledError:
            if not is_done:
                self._metrics.count("mien_proxy_clients_gone_total")
            raise
        finally:
            route = dialect.path if dialect is not None else "other"
            self._metrics.count("mien_proxy_requests_total", route=route, status=str(status))

    def _unguarded(self, request: _Request) -> None:
        if request.method == "POST":
            self._metrics.count("mien_proxy_unguarded_total")

    async def _pass(self, request: _Request, send: Send, more: Headers = ()) -> None:
        """Pass the request on, and the answer back, as they are."""
        asked = self._upstream.ask(request.method, request.url, request.headers, request.body)
        async with asked as response:
            await send(_start(response, more, changed=False))
            await _bring(response, send)

    async def _guarded(self, request: _Request, dialect: Dialect, send: Send) -> None:
        data = parsed(request.body)
        talk = None if data is None else self._talk(request, dialect, data)
        if data is None or talk is None:
            await self._unread(request, send)
            return
        try:
            seen = await self._watch.before(talk)
        except GuardFailed as error:
            await answer(send, 503, "guard_failed", str(error))
            return
        brief = None
        if self._context is not None:
            brief = await asyncio.to_thread(self._context.brief, talk.turns)
        asked = self._asked(request, dialect, data, seen, brief)
        more = [] if self._watch.guard.mode is Mode.OBSERVE else _told(seen.check)
        transfer = Transfer(self._watch, asked, seen, more, send)
        async with asked.send(asked.body) as response:
            if response.status != 200:
                await self._returned(response, send, more)
            else:
                await transfer.run(response)

    async def _unread(self, request: _Request, send: Send) -> None:
        """A request that the guard cannot read."""
        self._watch.skipped("unreadable_request")
        if self._watch.guard.on_failure == "closed":
            await answer(send, 400, "unreadable_request", "the guard cannot read this request")
        else:
            await self._pass(request, send)

    async def _returned(self, response: Reply, send: Send, more: Headers) -> None:
        """Pass an error of the model's server on: it says best what is wrong."""
        kind = "5xx" if response.status >= 500 else "4xx"
        self._metrics.count("mien_proxy_upstream_errors_total", kind=kind)
        await send(_start(response, more, changed=False))
        await _bring(response, send)

    async def _lost(self, error: Lost, send: Send | None) -> None:
        """The model's server is gone; after the first byte the connection breaks off too."""
        self._metrics.count("mien_proxy_upstream_errors_total", kind=error.kind)
        _LOG.warning("%s: %s", self._upstream.host, error.kind)
        if send is None:
            return
        if error.kind == "timeout":
            await answer(send, 504, "upstream_timeout", f"{self._upstream.host} did not answer")
        else:
            reason = f"{self._upstream.host} cannot be reached ({error.kind})"
            await answer(send, 502, "upstream_unreachable", reason)

    def _talk(self, request: _Request, dialect: Dialect, data: Data) -> Talk | None:
        try:
            messages, before = dialect.messages(data), dialect.before(data)
            name = named(request.told, dialect.session(data))
        except MISSHAPEN:
            return None
        person, person_id = person_in(request.told, self._manner.trust)
        return Talk(
            turns=turns_of(messages),
            name=name,
            before=before,
            person=person,
            person_id=person_id,
            client=client_in(request.told),
        )

    def _asked(
        self, request: _Request, dialect: Dialect, data: Data, seen: Seen, brief: str | None
    ) -> Asked:
        body, check = request.body, seen.check
        ordered = None if check is None or check.mode is Mode.OBSERVE else check.instruction
        told = "\n\n".join(text for text in (brief, ordered) if text)
        if told:
            data = dialect.instruct(data, told, self._manner.first)
            body = dumped(data).encode("utf-8", "surrogatepass")
        n = data.get("n")
        return Asked(
            dialect=dialect,
            data=data,
            body=body,
            send=lambda content: self._upstream.ask(
                request.method, request.url, request.headers, content
            ),
            first=self._manner.first,
            is_one=not (isinstance(n, int) and n > 1),
            blocked=notice("blocked", seen.talk.person.language) or "",
        )


def _dialect(request: _Request) -> Dialect | None:
    """What the request speaks; None if the guard has no part in it."""
    if request.method != "POST":
        return None
    path = request.path.rstrip("/")
    return next((one for one in _DIALECTS if path.endswith(one.path)), None)


def _told(check: Check | None) -> list[tuple[bytes, bytes]]:
    """What an application may want to know of the decision, without a word of what was said."""
    if check is None:
        return [(b"x-mien-judged", b"no")]
    told: Mapping[str, str] = {
        "x-mien-judged": "no" if check.skipped else "yes",
        "x-mien-action": f"{check.action.value}.{check.step}".rstrip("."),
        "x-mien-risk": f"{check.risk:.3f}",
        "x-mien-policy": check.policy,
    }
    return [(name.encode(), value.encode()) for name, value in told.items()]


def _start(response: Reply, more: Headers, *, changed: bool) -> Message:
    headers = [*returned(response.headers, changed=changed), *more]
    return {
        "type": "http.response.start",
        "status": response.status,
        "headers": headers,
    }


async def _bring(response: Reply, send: Send) -> None:
    """Its body, as it comes."""
    while piece := await response.read():
        await send(_body(piece))
    await send(_body(b"", more=False))


def _body(content: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}
