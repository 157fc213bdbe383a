"""One request and what comes of it, over httpx2, plain or async."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypedDict, TypeVar

from mien.core.errors import ModelServiceError
from mien.core.network import usable_proxies
from mien.llm.protocol import Reply, error_code, read_reply
from mien.llm.retries import AGAIN, SPENT, Retries, retry_after

if TYPE_CHECKING:
    import httpx2

_LOG = logging.getLogger("mien.llm")

LARGEST_ANSWER = 16 << 20
"""Bytes; a million tokens are 4 MB."""

_ADVICE = {
    401: "check its key",
    403: "check its key, and what the key allows",
    404: "check the address, and the name of the model",
    429: "it is busy, or the quota is used up",
}


async def _asleep(seconds: float) -> None:
    import anyio

    await anyio.sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What time it is, in seconds, and how to let some pass; tests have their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    asleep: Callable[[float], Awaitable[None]] = _asleep


@dataclass(frozen=True, slots=True)
class Failure:
    """A try that brought no answer.

    Attributes:
        reason: What the model's server did, for people.
        again: Whether another try may help.
        wanted: Seconds that the server wants to be left alone.
        status: Of HTTP, if an answer came at all.
    """

    reason: str
    again: bool = False
    wanted: float | None = None
    status: int | None = None


Told = TypeVar("Told")


class Language(NamedTuple, Generic[Told]):
    """What is said at an address, and how its answers are understood.

    Attributes:
        kind: Content type of what is sent.
        answer: What an answer is called, for people.
        read: Gives what an answer's body tells; raises ValueError if it is something else.
        statuses: Of HTTP, with which such an answer comes.
    """

    kind: str
    answer: str
    read: Callable[[bytes], Told]
    statuses: frozenset[int] = frozenset({200})


CHAT: Language[Reply] = Language("application/json", "chat completion", read_reply)


class Exchange(Generic[Told]):
    """A kept connection to one place.

    Args:
        url: Where bodies are posted.
        key: Sent as a bearer token if it is not empty.
        seconds: For one try.
        clock: What time it is.
        language: What is spoken there.

    Attributes:
        url: Likewise.
    """

    def __init__(
        self, url: str, key: str, seconds: float, clock: Clock, language: Language[Told]
    ) -> None:
        self.url, self._seconds, self._clock = url, seconds, clock
        self._language = language
        authorization = {"Authorization": f"Bearer {key}"} if key else {}
        # A few packed kilobytes can unpack to gigabytes before anyone counts them.
        plain = {"Content-Type": language.kind, "Accept-Encoding": "identity"}
        self._headers = {**plain, **authorization}
        self._lock = threading.Lock()
        self._plain: httpx2.Client | None = None
        self._async: httpx2.AsyncClient | None = None

    def send(self, body: bytes, headers: Mapping[str, str] | None = None) -> Told | Failure:
        """What comes of posting a body, with headers of its own if it has any."""
        import httpx2

        inbox, client = _Inbox(self._seconds, self._clock), self._plain_client
        try:
            with client().stream("POST", self.url, content=body, headers=headers) as response:
                if not _is_packed(response.headers):
                    for part in response.iter_raw():
                        inbox.take(part)
        except (httpx2.RequestError, httpx2.InvalidURL, _TooMuch, TimeoutError) as error:
            return self._broken(error)
        told = dict(response.headers)
        return judge(response.status_code, told, inbox.content, self._language)

    async def asend(self, body: bytes) -> Told | Failure:
        """The same without blocking; headers that drip end in time too."""
        import anyio
        import httpx2

        inbox, client = _Inbox(self._seconds, self._clock), self._async_client()
        try:
            with anyio.fail_after(self._seconds):
                async with client.stream("POST", self.url, content=body) as response:
                    if not _is_packed(response.headers):
                        async for part in response.aiter_raw():
                            inbox.take(part)
        except (httpx2.RequestError, httpx2.InvalidURL, _TooMuch, TimeoutError) as error:
            return self._broken(error)
        headers = dict(response.headers)
        return judge(response.status_code, headers, inbox.content, self._language)

    def close(self) -> None:
        """Close the plain connection; the next request opens another."""
        with self._lock:
            plain, self._plain = self._plain, None
        if plain is not None:
            plain.close()

    async def aclose(self) -> None:
        """Close both."""
        self.close()
        later, self._async = self._async, None
        if later is not None:
            await later.aclose()

    # Each is made on first use: loading certificates takes 25 ms.
    def _plain_client(self) -> httpx2.Client:
        import httpx2

        with self._lock:
            if self._plain is None:
                with usable_proxies(httpx2.InvalidURL):
                    self._plain = httpx2.Client(**self._options())
            return self._plain

    def _async_client(self) -> httpx2.AsyncClient:
        import httpx2

        if self._async is None:
            with usable_proxies(httpx2.InvalidURL):
                self._async = httpx2.AsyncClient(**self._options())
        return self._async

    def _options(self) -> _Options:
        # A redirect would carry key and message elsewhere.
        return _Options(headers=self._headers, timeout=self._seconds, follow_redirects=False)

    def _broken(self, error: Exception) -> Failure:
        import httpx2

        if isinstance(error, _TooMuch):
            return Failure(f"sent more than {LARGEST_ANSWER >> 20} MiB")
        if isinstance(error, httpx2.InvalidURL):
            return Failure("has no address that can be asked: check it")
        if isinstance(error, httpx2.ConnectError):
            return Failure("cannot be reached: check the address", again=True)
        if isinstance(error, httpx2.TimeoutException | TimeoutError):
            return Failure(f"did not answer within {self._seconds:g} s", again=True)
        return Failure(f"broke off ({type(error).__name__})", again=True)


def judge(
    status: int, headers: Mapping[str, str], content: bytes, language: Language[Told]
) -> Told | Failure:
    """What a whole answer of a server means.

    Args:
        status: Of HTTP.
        headers: With lower-case names.
        content: The body; nothing is read of one that is packed.
        language: In which it was asked.
    """
    if status in language.statuses and _is_packed(headers):
        return Failure("sent an answer that is packed, which nobody asked for", status=status)
    if status in language.statuses:
        try:
            return language.read(content)
        except ValueError:
            reason = f"answered something that is no {language.answer}"
            return Failure(reason, again=True, status=status)
    code = error_code(content)
    advice = _ADVICE.get(status, "its server is in trouble" if status >= 500 else "")
    told = ": ".join(part for part in (f"HTTP {status} {code}".rstrip(), advice) if part)
    again = status in AGAIN and code not in SPENT
    return Failure(f"answered {told}", again, retry_after(headers), status)


def _is_packed(headers: Mapping[str, str]) -> bool:
    return headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")


def next_wait(name: str, failure: Failure, tried: int, spent: float, retries: Retries) -> float:
    """Seconds until the next try.

    Args:
        name: Of model and host, for people.
        failure: What came of the last try.
        tried: How often it was tried.
        spent: Seconds since the first try began.
        retries: The budget.

    Raises:
        ModelServiceError: If there is no next try.
    """
    pause = retries.wait(tried, spent, failure.wanted) if failure.again else None
    if pause is None:
        times = "" if tried == 1 else f" (tried {tried} times)"
        raise ModelServiceError(f"{name} {failure.reason}{times}", failure.status)
    _LOG.info("%s %s: asked again in %.1f s", name, failure.reason, pause)
    return pause


class _Options(TypedDict):
    headers: dict[str, str]
    timeout: float
    follow_redirects: bool


class _TooMuch(Exception):
    """A body beyond the limit."""


class _Inbox:
    """Collects a body within limits: a server that drips would never time out by itself."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._now, self._until = clock.now, clock.now() + seconds
        self._data = bytearray()

    @property
    def content(self) -> bytes:
        """What has come."""
        return bytes(self._data)

    def take(self, part: bytes) -> None:
        """Add a part.

        Raises:
            TimeoutError: If it comes too late.
            _TooMuch: If it is too much.
        """
        self._data += part
        if len(self._data) > LARGEST_ANSWER:
            raise _TooMuch
        if self._now() > self._until:
            raise TimeoutError
