"""How far an answer is from the reference, by the two published formulas.

Both take and give the publisher's scale for one question, whose best is 10. A score may be far
below 0; nothing is cut off there, nor are intensities above 10.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

ADJUST = 0.7477
"""Chosen by the publisher so that answering at random comes to about 0."""


def fullscale(reference: Sequence[float], answer: Sequence[float]) -> float | None:
    """Version 2: intensities as they are; small distances weigh less than they measure.

    >>> fullscale([0, 6, 0, 7], [0, 6, 0, 7])
    10.0
    >>> round(fullscale([0, 6, 0, 7], [3, 3, 3, 3]), 3)
    4.195
    """
    off = sum(_weight(abs(a - r)) for a, r in zip(answer, reference, strict=True))
    return 10.0 - ADJUST * off


def normalized(reference: Sequence[float], answer: Sequence[float]) -> float | None:
    """Version 1: intensities made to sum to 10; None if they sum to nothing.

    >>> normalized([2, 3, 0, 5], [4, 6, 0, 10])
    10.0
    """
    total = sum(answer)
    if total <= 0:
        return None
    return 10.0 - sum(abs(10 * a / total - r) for a, r in zip(answer, reference, strict=True))


def _weight(distance: float) -> float:
    """What a distance counts: an S-curve up to 5, then itself."""
    if distance == 0:
        return 0.0
    if distance <= 5:
        return 6.5 / (1 + math.exp(-1.2 * (distance - 4)))
    return distance
