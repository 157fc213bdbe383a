"""Reads faces in photos and videos as onlookers would label them.

It tells faces apart within one source, as `Face 1`, `Face 2` in order of appearance, and
cannot tell who anyone is: there is no gallery, no template of a face is stored or given
out, and nothing is remembered from one source to the next.
"""

from mien.core.config import Config
from mien.decoders.decoder import Offer
from mien.timeline.card import Card
from mien.timeline.reading import Channel

__all__ = ["FACE"]


def _card() -> Card:
    from mien.decoders.face.decoder import card

    return card()


def _load(config: Config) -> object:
    from mien.decoders.face.decoder import load

    return load(config)


FACE = Offer(
    name="face-v1",
    channel=Channel.FACE,
    card=_card,
    load=_load,  # type: ignore[arg-type]
    cost="5 ms a followed face and picture, 20 ms a search by YuNet, one thread",
)
