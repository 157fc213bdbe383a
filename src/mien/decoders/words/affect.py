"""Valence, arousal and dominance: linear maps kept in a file of their own.

They were fitted on EmoBank, whose licence is share-alike, so their file is under that
licence and the models' own files are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decoders.words.arrays import weight_arrays
from mien.decoders.words.ngrams import LinearSum

FILE = Path(__file__).parent / "weights" / "words-affect-v1.npz"


@dataclass(frozen=True, slots=True)
class AffectScale:
    """From EmoBank's narrow scale to Mien's.

    Attributes:
        slope: Stretch of each dimension, shape (3,); its origin is in the file's card.
        deviation: Standard deviation of what remains unexplained, after the stretch, (3,).
    """

    slope: NDArray[np.float32]
    deviation: NDArray[np.float32]

    def __call__(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Valence, arousal and dominance in -1 to 1, shape (n, 3)."""
        stretched: NDArray[np.float32] = np.clip(values * self.slope, -1, 1).astype(np.float32)
        return stretched


@dataclass(frozen=True, slots=True)
class AffectWeights:
    """What the affect file holds.

    Attributes:
        pooled: Weights over the transformer's pooled vectors and label logits.
        pooled_bias: Shape (3,).
        grams: Sums over the n-grams of the fast model.
        shares: Weights over the fast model's shares of labels, shape (labels, 3).
        pooled_scale: For the transformer.
        grams_scale: For the n-grams.
    """

    pooled: NDArray[np.float32]
    pooled_bias: NDArray[np.float32]
    grams: LinearSum
    shares: NDArray[np.float32]
    pooled_scale: AffectScale
    grams_scale: AffectScale


@cache
def load_affect(path: Path = FILE) -> AffectWeights:
    """The affect weights, read once a process.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged.
    """
    with weight_arrays(path) as file:
        return AffectWeights(
            pooled=file["pooled"],
            pooled_bias=file["pooled_bias"],
            grams=LinearSum(file["grams"], file["grams_step"], file["grams_bias"]),
            shares=file["shares"],
            pooled_scale=AffectScale(file["pooled_slope"], file["pooled_sd"]),
            grams_scale=AffectScale(file["grams_slope"], file["grams_sd"]),
        )
