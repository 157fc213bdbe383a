"""Posting JSON to an address that is no model's, by the same careful exchange."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import NamedTuple

from mien.core.config import Config
from mien.core.errors import ConfigError, MissingExtra
from mien.core.network import Purpose, allow, host_in
from mien.core.redact import without_secrets
from mien.llm.exchange import Clock, Exchange, Failure, Language


class Sent(NamedTuple):
    """What came of posting.

    Attributes:
        reason: Why it was not taken, for people; empty if it was.
        again: Whether another try may help.
        wanted: Seconds that the receiver wants to be left alone, if it said so.
    """

    reason: str = ""
    again: bool = False
    wanted: float | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return not self.reason


_TAKEN: Language[bool] = Language(
    "application/json", "answer", lambda _: True, frozenset(range(200, 300))
)


class Post:
    """An address that takes JSON; redirects are not followed, answers not read. From one thread.

    Args:
        url: Where to.
        purpose: What for; the one gate is asked.
        seconds: For one try.
        config: Settings; by default those of `mien.toml` and the environment.

    Raises:
        ConfigError: If the address is none.
        MissingExtra: If `mien[models]` is not installed.
        NetworkRefused: If Mien is offline and the address is not on this machine.
    """

    def __init__(
        self, url: str, purpose: Purpose, seconds: float = 10.0, config: Config | None = None
    ) -> None:
        host = host_in(url)
        if not host:
            shown = without_secrets(url)
            raise ConfigError(f"{shown!r} is no address: https://HOST/PATH is expected")
        allow(host, purpose, config)
        if importlib.util.find_spec("httpx2") is None:
            raise MissingExtra(purpose.value, "models")
        self.host = host
        self._exchange = Exchange(url, "", seconds, Clock(), _TAKEN)

    def send(self, body: bytes, headers: Mapping[str, str]) -> Sent:
        """Post once."""
        came = self._exchange.send(body, headers)
        if isinstance(came, Failure):
            return Sent(came.reason, came.again, came.wanted)
        return Sent()

    def close(self) -> None:
        """Close the kept connection."""
        self._exchange.close()
