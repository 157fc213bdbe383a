"""The interval of a share by Wilson's score (1927), which holds for few trials and rare hits."""

from __future__ import annotations

import math
from typing import NamedTuple

_Z = 1.959963984540054


class Share(NamedTuple):
    """A share of trials with its 95 % interval; NaN for a share of nothing."""

    value: float
    low: float
    high: float


def wilson(hits: float, n: float) -> Share:
    """The share `hits / n` with its interval; of no trials nothing is known, [0, 1].

    >>> [round(x, 3) for x in wilson(20, 400)]
    [0.05, 0.033, 0.076]
    """
    if n <= 0:
        return Share(math.nan, 0.0, 1.0)
    share, square = hits / n, _Z * _Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    spread = math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    half = _Z * spread / (1 + square / n)
    # Rounding must not push an end past the share itself.
    return Share(share, max(min(middle - half, share), 0.0), min(max(middle + half, share), 1.0))
