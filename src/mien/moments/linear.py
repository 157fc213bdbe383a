"""A logistic model over standardized, clipped numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

FARTHEST = 3.0
"""Standard deviations: what lies beyond says no more, so that no odd text runs away."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """Chances from numbers.

    Attributes:
        mean: Of each number where it was taught, shape (features,).
        deviation: So.
        weights: Shape (features, classes); one class is a yes or no.
        bias: Shape (classes,).
    """

    mean: Array
    deviation: Array
    weights: Array
    bias: Array

    def logits(self, features: Array) -> Array:
        """Shape (n, classes) from (n, features)."""
        scaled = (features - self.mean) / self.deviation
        # np.clip costs three times as much on a dozen rows.
        scaled = np.minimum(np.maximum(scaled, -FARTHEST), FARTHEST)
        return np.asarray(scaled @ self.weights + self.bias, np.float32)

    def chance(self, features: Array) -> Array:
        """Of a yes, shape (n,)."""
        return np.asarray(1 / (1 + np.exp(-self.logits(features)[:, 0])), np.float32)

    @classmethod
    def load(cls, file: Mapping[str, NDArray[Any]], name: str) -> Logistic:
        """The model whose arrays start with a name."""
        return cls(*(np.asarray(file[f"{name}_{part}"], np.float32) for part in cls.__slots__))
