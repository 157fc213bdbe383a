"""The model's server behind the proxy, asked over httpx2."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import unquote, urlsplit

import httpx2

from mien.core.config import Config
from mien.core.errors import ConfigError
from mien.core.network import Purpose, allow, host_in, usable_proxies
from mien.core.redact import without_secrets

Headers = Sequence[tuple[bytes, bytes]]

_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization"}
    | {b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)
"""Headers that are about one connection, not about what is sent over it."""

_OURS = frozenset({b"host", b"content-length", b"accept-encoding", b"expect", b"cookie"})
"""Headers of a request that the proxy writes itself, or that are not the model's business."""

_OF_BYTES = frozenset({b"content-length", b"etag", b"content-md5", b"digest", b"repr-digest"})
"""Headers of an answer that are no more true once its bytes are changed."""

_LARGEST = 32 << 20


class Upstream:
    """Where the proxy asks.

    Args:
        url: What clients would call the base URL, such as `https://api.openai.com/v1`.
        key: Sent as a bearer token in place of the client's; empty to send the client's.
        seconds: For which it may be silent.
        config: Settings; by default those of `mien.toml` and the environment.

    Raises:
        ConfigError: If the URL is none, or the key cannot be sent.
        NetworkRefused: If Mien is offline and the address is not on this machine.
    """

    def __init__(
        self, url: str, key: str = "", *, seconds: float = 600.0, config: Config | None = None
    ) -> None:
        host = host_in(url)
        if not host:
            shown = without_secrets(url)
            raise ConfigError(f"{shown!r} is no address: http://HOST:PORT/v1 is expected")
        if not (key.isascii() and key.isprintable()):
            raise ConfigError(f"the key for {host} holds what no key has: copy it again")
        allow(host, Purpose.ASK_MODEL, config)
        parts = urlsplit(url)
        self.host = host
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._base = parts.path.rstrip("/")
        self._key = key
        timeout = httpx2.Timeout(connect=10, read=seconds, write=60, pool=10)
        # A jar would carry one client's cookies to the next.
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        with usable_proxies(httpx2.InvalidURL):
            self._client = httpx2.AsyncClient(
                timeout=timeout,
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
                cookies=jar,
                follow_redirects=False,
            )

    def url(self, path: str, query: bytes = b"") -> str:
        """Where a path of ours is there.

        >>> Upstream("http://127.0.0.1:1/v1").url("/v1/models")
        'http://127.0.0.1:1/v1/models'

        Raises:
            ValueError: If the path leads elsewhere.
        """
        bare = unquote(path)
        if (
            not path.startswith("/")
            or path.startswith("//")
            or "\\" in bare
            or not bare.isprintable()
            or ".." in bare.split("/")
        ):
            raise ValueError("the path leads elsewhere")
        if self._base.endswith("/v1") and (path == "/v1" or path.startswith("/v1/")):
            path = path.removeprefix("/v1")
        asked = f"?{query.decode('latin-1')}" if query else ""
        return f"{self._origin}{self._base}{path}{asked}"

    @asynccontextmanager
    async def ask(
        self, method: str, url: str, headers: Headers, body: bytes
    ) -> AsyncIterator[httpx2.Response]:
        """Its answer, whose body is still to come; leaving closes the connection.

        Raises:
            httpx2.HTTPError: If it cannot be reached or breaks off.
        """
        request = self._client.build_request(
            method, url, headers=self._forwarded(headers), content=body or None
        )
        response = await self._client.send(request, stream=True)
        try:
            yield response
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    def _forwarded(self, headers: Headers) -> list[tuple[bytes, bytes]]:
        """The client's headers but for those that are ours, its connection's, or about Mien."""
        dropped = _HOP | _OURS | _listed(headers) | ({b"authorization"} if self._key else set())
        kept = [
            (name, value)
            for name, value in headers
            if name not in dropped and not name.startswith(b"x-mien-")
        ]
        # What is to be read on its way must not be packed.
        kept.append((b"accept-encoding", b"identity"))
        if self._key:
            kept.append((b"authorization", f"Bearer {self._key}".encode()))
        return kept


async def whole_body(response: httpx2.Response) -> bytes:
    """An answer's bytes as they came, packed or not.

    Raises:
        httpx2.HTTPError: If the server breaks off, or sends more than anybody could read.
    """
    parts, size = [], 0
    async for piece in response.aiter_raw():
        parts.append(piece)
        size += len(piece)
        if size > _LARGEST:
            raise httpx2.DecodingError(f"an answer of more than {_LARGEST >> 20} MiB")
    return b"".join(parts)


def returned(headers: Headers, *, changed: bool) -> list[tuple[bytes, bytes]]:
    """An answer's headers as the client gets them.

    Args:
        headers: As they came.
        changed: Whether its bytes are others than those that came.
    """
    lower = [(name.lower(), value) for name, value in headers]
    dropped = _HOP | _listed(lower) | (_OF_BYTES if changed else frozenset())
    return [(name, value) for name, value in lower if name not in dropped]


def _listed(headers: Headers) -> frozenset[bytes]:
    """What `Connection` says is about the connection too."""
    named = (value for name, value in headers if name == b"connection")
    return frozenset(one.strip().lower() for value in named for one in value.split(b","))
