"""What every decoder is: something that turns a channel's pieces into readings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mien.core.config import Config
from mien.media import Block, Image
from mien.timeline.card import Card
from mien.timeline.conversation import Turn
from mien.timeline.reading import Channel, Reading

Piece_contra = TypeVar("Piece_contra", Block, Image, Turn, contravariant=True)
"""What a channel is made of: blocks of sound, pictures, turns."""

Reference = NDArray[np.float32]
"""What a decoder remembers of a person's neutral look or voice; its shape is the decoder's own."""


class Decoding(Protocol[Piece_contra]):
    """One pass over one source (one party's sound, one picture stream, one conversation).

    Where the pieces are cut must not matter: the readings of a stream are the same for
    any cut (to 1e-5), once it is closed. No reading may depend on what else is in a batch.
    """

    def push(self, pieces: Sequence[Piece_contra]) -> list[Reading]:
        """Readings that are complete by now, in order of their end."""

    def close(self) -> list[Reading]:
        """What was still open; the decoding is of no use afterwards."""


@runtime_checkable
class Decoder(Protocol[Piece_contra]):
    """A loaded decoder; it holds no state of any source."""

    @property
    def name(self) -> str:
        """Name with version, such as `voice-v1`; it changes when the output may."""

    @property
    def card(self) -> Card:
        """What it is worth."""

    def open(self, reference: Reference | None = None) -> Decoding[Piece_contra]:
        """Begin a pass, adapted to a person if a reference is given.

        Readings that come out have neither `source` nor `id`: the reader stamps them.
        """

    def refer(self, pieces: Iterable[Piece_contra]) -> Reference | None:
        """What to remember of a recording in which the person is neutral; None if too little.

        Decoders that cannot adapt return None.
        """


@dataclass(frozen=True, slots=True)
class Offer:
    """A decoder that can be had, before anything heavy is loaded.

    Entry points of the group `mien.decoders` name these.

    Attributes:
        name: Name with version; `words` is short for the newest `words-vN`.
        channel: What it reads.
        card: Reads its card.
        load: Loads it; slow, may raise `MissingWeights`, `BadWeights` or `MissingExtra`.
        cost: What a user pays, in words, such as `7 ms a second of sound, one thread`.
        at_once: How many pictures or utterances of a file it is given together, because it reads
            them faster so; live, none waits for another.
    """

    name: str
    channel: Channel
    card: Callable[[], Card]
    load: Callable[[Config], Decoder[Any]]
    cost: str = ""
    at_once: int = 1
