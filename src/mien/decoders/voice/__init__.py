"""Reads emotion in voices: speech activity, utterances, labels, valence and arousal."""

from functools import partial

from mien.core.config import Config
from mien.decoders.decoder import Offer
from mien.timeline.card import Card
from mien.timeline.reading import Channel

__all__ = ["VOICE", "VOICE_OPEN"]


def _card(name: str) -> Card:
    from mien.decoders.voice.decoder import card

    return card(name)


def _load(name: str, config: Config) -> object:
    from mien.decoders.voice.decoder import load

    return load(name, config)


def _offer(name: str) -> Offer:
    return Offer(
        name=name,
        channel=Channel.VOICE,
        card=partial(_card, name),
        load=partial(_load, name),  # type: ignore[arg-type]
        cost="3 ms a second of sound, one thread",
    )


VOICE = _offer("voice-v1")
"""Trained on RAVDESS, nEMO and EmoDB; its weights forbid commercial use."""

VOICE_OPEN = _offer("voice-open-v1")
"""Trained on EmoDB alone (CC0): free for any use, and worse."""
