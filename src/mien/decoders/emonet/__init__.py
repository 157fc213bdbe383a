"""LAION's EmoNet: forty emotions in faces and voices, from weights that users pull.

Nothing of it is in the wheel: `mien models pull emonet-face-small` fetches the heads and the
encoder they read, converts them once and keeps them memory-mapped.
"""

from __future__ import annotations

from functools import partial

from mien.core.config import Config
from mien.decoders.decoder import Offer
from mien.timeline.card import Card
from mien.timeline.reading import Channel

__all__ = ["FACE_LARGE", "FACE_SMALL", "VOICE_LARGE", "VOICE_PLUS", "VOICE_SMALL"]


def _face_card(name: str) -> Card:
    from mien.decoders.emonet.face import card
    from mien.decoders.emonet.suites import suites

    return card(suites()[name])


def _face(name: str, config: Config) -> object:
    from mien.decoders.emonet.face import load
    from mien.decoders.emonet.suites import suites

    return load(suites()[name], config)


def _voice_card(name: str) -> Card:
    from mien.decoders.emonet.suites import suites
    from mien.decoders.emonet.voice import card

    return card(suites()[name])


def _voice(name: str, config: Config) -> object:
    from mien.decoders.emonet.suites import suites
    from mien.decoders.emonet.voice import load

    return load(suites()[name], config)


def _face_offer(name: str) -> Offer:
    return Offer(
        name=f"{name}-v1",
        channel=Channel.FACE,
        card=partial(_face_card, name),
        load=partial(_face, name),  # type: ignore[arg-type]
        cost="about 2 s a face and picture, one thread",
        at_once=8,
    )


def _voice_offer(name: str) -> Offer:
    return Offer(
        name=f"{name}-v1",
        channel=Channel.VOICE,
        card=partial(_voice_card, name),
        load=partial(_voice, name),  # type: ignore[arg-type]
        cost="about 2 s an utterance of up to 12 s, one thread",
        at_once=8,
    )


FACE_SMALL = _face_offer("emonet-face-small")
"""44 heads of .6 MB over SigLIP2."""

FACE_LARGE = _face_offer("emonet-face-large")
"""44 heads of 7.3 MB over SigLIP2."""

VOICE_SMALL = _voice_offer("emonet-voice-small")
"""55 heads of 295 MB over BUD-E-Whisper's encoder; as good as Large."""

VOICE_LARGE = _voice_offer("emonet-voice-large")
"""55 heads of 590 MB over the same encoder."""

VOICE_PLUS = _voice_offer("emonet-voice-plus")
"""Small's heads and four that tell how clear a recording is."""
