"""What every request must pass before anything looks at it: limits, names, a token."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mien.core.errors import ConfigError
from mien.core.network import is_loopback
from mien.serve.metrics import Metrics

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_ONCE = frozenset(
    {b"host", b"content-length", b"content-type", b"transfer-encoding", b"authorization"}
    | {b"x-api-key", b"x-litellm-session-id", b"x-litellm-trace-id"}
)
"""Headers that two readers may take differently if they come twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may enter.

    Attributes:
        host: Where the server listens.
        token: What a client must show; empty for none, which only this machine may do without.
        largest: Bytes of a body.
        body_s: Seconds in which a body must be there.
    """

    host: str = "127.0.0.1"
    token: str = ""
    largest: int = 32 << 20
    body_s: float = 30.0

    def __post_init__(self) -> None:
        if not self.token and not is_loopback(self.host):
            raise ConfigError(
                f"{self.host} can be reached by other machines: set MIEN_SERVE_TOKEN, "
                "or listen on 127.0.0.1"
            )
        if not (self.token.isascii() and self.token.isprintable()):
            raise ConfigError("MIEN_SERVE_TOKEN holds what no header can carry")
        if self.largest < 1 or self.body_s <= 0:
            raise ConfigError("limits of bodies and of seconds must be more than 0")


class Refused(Exception):
    """A request that does not enter.

    Attributes:
        status: Of HTTP.
        code: For programs, from a closed set.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code = status, code
        super().__init__(message)


class Door:
    """Lets requests in, each with its whole body.

    Args:
        app: What is behind it.
        rules: What may enter.
        metrics: Where refusals are counted.
    """

    def __init__(self, app: App, rules: Rules, metrics: Metrics) -> None:
        self._app, self._rules, self._metrics = app, rules, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            scope["headers"] = self._checked(scope["headers"], scope["path"])
            body = await self._body(scope["headers"], receive)
        except Refused as refusal:
            self._metrics.count("mien_proxy_refused_total", reason=refusal.code)
            await answer(send, refusal.status, refusal.code, str(refusal))
            return
        if body is None:
            return
        await self._app(scope, _replayed(body, receive), send)

    def _checked(self, headers: list[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
        """The headers, without the token."""
        names = Counter(name for name, _ in headers)
        if any(n > 1 and (name in _ONCE or _is_ours(name)) for name, n in names.items()):
            raise Refused(400, "repeated_header", "a header that may come once came twice")
        if b"transfer-encoding" in names and b"content-length" in names:
            raise Refused(400, "two_lengths", "a body with two lengths")
        if any(b"_" in name and _is_ours(name.replace(b"_", b"-")) for name in names):
            raise Refused(400, "odd_header", "a header that pretends to be another")
        told = dict(headers)
        if not self._rules.token:
            self._local(told)
            return headers
        if path == "/healthz":
            return headers
        return self._entitled(headers, told)

    def _local(self, told: dict[bytes, bytes]) -> None:
        """Without a token a page in a browser must not reach us under a name of its own."""
        host = urlsplit(f"//{told.get(b'host', b'').decode('latin-1')}").hostname or ""
        if is_loopback(self._rules.host) and not is_loopback(host):
            raise Refused(403, "foreign_host", "only this machine may ask")
        origin = told.get(b"origin", b"").decode("latin-1")
        if origin and not is_loopback(urlsplit(origin).hostname or ""):
            raise Refused(403, "foreign_origin", "a page of another machine may not ask")

    def _entitled(
        self, headers: list[tuple[bytes, bytes]], told: dict[bytes, bytes]
    ) -> list[tuple[bytes, bytes]]:
        token = self._rules.token.encode()
        bearer = told.get(b"authorization", b"")
        shown = {
            b"x-mien-token": told.get(b"x-mien-token", b""),
            b"x-api-key": told.get(b"x-api-key", b""),
            b"authorization": bearer[7:] if bearer[:7].lower() == b"bearer " else b"",
        }
        right = [name for name, value in shown.items() if secrets.compare_digest(value, token)]
        if not right:
            raise Refused(401, "no_token", "show the token of MIEN_SERVE_TOKEN as x-mien-token")
        # It is ours, and nobody else's business.
        return [(name, value) for name, value in headers if name not in right]

    async def _body(self, headers: list[tuple[bytes, bytes]], receive: Receive) -> bytes | None:
        """The whole body; None if the client left before its end."""
        length = dict(headers).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._rules.largest:
            raise Refused(413, "too_large", f"a body has at most {self._rules.largest} bytes")
        parts, size = [], 0
        try:
            async with asyncio.timeout(self._rules.body_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > self._rules.largest:
                        raise Refused(
                            413, "too_large", f"a body has at most {self._rules.largest} bytes"
                        )
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            raise Refused(
                408, "too_slow", f"a body must be there within {self._rules.body_s:g} s"
            ) from None


async def answer(
    send: Send,
    status: int,
    code: str,
    message: str,
    headers: list[tuple[bytes, bytes]] | None = None,
) -> None:
    """Send an error as OpenAI words it."""
    error = {"message": message, "type": "mien_error", "param": None, "code": code}
    body = json.dumps({"error": error}).encode()
    told = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    # What is left of a refused body would be taken for another request.
    closing = [(b"connection", b"close")] if status in (400, 401, 403, 408, 413) else []
    start = {"type": "http.response.start", "status": status}
    await send({**start, "headers": [*told, *closing, *(headers or [])]})
    await send({"type": "http.response.body", "body": body})


def _is_ours(name: bytes) -> bool:
    return name.startswith(b"x-mien-")


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
