"""The one gate: may this host be reached for this purpose?"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from mien.core.config import Config, load_config
from mien.core.errors import ConfigError, NetworkRefused

_HUB_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_NO = {"", "0", "false", "no", "off"}


class Purpose(StrEnum):
    """Everything that Mien ever asks the network for."""

    FETCH_WEIGHTS = "fetching weights"
    ASK_MODEL = "asking a model"
    HAND_OVER = "handing a conversation over to people"


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
    """What may touch the network, all of it; a mirror takes the place of Hugging Face."""
    # Hugging Face sends large files from storage of its own, by redirects.
    mirror = os.environ.get("HF_ENDPOINT", "").rstrip("/")
    hub = (host_in(mirror) or "HF_ENDPOINT",) if mirror else ("huggingface.co", "*.hf.co")
    hosts = (*hub, "raw.githubusercontent.com")
    pulls = [Place(Purpose.FETCH_WEIGHTS, "mien models pull NAME", host) for host in hosts]
    commands = (
        "mien evals perception --model PROVIDER/M",
        "mien evals run TASK --model PROVIDER/M",
        "mien evals rejudge LOG --role judge=PROVIDER/M",
        "mien guard calibrate --judge JUDGE",
        "mien guard check CHAT --judge JUDGE",
        "mien guard serve --judge JUDGE",
        "mien guard simulate --user URL#MODEL",
    )
    asks = [Place(Purpose.ASK_MODEL, command, "the provider's") for command in commands]
    hears = Place(Purpose.ASK_MODEL, "mien read FILE --transcribe-url URL", "the URL's own")
    proxied = Place(Purpose.ASK_MODEL, "mien proxy --upstream URL", "the URL's own")
    calls = Place(Purpose.HAND_OVER, "mien.guard.HandOver.to(URL)", "the URL's own")
    return (*pulls, *asks, hears, proxied, calls)


def allow(host: str, purpose: Purpose, config: Config | None = None) -> None:
    """Return if `host` may be reached; whoever opens a connection asks first.

    Args:
        host: Name or address, without scheme or port.
        purpose: What for.
        config: Settings; by default those of `mien.toml` and the environment.

    Raises:
        NetworkRefused: If Mien is offline and the host is not this machine, or a proxy of the
            environment would be told what is sent to it.
    """
    config = load_config() if config is None else config
    if not config.offline:
        return
    if not is_loopback(host):
        raise NetworkRefused(host, purpose)
    if proxy := _proxy_before(host):
        raise NetworkRefused(f"{proxy}, the proxy on the way to {host}", purpose)


def _proxy_before(host: str) -> str | None:
    """Another machine that clients send through, even to this one; None if there is none."""
    from urllib.request import getproxies, proxy_bypass  # 20 ms

    proxies = getproxies()
    if proxy_bypass(host):
        return None
    hosts = (host_in(proxies.get(name, "")) for name in ("http", "https", "all"))
    return next((host for host in hosts if host and not is_loopback(host)), None)


@contextmanager
def usable_proxies(fault: type[Exception] = ValueError) -> Iterator[None]:
    """For making a client: what it cannot use of the environment's proxies is our error.

    Args:
        fault: What that kind of client raises of an address that is none.

    Raises:
        ConfigError: If it cannot; the addresses are not shown, since they may hold passwords.
    """
    try:
        yield
    except (ImportError, ValueError, fault) as error:
        raise ConfigError(
            "cannot use the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names: "
            "http://HOST:PORT is expected, and socks5://HOST:PORT needs `pip install socksio`"
        ) from error


def host_in(url: str) -> str | None:
    """The host of a web address; None if it is none.

    >>> host_in("http://127.0.0.1:8000/v1"), host_in("127.0.0.1:8000"), host_in("http://a:b/")
    ('127.0.0.1', None, None)
    """
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and parts.port != 0 and url.isprintable()
    except ValueError:
        return None
    return parts.hostname if is_web else None


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
