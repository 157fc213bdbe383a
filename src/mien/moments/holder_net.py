"""Whose feeling a turn tells of, and how, by a small transformer; names by the rules.

It reads the words around the clearest feeling word, from the first to the last of a turn where that
is short, and answers who and how at once. It costs a few milliseconds, so it serves readings of
`words-v1`; the rules of `holder` serve all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights
from mien.decoders.session import metadata, open_session
from mien.decoders.words.tokens import WordPiece
from mien.emotions.scores import Scores
from mien.moments.clauses import Text, read
from mien.moments.feelings import feelings
from mien.moments.holder import LONGEST, HolderRules, third_named
from mien.moments.moment import Holder, Mode, Who

if TYPE_CHECKING:
    import onnxruntime

NAME = "holder-v2"
WEIGHTS = Path(__file__).parent / "weights" / f"{NAME}.onnx"

WHO = (Who.SELF, Who.ADDRESSEE, Who.THIRD)
MODES = tuple(Mode)
N_WORDS, BEFORE = 44, 24
"""Words of a longer turn that are read, and how many of them before the clearest feeling word."""

PIECES = 64

Array = NDArray[np.float32]


class HolderNet:
    """Finds whose feeling the words tell of.

    Args:
        session: Takes `ids` (1, length), gives `logits` (1, who and modes).
        pieces: Cuts words.
        temperature: What logits are divided by before they are chances.
    """

    name = NAME

    def __init__(
        self, session: onnxruntime.InferenceSession, pieces: WordPiece, temperature: float
    ) -> None:
        self._session, self._pieces, self._temperature = session, pieces, temperature
        self._rules = HolderRules()

    def find(self, text: str, scores: Scores) -> Holder | None:
        """Of one turn.

        Args:
            text: The words.
            scores: What they show; only whether that is anything counts.

        Returns:
            None if the words show no feeling at all.
        """
        ruled = self._rules.find(text, scores)
        if ruled is None:
            return None
        who, mode = self.chances(text)
        first, how = int(who.argmax()), int(mode.argmax())
        name = None
        if WHO[first] is Who.THIRD:
            name = ruled.name if ruled.who is Who.THIRD else third_named(read(text[:LONGEST]))
        p = float(who[first] * mode[how])
        return Holder(who=WHO[first], name=name, mode=MODES[how], p=round(p, 4))

    def chances(self, text: str) -> tuple[Array, Array]:
        """Of each of `WHO` and of each mode."""
        ids = self._pieces.encode(shown(read(text[:LONGEST])), PIECES)
        logits, _ = self._session.run(None, {"ids": np.array([ids], np.int64)})
        told = logits[0] / self._temperature
        return _softmax(told[: len(WHO)]), _softmax(told[len(WHO) :])


def shown(text: Text) -> Sequence[str]:
    """The words that are read: all of a short turn."""
    words = text.words
    if len(words) <= N_WORDS:
        return words
    cues = sorted(feelings().cues(words), key=lambda cue: (cue.kind, cue.first))
    place = cues[0].first if cues else 0
    first = min(max(0, place - BEFORE), len(words) - N_WORDS)
    return words[first : first + N_WORDS]


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), np.float32)


@cache
def load_holder_net(threads: int, path: Path = WEIGHTS) -> HolderNet:
    """The net that comes with the package, once a process and number of threads.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged.
    """
    session = open_session(path, threads)
    told = metadata(session)
    try:
        pieces = WordPiece(told["vocabulary"].split("\n"))
        return HolderNet(session, pieces, float(told["temperature"]))
    except (KeyError, ValueError) as error:
        raise BadWeights(f"{path} lacks its vocabulary or temperature: reinstall Mien") from error
