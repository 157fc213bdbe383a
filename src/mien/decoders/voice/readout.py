"""From what the net says to what a reading says, with the constants of the training run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import ScoresArray
from mien.core.errors import BadWeights
from mien.decoders.calibrate import softmax
from mien.emotions.maps import LabelMap

Rows = NDArray[np.float32]
"""One number for each label, or rows of them."""

SHARE_OF_REST = 1 / 3
"""How much of what neutral speech adds is taken away; the nets themselves see to the rest."""


@dataclass(frozen=True, slots=True)
class Readout:
    """How logits become shares and a confidence.

    Attributes:
        labels: In the order of the net's output.
        temperature: Of the shares, fitted on speakers that the folds' nets never heard.
        doubt: By how much the temperature of the confidence grows as quality falls to 0.
        least_confidence: Below it the verdict is `cannot_tell`.
        spread: Standard deviation of a share's error where the share is one half; it shrinks
            towards 0 and 1 as a binomial's does.
        neutral: What the nets say of neutral speech on average, logits of the labels and of
            high arousal, shape (labels + 1,).
        affect_scale: What the net's own spread of valence and arousal is multiplied by, so
            that it holds on unheard speakers.
    """

    labels: tuple[str, ...]
    temperature: float
    doubt: float
    least_confidence: float
    spread: float
    neutral: tuple[float, ...]
    affect_scale: tuple[float, float]

    @classmethod
    def from_metadata(cls, values: Mapping[str, str]) -> Readout:
        """The constants that a model file carries.

        Raises:
            BadWeights: If they are missing or damaged.
        """
        try:
            plain = json.loads(values["readout"])
            valence, arousal = plain["affect_scale"]
            return cls(
                labels=tuple(plain["labels"]),
                temperature=float(plain["temperature"]),
                doubt=float(plain["doubt"]),
                least_confidence=float(plain["least_confidence"]),
                spread=float(plain["spread"]),
                neutral=tuple(float(value) for value in plain["neutral"]),
                affect_scale=(float(valence), float(arousal)),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise BadWeights(f"the voice weights carry no readable constants: {error!r}") from error

    def adapted(self, said: Rows, at_rest: Rows) -> Rows:
        """Logits less a third of what a person's neutral speech adds to them.

        Args:
            said: Logits of the labels and of high arousal, shape (labels + 1,).
            at_rest: The same of the person's neutral speech.
        """
        added = at_rest - np.array(self.neutral, dtype=np.float32)
        less: Rows = said - np.float32(SHARE_OF_REST) * added
        return less

    def shares(self, logits: Rows) -> Rows:
        """The share of each label, summing to one, shape of `logits`."""
        return softmax(logits, self.temperature)

    def confidence(self, logits: Rows, quality: Rows, tops: NDArray[np.bool_]) -> Rows:
        """The chance that a label which means the strongest emotion is right.

        Args:
            logits: Of the labels, shape (n, labels).
            quality: Of each sound, 0 to 1, shape (n,).
            tops: Which labels mean the strongest emotion, from `meaning`, shape (n, labels).

        Returns:
            Shape (n,).
        """
        flatter = 1.0 + self.doubt * (1.0 - quality)
        chances = softmax(logits / flatter[:, None], self.temperature)
        sure: Rows = np.minimum((chances * tops).sum(axis=1), np.float32(1.0))
        return sure

    def deviations(self, shares: Rows) -> Rows:
        """The standard deviation of each share's error, shape of `shares`."""
        bent = 2.0 * self.spread * np.sqrt(np.maximum(shares * (1.0 - shares), 1e-4))
        return bent.astype(np.float32)


def meaning(labels: LabelMap, scores: ScoresArray) -> NDArray[np.bool_]:
    """Which labels mean the strongest emotion of some scores, shape (n, labels).

    A label means the covered emotions with the largest weight in its row: calm means both
    contentment and neutral. Boredom means none that is covered, so that a bored voice gives
    low confidence in whatever is strongest beside it.

    Args:
        labels: The map that made the scores.
        scores: Shape (n, 41).
    """
    covered = np.zeros(labels.matrix.shape[1], dtype=bool)
    covered[[emotion.position for emotion in labels.covers]] = True
    own = np.where(covered, labels.matrix, 0.0)
    means = (own > 0) & (own >= own.max(axis=1, keepdims=True))
    named: NDArray[np.bool_] = means[:, np.nanargmax(scores, axis=1)].T
    return named
