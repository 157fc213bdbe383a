"""The one gate: may this host be reached for this purpose?"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from enum import StrEnum

from mien.core.config import Config, load_config
from mien.core.errors import NetworkRefused

_HUB_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_NO = {"", "0", "false", "no", "off"}


class Purpose(StrEnum):
    """Everything that Mien ever asks the network for."""

    FETCH_WEIGHTS = "fetching weights"
    ASK_MODEL = "asking a model"


@dataclass(frozen=True, slots=True)
class Place:
    """One part of Mien that may touch the network, as `mien doctor` shows it.

    Attributes:
        purpose: What for.
        command: What a person types to make it happen; nothing else does.
        host: Whom it asks.
    """

    purpose: Purpose
    command: str
    host: str


def places() -> tuple[Place, ...]:
    """What may touch the network, all of it."""
    # Hugging Face sends large files from storage of its own, by redirects.
    hosts = ("huggingface.co", "*.hf.co", "raw.githubusercontent.com")
    pulls = [Place(Purpose.FETCH_WEIGHTS, "mien models pull NAME", host) for host in hosts]
    asks = Place(Purpose.ASK_MODEL, "mien evals perception --model PROVIDER/M", "the provider's")
    return (*pulls, asks)


def allow(host: str, purpose: Purpose, config: Config | None = None) -> None:
    """Return if `host` may be reached; whoever opens a connection asks first.

    Args:
        host: Name or address, without scheme or port.
        purpose: What for.
        config: Settings; by default those of `mien.toml` and the environment.

    Raises:
        NetworkRefused: If Mien is offline and the host is not this machine.
    """
    config = load_config() if config is None else config
    if config.offline and not is_loopback(host):
        raise NetworkRefused(host, purpose)


def hub_is_offline() -> str | None:
    """The variable that keeps all programs here from Hugging Face; None if none is set."""
    for variable in _HUB_OFFLINE:
        if os.environ.get(variable, "").strip().lower() not in _NO:
            return variable
    return None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, judged by its name alone.

    >>> is_loopback("127.0.0.1"), is_loopback("[::1]"), is_loopback("127.0.0.1.example.org")
    (True, True, False)
    """
    bare = host.strip().removeprefix("[").removesuffix("]").rstrip(".").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False
