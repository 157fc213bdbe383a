"""Which decoders there are, and one loaded copy of each a process."""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import Any, NamedTuple

from mien.core.config import Config
from mien.core.errors import LicenceRefused, UnknownDecoder
from mien.core.plugins import Plugin, plugins
from mien.decoders.decoder import Decoder, Offer
from mien.timeline.reading import Channel

GROUP = "mien.decoders"
_log = logging.getLogger("mien.decoders")


class Broken(NamedTuple):
    """A registered decoder that cannot even be looked at."""

    name: str
    package: str
    reason: str


def offers() -> dict[str, Offer]:
    """Every decoder that can be had, by name; broken plug-ins are left out and logged."""
    return _registered()[0]


def broken() -> tuple[Broken, ...]:
    """Plug-ins that were left out, and why."""
    return _registered()[1]


def find(name: str) -> Offer:
    """The offer of that name; without a version, the newest.

    Raises:
        UnknownDecoder: If there is none.
    """
    known = offers()
    if name in known:
        return known[name]
    versions = {
        int(match[1]): offer
        for offer in known.values()
        if (match := re.fullmatch(re.escape(name) + r"-v(\d+)", offer.name))
    }
    if not versions:
        raise UnknownDecoder(name, tuple(known))
    return versions[max(versions)]


def default(channel: Channel, config: Config) -> Offer | None:
    """The decoder that reads a channel unless another is asked for; None if nothing can."""
    names = [channel.value]
    if config.commercial:
        names.append(f"{channel.value}-open")
    for name in names:
        try:
            offer = find(name)
        except UnknownDecoder:
            continue
        if not config.commercial or offer.card().commercial:
            return offer
    return None


def load(name: str, config: Config) -> Decoder[Any]:
    """The decoder of that name, ready to open; loaded once a process and configuration.

    Raises:
        UnknownDecoder: If there is none.
        LicenceRefused: If its weights may not be used commercially and `commercial` is set.
        MissingWeights: If its weights are not on this machine.
        BadWeights: If they are damaged.
    """
    offer = find(name)
    card = offer.card()
    if config.commercial and not card.commercial:
        raise LicenceRefused(offer.name, card.licence)
    return _loaded(offer.name, config)


@cache
def _loaded(name: str, config: Config) -> Decoder[Any]:
    return find(name).load(config)


@cache
def _registered() -> tuple[dict[str, Offer], tuple[Broken, ...]]:
    good: dict[str, Offer] = {}
    bad: list[Broken] = []
    for plugin in sorted(plugins(GROUP).values(), key=lambda plugin: plugin.name):
        offer = _offer(plugin)
        if isinstance(offer, Offer):
            good[offer.name] = offer
        else:
            bad.append(offer)
            _log.warning("decoder %s of %s left out: %s", *offer)
    return good, tuple(bad)


def _offer(plugin: Plugin) -> Offer | Broken:
    try:
        offer = plugin.entry.load()
    except Exception as error:  # noqa: BLE001 - a stranger's module may raise anything
        return Broken(plugin.name, plugin.package, f"{type(error).__name__}: {error}")
    if not isinstance(offer, Offer):
        return Broken(plugin.name, plugin.package, "its entry point names no Offer")
    return offer
