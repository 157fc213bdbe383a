"""LAION's rule for recognition, under its own name and never without its chance level.

An item counts as right if any head that stands for the true label holds more than 1.5/n of the
softmax over the n heads that stand for some label (LAION-AI/emonet-face, evaluation notebook of
FERD and AffectNet; Schuhmann et al. 2025). Several labels pass at once, three or four of eight on
average, so that shuffled labels score .44 and not .125 on FERD.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.emotions.maps import LabelMap

Values = NDArray[np.float64]

FACTOR = 1.5


def lenient(scores: Values, labels: LabelMap) -> NDArray[np.bool_]:
    """Which labels pass, each emotion standing for the label it means most.

    Args:
        scores: Shares, shape (n, 41), NaN where nothing was said; they are divided by their sum
            over the emotions that stand for a label.
        labels: The map of the corpus.

    Returns:
        Shape (n, labels).
    """
    covers = np.array([emotion.position for emotion in labels.covers])
    label_of = labels.matrix[:, covers].argmax(axis=0)
    judged = ~np.isnan(scores[:, covers])
    shares = np.where(judged, scores[:, covers], 0.0)
    total = np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
    return passing(shares / total, label_of, len(labels.labels), judged.sum(axis=1))


def passing(
    masses: Values,
    label_of: NDArray[np.intp],
    n_labels: int,
    n_heads: NDArray[np.integer] | int,
) -> NDArray[np.bool_]:
    """Which labels pass.

    Args:
        masses: Softmax over the heads that stand for a label, shape (n, heads).
        label_of: The label of each head, shape (heads,).
        n_labels: How many labels there are.
        n_heads: How many heads share the mass, one number or one an item.
    """
    cut = FACTOR / np.maximum(np.asarray(n_heads, dtype=np.float64), 1.0)
    is_high = masses > np.broadcast_to(cut, (len(masses),))[:, None]
    found = np.zeros((len(masses), n_labels), dtype=bool)
    for head, label in enumerate(label_of):
        found[:, label] |= is_high[:, head]
    return found
