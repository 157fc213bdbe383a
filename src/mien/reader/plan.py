"""Which channels and decoders a source gets, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mien.core.config import Config
from mien.core.errors import ConfigError
from mien.decoders.decoder import Offer
from mien.decoders.registry import default, find
from mien.timeline.conversation import Conversation
from mien.timeline.origin import Kind
from mien.timeline.reading import Channel

MANY_TURNS = 3_000
"""Above this many turns the faster words decoder is named."""


class Readable(Protocol):
    """What a plan must know of a source."""

    @property
    def kind(self) -> Kind:
        """What it is."""

    @property
    def has_sound(self) -> bool:
        """Whether there is anything to hear."""

    @property
    def has_pictures(self) -> bool:
        """Whether there is anything to see."""

    @property
    def conversation(self) -> Conversation | None:
        """The words, if there are any."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done with a source.

    Attributes:
        decoders: Who reads, in the order voice, face, words.
        advice: What a person should know before, such as that words are missing.
    """

    decoders: tuple[Offer, ...]
    advice: tuple[str, ...] = ()

    def of(self, channel: Channel) -> tuple[Offer, ...]:
        """The decoders of one channel."""
        return tuple(offer for offer in self.decoders if offer.channel is channel)


def choose(
    channels: Sequence[Channel | str] | None, decoders: Sequence[str] | None, config: Config
) -> tuple[Offer, ...]:
    """The decoders that a caller's wishes amount to, whatever the source.

    Args:
        channels: Only these; None for all.
        decoders: Names; each replaces the default of its channel. None for the defaults.
        config: Decides between licences.

    Raises:
        ConfigError: If a channel is unknown or has no decoder that may be used, or a decoder
            does not read any wanted channel.
        UnknownDecoder: If a decoder is unknown.
    """
    wanted = list(Channel) if channels is None else [_channel(name) for name in channels]
    named = [find(name) for name in dict.fromkeys(decoders or ())]
    for offer in named:
        if offer.channel not in wanted:
            raise ConfigError(
                f"{offer.name} reads the {offer.channel} channel, which --channels leaves out"
            )
    chosen: list[Offer] = []
    for channel in Channel:
        if channel not in wanted:
            continue
        own = [offer for offer in named if offer.channel is channel]
        fallback = default(channel, config)
        if not own and fallback is None and channels is not None:
            raise ConfigError(_none_for(channel))
        chosen += own or ([fallback] if fallback is not None else [])
    return tuple(chosen)


def plan(
    source: Readable,
    chosen: Sequence[Offer],
    config: Config | None = None,
    *,
    is_heard: bool = False,
) -> Plan:
    """The part of the chosen decoders that a source gives work to, with advice.

    Args:
        source: What there is to read.
        chosen: By `choose`.
        config: Settings, to say which channel has no decoder under them.
        is_heard: Whether its words are heard in its sound.
    """
    at_hand = {
        Channel.VOICE: source.has_sound,
        Channel.FACE: source.has_pictures,
        Channel.WORDS: is_heard or source.conversation is not None,
    }
    used = tuple(offer for offer in chosen if at_hand[offer.channel])
    chosen_channels = {offer.channel for offer in chosen}
    missing = [
        _none_for(channel)
        for channel, is_there in at_hand.items()
        if is_there
        and config is not None
        and config.commercial
        and channel not in chosen_channels
        and default(channel, config) is None
    ]
    return Plan(used, tuple(missing or _advice(source, chosen, used, is_heard=is_heard)))


def _advice(
    source: Readable, chosen: Sequence[Offer], used: Sequence[Offer], *, is_heard: bool
) -> list[str]:
    said: list[str] = []
    wants_words = not is_heard and any(offer.channel is Channel.WORDS for offer in chosen)
    is_file = source.kind is not Kind.STREAM
    if wants_words and is_file and source.has_sound and source.conversation is None:
        said.append(
            "no words were read: put a transcript beside the file under the same name "
            "(.srt, .vtt or Whisper .json) or add --transcribe, since valence is heard mostly in "
            "words"
        )
    turns = len(source.conversation.turns) if source.conversation is not None else 0
    if turns > MANY_TURNS and any(offer.name.startswith("words-v") for offer in used):
        said.append(f"{turns:,} messages: --decoders words-fast reads them about 30 times faster")
    if not used:
        channels = ", ".join(dict.fromkeys(offer.channel.value for offer in chosen))
        said.append(f"this {source.kind} has nothing to read on the channels asked for: {channels}")
    return said


def _none_for(channel: Channel) -> str:
    return (
        f"no decoder reads the {channel} channel under these settings: "
        "all there are forbid commercial use, and MIEN_COMMERCIAL is set"
    )


def _channel(name: Channel | str) -> Channel:
    try:
        return Channel(name)
    except ValueError as error:
        known = ", ".join(channel.value for channel in Channel)
        raise ConfigError(f"no channel is called {name!r}: choose from {known}") from error
