"""The model's server behind the proxy, asked over aiohttp.

aiohttp reads in C, and gives all that has come at once: a chunk of a stream costs a third of what
it costs over httpx2, which is most of what many streams cost.
"""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from mien.core.config import Config
from mien.core.errors import ConfigError
from mien.core.network import Purpose, allow, host_in
from mien.core.redact import without_secrets
from mien.serve.headers import Headers, forwarded

_LARGEST = 32 << 20
_CONNECT_S = 10.0
_WRITE_S = 60.0
_LONGEST_FIELD = 64 << 10


class Lost(Exception):
    """The model's server cannot be reached, breaks off, or cannot be read.

    Attributes:
        kind: For programs: `unreachable`, `timeout`, `broke_off`, or `unreadable`.
    """

    def __init__(self, kind: str, why: str = "") -> None:
        self.kind = kind
        super().__init__(why or kind)


class Reply:
    """An answer of the model's server, whose body is still to come.

    Args:
        response: As aiohttp has it.

    Attributes:
        status: Of HTTP.
        headers: As they came.
    """

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.status = response.status
        self.headers: Headers = response.raw_headers
        self._response, self._content = response, response.content

    def header(self, name: str, default: str = "") -> str:
        """The first header of a name."""
        return self._response.headers.get(name, default)

    async def read(self) -> bytes:
        """All bytes that have come since; none at the end.

        Raises:
            Lost: If the server breaks off or is silent for too long.
        """
        try:
            return await self._content.readany()
        except (aiohttp.ClientError, OSError) as error:
            raise _lost(error) from error

    async def whole(self) -> bytes:
        """The whole body, packed or not.

        Raises:
            Lost: If the server breaks off, or sends more than anybody could read.
        """
        parts, size = [], 0
        while piece := await self.read():
            parts.append(piece)
            size += len(piece)
            if size > _LARGEST:
                raise Lost("unreadable", f"an answer of more than {_LARGEST >> 20} MiB")
        return b"".join(parts)

    def close(self) -> None:
        """Leave; if the answer is not over, so does the connection."""
        self._response.close()


class Upstream:
    """Where the proxy asks.

    Args:
        url: What clients would call the base URL, such as `https://api.openai.com/v1`.
        key: Sent as a bearer token in place of the client's; empty to send the client's.
        seconds: For which it may be silent.
        config: Settings; by default those of `mien.toml` and the environment.

    Raises:
        ConfigError: If the URL is none, the key cannot be sent, or the environment names a proxy
            that cannot be used.
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
        self._key, self._seconds = key, seconds
        self._proxy = _proxy_before(parts)
        self._trusted = _trusted() if parts.scheme == "https" else None
        self._session: aiohttp.ClientSession | None = None

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
    ) -> AsyncIterator[Reply]:
        """Its answer, whose body is still to come; leaving closes the connection.

        Raises:
            Lost: If it cannot be reached or breaks off.
        """
        if self._session is None:
            self._session = self._opened()
        with _losing():
            async with asyncio.timeout(_CONNECT_S + _WRITE_S + self._seconds):
                response = await self._session.request(
                    method,
                    URL(url, encoded=True),
                    headers=_as_text(forwarded(headers, self._key)),
                    # aiohttp warns of large bodies that it cannot take apart.
                    data=io.BytesIO(body) if len(body) > 1 << 20 else body or None,
                    allow_redirects=False,
                    proxy=self._proxy,
                    ssl=True if self._trusted is None else self._trusted,
                )
        reply = Reply(response)
        try:
            yield reply
        finally:
            reply.close()

    async def aclose(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        """It belongs to the loop in which it is made."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=5),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=_CONNECT_S, sock_read=self._seconds
            ),
            # A jar would carry one client's cookies to the next.
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("accept", "accept-encoding", "content-type", "user-agent"),
            auto_decompress=False,
            max_line_size=_LONGEST_FIELD,
            max_field_size=_LONGEST_FIELD,
        )


@contextmanager
def _losing() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, OSError) as error:
        raise _lost(error) from error


def _lost(error: Exception) -> Lost:
    """Likewise, without words that could quote an address or a body."""
    if isinstance(error, TimeoutError):
        return Lost("timeout")
    # A proxy on the way that refuses leads nowhere either.
    nowhere = (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError)
    return Lost("unreachable" if isinstance(error, nowhere) else "broke_off")


def _proxy_before(parts: SplitResult) -> URL | None:
    """The proxy of the environment on the way to an address; None for none.

    Raises:
        ConfigError: If it is none over HTTP; it is not shown, since it may hold a password.
    """
    proxies = getproxies()
    told = proxies.get(parts.scheme) or proxies.get("all")
    if not told or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    try:
        proxy = URL(told if "://" in told else f"http://{told}")
    except ValueError:
        proxy = URL()
    if proxy.scheme not in ("http", "https") or not proxy.host:
        raise ConfigError(
            "cannot use the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names: mien proxy "
            "takes http://HOST:PORT and no SOCKS (NO_PROXY names hosts to reach without one)"
        )
    return proxy


def _trusted() -> ssl.SSLContext:
    """Whom to trust, as everywhere in Mien."""
    from httpx2 import create_ssl_context  # some 100 ms, for servers elsewhere alone

    return create_ssl_context()


def _as_text(headers: Headers) -> CIMultiDict[str]:
    return CIMultiDict((name.decode("latin-1"), _decoded(value)) for name, value in headers)


def _decoded(value: bytes) -> str:
    """As text that aiohttp sends as the same bytes, if these are UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
