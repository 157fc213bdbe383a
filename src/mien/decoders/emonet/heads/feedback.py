"""Rounding that makes up for itself: what one weight loses, its neighbors take over.

Channels of an embedding go together, so the error of one weight can be put right by the weights
that multiply the channels which go with it: after Frantar et al. 2023 (GPTQ), which is Babai's
nearest plane. It costs time at conversion and nothing afterwards.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.decoders.emonet.heads.quantize import MIDDLE, Floats

_TOGETHER = 32
"""Channels whose losses are handed on one by one before the rest get them in one product."""

_DAMPING = 0.01
"""Added to each channel's variance in parts of it: other speech goes together a little less."""


def handing_on(covariance: NDArray[np.floating]) -> Floats:
    """How losses are handed on: an upper triangular matrix (channels, channels).

    Args:
        covariance: Of the channels of embeddings, of what is not put right otherwise.
    """
    covariance = covariance.astype(np.float64)
    variances = np.diag(covariance)
    floor = max(float(variances.mean()), 1e-12) * 1e-3
    damped = covariance + np.diag(_DAMPING * variances + floor)
    factor: Floats = np.linalg.cholesky(np.linalg.inv(damped)).T.astype(np.float32)
    return factor


def round_on(values: Floats, scales: Floats, factor: Floats) -> Floats:
    """4-bit codes of weights, 0 to 15, as floats.

    Args:
        values: Weights (rows, pieces, width), a piece being whole frames.
        scales: Steps (rows, pieces).
        factor: As `handing_on` gives it; its channels divide the width.
    """
    n = len(factor)
    left = np.ascontiguousarray(values.reshape(-1, n).T)
    steps = np.repeat(scales.reshape(-1), values.shape[2] // n)
    codes = np.empty_like(left)
    lost = np.empty((_TOGETHER, left.shape[1]), np.float32)
    for first in range(0, n, _TOGETHER):
        last = min(first + _TOGETHER, n)
        for i in range(first, last):
            codes[i] = np.clip(np.floor(left[i] / steps + np.float32(MIDDLE + 0.5)), 0.0, 15.0)
            off = lost[i - first]
            np.subtract(left[i], (codes[i] - np.float32(MIDDLE)) * steps, out=off)
            off /= factor[i, i]
            left[i + 1 : last] -= factor[i, i + 1 : last, None] * off
        left[last:] -= factor[first:last, last:].T @ lost[: last - first]
    rounded: Floats = codes.T.reshape(values.shape)
    return rounded
