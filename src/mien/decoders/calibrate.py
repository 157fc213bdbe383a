"""From what a net says to what a number means: fitted in training, applied here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


def softmax(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float32]:
    """Probabilities along the last axis."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    powers = np.exp(scaled)
    shares: NDArray[np.float32] = (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)
    return shares


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities, each by itself."""
    values = np.clip(np.asarray(logits, dtype=np.float64), -60.0, 60.0)
    return (1.0 / (1.0 + np.exp(-values))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class MonotoneMap:
    """A non-decreasing, piecewise linear map, such as an isotonic fit.

    Attributes:
        x: Knots, increasing, shape (k,).
        y: Values at the knots, non-decreasing, shape (k,).
    """

    x: tuple[float, ...]
    y: tuple[float, ...]

    def __call__(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The mapped values, same shape; constant beyond the outer knots."""
        return np.interp(values, self.x, self.y).astype(np.float32)


def fit_monotone(
    values: NDArray[np.float64], targets: NDArray[np.float64], knots: int = 20
) -> MonotoneMap:
    """An isotonic fit by pooling adjacent violators, thinned to at most `knots` points.

    Args:
        values: What a model says, shape (n,).
        targets: What was true, 0 to 1, shape (n,).
        knots: Equal-mass bins before pooling, so that few points do not make steps.
    """
    order = np.argsort(values, kind="stable")
    bins = [part for part in np.array_split(order, min(knots, len(order))) if len(part)]
    blocks: list[list[float]] = []  # mean value, mean target, weight
    for part in bins:
        blocks.append([float(values[part].mean()), float(targets[part].mean()), len(part)])
        while len(blocks) > 1 and blocks[-2][1] >= blocks[-1][1]:
            (x0, y0, w0), (x1, y1, w1) = blocks[-2:]
            total = w0 + w1
            blocks[-2:] = [[(x0 * w0 + x1 * w1) / total, (y0 * w0 + y1 * w1) / total, total]]
    return MonotoneMap(tuple(b[0] for b in blocks), tuple(b[1] for b in blocks))


def expected_calibration_error(
    confidence: NDArray[np.float64], is_right: NDArray[np.bool_], bins: int = 15
) -> float:
    """Mean gap between confidence and accuracy over equal-mass bins (Naeini et al. 2015)."""
    order = np.argsort(confidence, kind="stable")
    gap = 0.0
    for part in np.array_split(order, bins):
        if len(part):
            gap += len(part) * abs(float(confidence[part].mean()) - float(is_right[part].mean()))
    return gap / max(1, len(confidence))
