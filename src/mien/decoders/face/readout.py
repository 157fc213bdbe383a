"""From log shares to what a reading says, with the constants of the training run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights
from mien.decoders.calibrate import softmax
from mien.decoders.face.quality import Quality

Row = NDArray[np.float32]
"""One number for each of the eight labels of FER+."""


@dataclass(frozen=True, slots=True)
class Readout:
    """How log shares become shares, a confidence and their spread.

    Attributes:
        labels: The eight labels of FER+, in the order of the net's output.
        share_temperature: Fitted to the raters' votes on validation pictures.
        confidence_temperature: Fitted to their majority on the same pictures.
        doubt: How much each flaw of `Quality` raises the log temperature of the confidence.
        shift: What is taken from log shares where rare emotions are to be found oftener.
        shift_temperature: Of the confidence under that shift.
        spread: Knots (share, standard deviation of its error).
        sharpness: Values of `quality.detail` that count as 0 and as 1.
        neutral: Median log shares of faces that raters call neutral.
        least_quality: Below it nothing is told.
        least_confidence: Below it the verdict is `cannot_tell`.
        box: Scale and downward shift that turn a cascade's box into YuNet's geometry.
    """

    labels: tuple[str, ...]
    share_temperature: float
    confidence_temperature: float
    doubt: Mapping[str, float]
    shift: tuple[float, ...]
    shift_temperature: float
    spread: tuple[tuple[float, float], ...]
    sharpness: tuple[float, float]
    neutral: tuple[float, ...]
    least_quality: float
    least_confidence: float
    box: tuple[float, float]

    @classmethod
    def from_metadata(cls, values: Mapping[str, str]) -> Readout:
        """The constants a model file carries.

        Raises:
            BadWeights: If they are missing or damaged.
        """
        try:
            plain = json.loads(values["readout"])
            return cls(
                labels=tuple(plain["labels"]),
                share_temperature=float(plain["share_temperature"]),
                confidence_temperature=float(plain["confidence_temperature"]),
                doubt={name: float(weight) for name, weight in plain["doubt"].items()},
                shift=tuple(plain["shift"]),
                shift_temperature=float(plain["shift_temperature"]),
                spread=tuple((float(x), float(y)) for x, y in plain["spread"]),
                sharpness=(float(plain["sharpness"][0]), float(plain["sharpness"][1])),
                neutral=tuple(plain["neutral"]),
                least_quality=float(plain["least_quality"]),
                least_confidence=float(plain["least_confidence"]),
                box=(float(plain["box"][0]), float(plain["box"][1])),
            )
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise BadWeights(f"the face weights carry no readable constants: {error!r}") from error

    def adapted(self, log_shares: Row, reference: Row) -> Row:
        """Log shares with half of what a person's resting face adds taken away.

        Args:
            log_shares: Of the face to read, shape (8,).
            reference: Median log shares of the same person at rest, shape (8,).
        """
        habit = reference - np.asarray(self.neutral, dtype=np.float32)
        return np.asarray(log_shares - 0.5 * habit, dtype=np.float32)

    def shares(self, log_shares: Row) -> Row:
        """Estimated shares of raters, shape (8,), summing to one."""
        return softmax(log_shares, self.share_temperature)

    def balanced(self, log_shares: Row) -> Row:
        """Shares with part of the class prior taken out: rare emotions oftener, less precisely."""
        return self.shares(log_shares - np.asarray(self.shift, dtype=np.float32))

    def confidence(self, log_shares: Row, quality: Quality, *, balanced: bool = False) -> float:
        """Chance that the largest share is the raters' majority, lower for worse pictures."""
        doubt = sum(weight * (1 - getattr(quality, name)) for name, weight in self.doubt.items())
        base = self.shift_temperature if balanced else self.confidence_temperature
        shifted = log_shares - np.asarray(self.shift, dtype=np.float32) if balanced else log_shares
        return float(softmax(shifted, base * float(np.exp(doubt))).max())

    def deviations(self, shares: Row) -> Row:
        """Standard deviation of the error of each share, shape (8,)."""
        x, y = zip(*self.spread, strict=True)
        return np.asarray(np.interp(shares, x, y), dtype=np.float32)
