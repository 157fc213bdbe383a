"""From what the net says to what a reading says, with the constants of the training run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights
from mien.decoders.calibrate import softmax

Row = NDArray[np.float32]
"""One number for each label."""


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
        affect_scale: What the net's own spread of valence and arousal is multiplied by, so
            that it holds on unheard speakers.
    """

    labels: tuple[str, ...]
    temperature: float
    doubt: float
    least_confidence: float
    spread: float
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
                affect_scale=(float(valence), float(arousal)),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise BadWeights(f"the voice weights carry no readable constants: {error!r}") from error

    def shares(self, logits: Row) -> Row:
        """The share of each label, summing to one, shape of `logits`."""
        return softmax(logits, self.temperature)

    def confidence(self, logits: Row, quality: float) -> float:
        """The chance that the strongest label is right, for a sound of that quality."""
        flatter = self.temperature * (1.0 + self.doubt * (1.0 - quality))
        return float(softmax(logits, flatter).max())

    def deviations(self, shares: Row) -> Row:
        """The standard deviation of each share's error, shape of `shares`."""
        bent = 2.0 * self.spread * np.sqrt(np.maximum(shares * (1.0 - shares), 1e-4))
        return bent.astype(np.float32)
