"""From the shares of 41 emotions back to the labels of a corpus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.emotions.maps import LabelMap

Values = NDArray[np.float64]

_SWEEPS = 300
_SETTLED = 1e-7


def explain(scores: Values, labels: LabelMap) -> Values:
    """The shares of labels that explain the shares of emotions best.

    A label may mean several emotions in parts (happy: elation .7, contentment .3) and an emotion
    several labels, so the map is turned round by least squares without negative shares; what a
    decoder got from these labels by the same map comes back unchanged. Emotions that a decoder
    does not judge say nothing; a label all of whose emotions are such gets 0.

    Args:
        scores: Shape (n, 41), NaN where nothing was said.
        labels: The map of the corpus.

    Returns:
        Shape (n, labels); zero where nothing at all was said.
    """
    covers = np.array([emotion.position for emotion in labels.covers])
    shown = scores[:, covers]
    found = np.zeros((len(scores), len(labels.labels)))
    patterns, pattern = np.unique(~np.isnan(shown), axis=0, return_inverse=True)
    weights = labels.matrix[:, covers].astype(np.float64)
    for k, judged in enumerate(patterns):
        rows = pattern.ravel() == k
        if judged.any():
            found[rows] = non_negative(weights[:, judged], shown[rows][:, judged])
    return found


def non_negative(weights: Values, targets: Values) -> Values:
    """Least squares without negative coefficients, by cyclic descent (Franc et al. 2005).

    Args:
        weights: Shape (labels, emotions).
        targets: Shape (n, emotions).

    Returns:
        Coefficients, shape (n, labels); those of a label without any weight are 0.
    """
    gram = weights @ weights.T
    pull = targets @ weights.T
    found = np.zeros_like(pull)
    used = np.flatnonzero(np.diag(gram) > 0)
    for _ in range(_SWEEPS):
        moved = 0.0
        for k in used:
            step = (pull[:, k] - found @ gram[:, k]) / gram[k, k]
            new = np.maximum(found[:, k] + step, 0.0)
            moved = max(moved, float(np.abs(new - found[:, k]).max(initial=0.0)))
            found[:, k] = new
        if moved < _SETTLED:
            break
    return found
