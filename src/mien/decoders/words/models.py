"""The two models behind the words decoders: passages in, shares and affect out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights
from mien.core.recent import Recent
from mien.decoders.calibrate import sigmoid
from mien.decoders.session import metadata, open_session
from mien.decoders.words.affect import AffectWeights, load_affect
from mien.decoders.words.arrays import weight_arrays
from mien.decoders.words.ngrams import LinearSum, NGrams
from mien.decoders.words.readout import Readout
from mien.decoders.words.tokens import WordPiece

if TYPE_CHECKING:
    import onnxruntime

SHIPPED = Path(__file__).parent / "weights" / "words-v1.onnx"

LONGEST_RUN = 64
"""Word pieces the transformer takes at once, its two marks included."""

KEPT = 4096
"""Passages whose states are remembered, 5 kB each: who reads a turn and then its conversation
asks twice."""


class Judged(NamedTuple):
    """What a model says of n passages.

    Attributes:
        shares: Of labels, shape (n, labels).
        affect: Valence, arousal, dominance in -1 to 1, shape (n, 3).
    """

    shares: NDArray[np.float32]
    affect: NDArray[np.float32]


class WordsModel(Protocol):
    """Judges passages, each by itself: no result depends on the others in the call."""

    @property
    def readout(self) -> Readout:
        """What training found out about its numbers."""

    @property
    def affect_deviation(self) -> NDArray[np.float32]:
        """Standard deviation of valence, arousal and dominance, shape (3,)."""

    def __call__(self, passages: Sequence[list[str]]) -> Judged:
        """Shares and affect of every passage, given as its words."""


class NGramModel:
    """Single words and pairs; tens of thousands of passages a second.

    Args:
        grams: One feature a row of `linear`.
        linear: To the logits of labels.
        readout: What its numbers mean.
        affect: Weights for valence, arousal and dominance over the same features.
    """

    def __init__(
        self, grams: Sequence[str], linear: LinearSum, readout: Readout, affect: AffectWeights
    ) -> None:
        self._grams, self._linear, self._affect = NGrams(grams), linear, affect
        self.readout = readout
        self.affect_deviation = affect.grams_scale.deviation

    def __call__(self, passages: Sequence[list[str]]) -> Judged:
        """Shares and affect of every passage."""
        rows = [self._grams.rows(words) for words in passages]
        shares = sigmoid(self._linear(rows))
        raw = self._affect.grams(rows) + shares @ self._affect.shares
        return Judged(shares, self._affect.grams_scale(raw))


class Transformer:
    """Six encoder layers over word pieces; a few hundred passages a second.

    Args:
        session: Takes `ids` (1, length), gives logits (1, labels) and pooled vectors.
        tokenizer: Over the cut vocabulary.
        readout: What its numbers mean.
        affect: Weights over pooled vectors and logits.
    """

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        tokenizer: WordPiece,
        readout: Readout,
        affect: AffectWeights,
    ) -> None:
        self._session, self._tokenizer, self._affect = session, tokenizer, affect
        self._recent: Recent[tuple[NDArray[np.float32], NDArray[np.float32]]] = Recent(KEPT)
        self.readout = readout
        self.affect_deviation = affect.pooled_scale.deviation

    def __call__(self, passages: Sequence[list[str]]) -> Judged:
        """Shares and affect of every passage.

        One run a passage, without padding: int8 activations are scaled over all that is in
        a run, so in a batch the neighbors would show through.
        """
        logits, pooled = self.states(passages)
        features = np.concatenate([pooled, logits], axis=1)
        raw = features @ self._affect.pooled + self._affect.pooled_bias
        return Judged(sigmoid(logits), self._affect.pooled_scale(raw))

    def states(
        self, passages: Sequence[list[str]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Logits (n, labels) and pooled vectors (n, width) of every passage."""
        logits, pooled = zip(*map(self._run, passages), strict=True)
        return np.concatenate(logits), np.concatenate(pooled)

    def forget(self) -> None:
        """Keep no state of what was read so far."""
        self._recent.forget()

    def _run(self, words: list[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        ids = np.array([self._tokenizer.encode(words, LONGEST_RUN)], np.int64)
        return self._recent.get(ids.tobytes(), lambda: self._state(ids))

    def _state(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        logits, pooled = self._session.run(None, {"ids": ids})
        return logits, pooled


def load_ngrams(path: Path, affect: AffectWeights | None = None) -> NGramModel:
    """The fast model from its weight file.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged.
    """
    with weight_arrays(path) as file:
        grams = bytes(file["grams"]).decode().split("\n")
        linear = LinearSum(file["weights"], file["step"], file["bias"])
        readout = Readout.from_json(bytes(file["readout"]).decode())
    return NGramModel(grams, linear, readout, affect or load_affect())


def load_transformer(
    path: Path, threads: int = 1, affect: AffectWeights | None = None
) -> Transformer:
    """The transformer from its ONNX file, whose metadata hold vocabulary and readout.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged.
    """
    session = open_session(path, threads)
    told = metadata(session)
    try:
        tokenizer = WordPiece(told["vocabulary"].split("\n"))
        readout = Readout.from_json(told["readout"])
    except (KeyError, ValueError, TypeError) as error:
        raise BadWeights(f"{path} lacks its vocabulary or readout: reinstall Mien") from error
    return Transformer(session, tokenizer, readout, affect or load_affect())


@cache
def shipped_transformer(threads: int) -> Transformer:
    """The transformer that comes with the package, once a process and number of threads.

    Raises:
        MissingWeights: If its file is not there.
        BadWeights: If it is damaged.
    """
    return load_transformer(SHIPPED, threads)
