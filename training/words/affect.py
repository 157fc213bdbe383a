"""Fits valence, arousal and dominance on EmoBank, for both decoders, into one file of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge

from training.cards import bootstrap

DIMENSIONS = ("valence", "arousal", "dominance")
_PENALTIES = tuple(10.0**k for k in range(-1, 5))


@dataclass(frozen=True, slots=True)
class Rated:
    """Sentences with mean ratings on Mien's scale, shape (n, 3)."""

    texts: list[str]
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AffectFit:
    """A linear map and what it leaves unexplained, before any stretch.

    Attributes:
        weights: Shape (features, 3).
        bias: Shape (3,).
        deviation: Of the residuals on dev, shape (3,).
        predicted: On the test sentences, shape (n, 3).
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    deviation: NDArray[np.float32]
    predicted: NDArray[np.float32]


def read_emobank(folder: Path) -> dict[str, Rated]:
    """The published split; 1 to 5 with 3 in the middle becomes -1 to 1."""
    rows = pq.read_table(folder / "emobank.parquet").to_pylist()
    parts = {}
    for split in ("train", "dev", "test"):
        mine = [row for row in rows if row["split"] == split]
        values = np.array([[(row[d] - 3) / 2 for d in "VAD"] for row in mine], np.float32)
        parts[split] = Rated([row["text"] for row in mine], values)
    return parts


Features = NDArray[np.float32] | csr_matrix


def fit_affect(features: dict[str, Features], rated: dict[str, Rated]) -> AffectFit:
    """A ridge regression a dimension, its penalty chosen on dev."""
    columns, biases, residuals, tested = [], [], [], []
    for k in range(len(DIMENSIONS)):
        goal = {split: part.values[:, k] for split, part in rated.items()}
        models = [
            Ridge(alpha, solver="auto").fit(features["train"], goal["train"])
            for alpha in _PENALTIES
        ]
        errors = [float(((m.predict(features["dev"]) - goal["dev"]) ** 2).mean()) for m in models]
        best = models[int(np.argmin(errors))]
        columns.append(best.coef_)
        biases.append(float(best.intercept_))
        residuals.append(min(errors) ** 0.5)
        tested.append(best.predict(features["test"]))
    return AffectFit(
        np.stack(columns, 1).astype(np.float32),
        np.array(biases, np.float32),
        np.array(residuals, np.float32),
        np.stack(tested, 1).astype(np.float32),
    )


def stretch(predicted: NDArray[np.float32], expected: NDArray[np.float32]) -> NDArray[np.float32]:
    """Slopes that give predictions on labelled texts the spread of the labels' own places.

    EmoBank's readers hardly leave the middle of their scale. On texts with GoEmotions labels
    it is known where each label usually lies (`LabelMap.affect`); the slope is the ratio of
    spreads about zero, so that "neutral" stays where it is.

    Args:
        predicted: Of n labelled texts, shape (n, 3).
        expected: Of the same texts from their labels, shape (n, 3).
    """
    ratio = np.sqrt((expected**2).mean(axis=0) / np.maximum((predicted**2).mean(axis=0), 1e-9))
    # Half the spread of predictions is error; the slope must not blow that up beyond reason.
    return np.clip(ratio, 1.0, 3.0).astype(np.float32)


def pearson(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Correlation of two columns."""
    return float(np.corrcoef(a, b)[0, 1])


def concordance(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Lin's concordance correlation coefficient (1989)."""
    shared = 2 * np.cov(a, b, bias=True)[0, 1]
    return float(shared / (a.var() + b.var() + (a.mean() - b.mean()) ** 2))


def interval(
    statistic: Callable[[NDArray[np.float32], NDArray[np.float32]], float],
    said: NDArray[np.float32],
    true: NDArray[np.float32],
) -> tuple[float, float]:
    """95 % bootstrap interval over sentences."""
    return bootstrap(
        lambda rows: statistic(said[rows], true[rows]), np.arange(len(said)), draws=500
    )
