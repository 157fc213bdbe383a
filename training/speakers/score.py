"""Diarization error rate, as NIST's md-eval defines it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Turns = Sequence[tuple[float, float, str]]

STEP = 0.01


class Errors(NamedTuple):
    """Seconds of speaker time.

    Attributes:
        total: Spoken by the reference, twice where two speak.
        missed: Of it not told at all.
        invented: Told where nobody, or fewer, speak.
        confused: Told of another speaker.
    """

    total: float
    missed: float
    invented: float
    confused: float

    @property
    def rate(self) -> float:
        """Diarization error rate."""
        return (self.missed + self.invented + self.confused) / self.total


def errors(truth: Turns, told: Turns, collar: float = 0.25) -> Errors:
    """Errors under the best assignment of told to true speakers.

    Args:
        truth: (start, end, speaker).
        told: Likewise, under any names.
        collar: Seconds around every true start and end that do not count.
    """
    n = int(max((end for _, end, _ in (*truth, *told)), default=0) / STEP) + 1
    real, said = _grid(truth, n), _grid(told, n)
    counts = np.ones(n, dtype=bool)
    for start, end, _ in truth:
        for edge in (start, end):
            counts[max(0, round((edge - collar) / STEP)) : round((edge + collar) / STEP)] = False
    real, said = real[:, counts], said[:, counts]
    both = real.astype(np.float64) @ said.astype(np.float64).T
    rows, columns = linear_sum_assignment(-both)
    right = both[rows, columns].sum()
    n_real, n_said = real.sum(axis=0), said.sum(axis=0)
    agreed = np.minimum(n_real, n_said).sum()
    found = (
        n_real.sum(),
        np.maximum(n_real - n_said, 0).sum(),
        np.maximum(n_said - n_real, 0).sum(),
        agreed - right,
    )
    return Errors(*(float(value) * STEP for value in found))


def _grid(turns: Turns, n: int) -> NDArray[np.bool_]:
    names = list(dict.fromkeys(name for _, _, name in turns))
    grid = np.zeros((max(1, len(names)), n), dtype=bool)
    for start, end, name in turns:
        grid[names.index(name), round(start / STEP) : round(end / STEP)] = True
    return grid
