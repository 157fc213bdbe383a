"""A text as the state of the words decoder: what models of a conversation read besides shares."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mien.decoders.words.clean import clean, neutral, raw_words
from mien.decoders.words.models import Transformer, shipped_transformer
from mien.decoders.words.passages import passages, weighted_mean

Encode = Callable[[str], NDArray[np.float32]]
"""A text as the state of a words decoder, shape (width,)."""


class WordVectors:
    """The state of a transformer over a whole text.

    Args:
        model: Whose state it is.
    """

    def __init__(self, model: Transformer) -> None:
        self._model = model

    def __call__(self, text: str) -> NDArray[np.float32]:
        """Pooled states and logits, the mean of passages by their length; shape (width,)."""
        cleaned = clean(text)
        parts = passages(neutral(raw_words(cleaned), cleaned))
        logits, pooled = self._model.states(parts)
        return weighted_mean(np.concatenate([pooled, logits], axis=1), parts)


def shipped_vectors(threads: int = 1) -> WordVectors:
    """Of the decoder that comes with the package.

    Raises:
        MissingWeights: If its file is not there.
        BadWeights: If it is damaged.
    """
    return WordVectors(shipped_transformer(threads))
