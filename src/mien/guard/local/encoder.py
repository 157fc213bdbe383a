"""The second look: a small transformer reads a message in the light of those before it.

The nets and tables of the first look read every turn; they know words, hardly who does what to
whom. What they find worth it is read again here, some milliseconds a passage.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights
from mien.decoders.session import metadata, open_session
from mien.guard.local.passages import READS, SPECIAL, Earlier, Passage, Pieces, Stretch, stretches
from mien.guard.local.pieces import sentences
from mien.guard.observation import Quote
from mien.guard.signals import Side, Signal

if TYPE_CHECKING:
    import onnxruntime

Array = NDArray[np.float32]
NAME = "encoder-v1"
PATH = Path(__file__).parent / "weights" / f"{NAME}.onnx"
ALL = tuple(Signal)
COLUMN = {signal: column for column, signal in enumerate(ALL)}

MOST_STRETCHES = 3
"""Parts of a long message that are read."""


_NOTHING = np.full(len(ALL) + 1, -10, np.float32)


class Look(NamedTuple):
    """What was read of a message.

    Attributes:
        each: Logits of each part that was read, and of nothing, shape (parts + 1, signals + 1).
        quotes: Where the parts stand.
    """

    each: Array
    quotes: tuple[Quote, ...]

    def logit(self, signal: Signal) -> float:
        """The highest of the parts."""
        return float(self.each[:, COLUMN[signal]].max())

    def quote(self, signal: Signal) -> Quote:
        """The part that shows a signal most."""
        return self.quotes[int(self.each[:-1, COLUMN[signal]].argmax())]


class Encoder:
    """Logits of all signals, by a transformer in integers.

    Args:
        session: Takes `ids` and `own`, both (1, length), gives `logits` (1, signals + 1).
        pieces: Cuts messages.
        sha256: Of the weight file.
    """

    def __init__(
        self, session: onnxruntime.InferenceSession, pieces: Pieces, sha256: str = ""
    ) -> None:
        self._session, self.pieces = session, pieces
        self.sha256 = sha256

    def __call__(
        self,
        text: str,
        language: str,
        side: Side,
        earlier: Earlier = (),
        worth: Sequence[Quote] = (),
    ) -> Look:
        """What the parts of a message show.

        Args:
            text: The message.
            language: `en`, `de` or `es`.
            side: Whose it is.
            earlier: The messages before it, oldest first.
            worth: Sentences whose parts of a long message are read alone; by default its ends.
        """
        before = self.pieces.before(earlier, language)
        found = list(stretches(self.pieces, text, sentences(text), language))
        read = chosen(found, worth)
        passages = [self.pieces.passage(part.numbers, before, side) for part in read]
        return Look(
            np.stack([*map(self.logits, passages), _NOTHING]), tuple(part.quote for part in read)
        )

    def logits(self, passage: Passage) -> Array:
        """Of one passage, shape (signals + 1,): alone in its run, for runs share their scale."""
        ids, own = (np.array([numbers], np.int64) for numbers in passage)
        (logits,) = self._session.run(None, {"ids": ids, "own": own})
        found: Array = logits[0]
        return found


def chosen(found: Sequence[Stretch], worth: Sequence[Quote]) -> list[Stretch]:
    """The parts that hold a sentence worth it; if none does, the last, the first, and others."""
    holding = [
        i
        for quote in worth
        for i, part in enumerate(found)
        if part.quote.from_char <= quote.from_char < part.quote.to_char
    ]
    ends = [len(found) - 1, *range(len(found) - 1)] if found else []
    order = list(dict.fromkeys(holding or ends))[:MOST_STRETCHES]
    return [found[i] for i in sorted(order)]


@cache
def shipped_encoder() -> Encoder:
    """The encoder that comes with the package, read once.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged or of another version of the package.
    """
    return load_encoder(PATH)


def load_encoder(path: Path) -> Encoder:
    """The encoder in a file.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged or of another version of the package.
    """
    session = open_session(path)
    vocabulary = metadata(session).get("vocabulary", "").split("\n")
    outputs = session.get_outputs()[0].shape
    reads = metadata(session).get("reads")
    if tuple(vocabulary[: len(SPECIAL)]) != SPECIAL or outputs[-1] != len(ALL) + 1:
        raise BadWeights(f"{path} was made for other signals: reinstall Mien, or train anew")
    if reads != READS:
        raise BadWeights(f"{path} reads {reads}, not {READS}: reinstall Mien, or train anew")
    return Encoder(session, Pieces(vocabulary), hashlib.sha256(path.read_bytes()).hexdigest())
