"""Asking a model behind an address, patiently and without a trace of what was said."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from mien.core.config import Config
from mien.core.errors import ConfigError, MissingExtra
from mien.core.network import Purpose, allow, host_in
from mien.core.redact import without_secrets
from mien.llm.cache import Cache
from mien.llm.exchange import CHAT, Clock, Exchange, Failure, Language, Told, next_wait
from mien.llm.protocol import Message, Reply, Wish, body
from mien.llm.retries import Retries


@dataclass(frozen=True, slots=True)
class Address:
    """Where a model is.

    Attributes:
        url: What servers call the base URL, such as `http://127.0.0.1:11434/v1`.
        model: Its name there.
        key: Sent as a bearer token if it is not empty.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Whom it asks.

        Raises:
            ConfigError: If the URL is none.
        """
        host = host_in(self.url)
        if not host:
            shown = without_secrets(self.url)
            raise ConfigError(f"{shown!r} is no address: http://HOST:PORT/v1 is expected")
        return host


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a model is asked; each has a sensible default.

    Attributes:
        retries: When to ask again.
        seconds: For one try.
        cache: Where answers are looked for first, and kept; None for nowhere.
        config: Settings; by default those of `mien.toml` and the environment.
        clock: What time it is.
    """

    retries: Retries = field(default_factory=Retries)
    seconds: float = 60.0
    cache: Cache | None = None
    config: Config | None = None
    clock: Clock = field(default_factory=Clock)


def open_exchange(
    address: Address, place: str, manner: Manner, language: Language[Told]
) -> Exchange[Told]:
    """A connection to one place of an address; nothing is sent yet.

    Args:
        address: Who is asked.
        place: Where below its URL, such as `/chat/completions`; a URL that ends there is taken
            as it is.
        manner: How it is asked.
        language: What is spoken there.

    Raises:
        ConfigError: If the address is none, or the key cannot be sent.
        MissingExtra: If `mien[models]` is not installed.
        NetworkRefused: If Mien is offline and the address is not on this machine.
    """
    allow(address.host, Purpose.ASK_MODEL, manner.config)
    if not (address.key.isascii() and address.key.isprintable()):
        raise ConfigError(f"the key for {address.host} holds what no key has: copy it again")
    if importlib.util.find_spec("httpx2") is None:
        raise MissingExtra("asking a model", "models")
    base = urlsplit(address.url)
    path = base.path.rstrip("/")
    url = base._replace(path=path if path.endswith(place) else path + place).geturl()
    return Exchange(url, address.key, manner.seconds, manner.clock, language)


_PLACE = "/chat/completions"


class LanguageModel:
    """A model that can be asked, from several threads too; a context manager, plain or async.

    What is said either way reaches no log and no error. Temperature is 0 unless wished otherwise,
    so that asking again gives the same answer where the server can.

    Args:
        address: Where it is.
        manner: How it is asked.

    Raises:
        ConfigError: If the address is none, or the key cannot be sent.
        MissingExtra: If `mien[models]` is not installed.
        NetworkRefused: If Mien is offline and the address is not on this machine.
    """

    def __init__(self, address: Address, manner: Manner | None = None) -> None:
        self._address, self._manner = address, manner or Manner()
        self._exchange = open_exchange(address, _PLACE, self._manner, CHAT)

    @property
    def name(self) -> str:
        """Model and host, as errors name them."""
        return f"{self._address.model} at {self._address.host}"

    def ask(self, messages: Sequence[Message], wish: Wish | None = None) -> Reply:
        """What the model says.

        Raises:
            ModelServiceError: If it gives no answer within the budget of retries.
        """
        steps = self._steps(messages, wish or Wish())
        try:
            step = next(steps)
            while True:
                if isinstance(step, bytes):
                    step = steps.send(self._exchange.send(step))
                else:
                    self._manner.clock.sleep(step)
                    step = next(steps)
        except StopIteration as end:
            reply: Reply = end.value
            return reply

    async def aask(self, messages: Sequence[Message], wish: Wish | None = None) -> Reply:
        """The same without blocking, in one event loop.

        Raises:
            ModelServiceError: If it gives no answer within the budget of retries.
        """
        steps = self._steps(messages, wish or Wish())
        try:
            step = next(steps)
            while True:
                if isinstance(step, bytes):
                    step = steps.send(await self._exchange.asend(step))
                else:
                    await self._manner.clock.asleep(step)
                    step = next(steps)
        except StopIteration as end:
            reply: Reply = end.value
            return reply

    def _steps(
        self, messages: Sequence[Message], wish: Wish
    ) -> Generator[bytes | float, Reply | Failure, Reply]:
        """What to do next: post a body and tell what came of it, or let seconds pass.

        One account of caching and retrying for plain and for async callers.
        """
        sent = json.dumps(body(self._address.model, messages, wish)).encode()
        cache, clock = self._manner.cache, self._manner.clock
        key = self._key(sent, wish)
        kept = cache.get(key) if cache is not None else None
        if kept is not None:
            return kept
        began, tried = clock.now(), 0
        while True:
            came = yield sent
            tried += 1
            if isinstance(came, Reply):
                if cache is not None:
                    cache.put(key, came)
                return came
            yield next_wait(self.name, came, tried, clock.now() - began, self._manner.retries)

    def _key(self, sent: bytes, wish: Wish) -> str:
        """The hash of all that the answer depends on."""
        digest = hashlib.blake2b(digest_size=20)
        for part in (self._exchange.url.encode(), sent, str(wish.draw).encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()

    def close(self) -> None:
        """Close kept connections; the next question opens others."""
        self._exchange.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._exchange.aclose()
