"""How far a mean may be off when neighboring values are alike."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.core.student import t_quantile

LEAST = 10.0
"""Independent values that an interval needs; with fewer the likeness itself cannot be judged."""

Values = NDArray[np.float64]


class Mean(NamedTuple):
    """A mean with its spread and its 95 % interval, each None where it cannot be told.

    Attributes:
        mean: Weighted.
        sd: Weighted standard deviation of the values, not of their mean.
        low: Lower end of the interval of the mean.
        high: Upper end.
    """

    mean: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None


def steady_mean(values: Values, weights: Values) -> Mean:
    """The weighted mean of values in order of time, with an interval that knows they are alike.

    Faces are read five times a second and hardly change from one reading to the next, so that a
    thousand readings may be worth twenty. The interval is Student's over as many values as are
    independent (`effective`), fewer still where weights differ (Kish 1965).

    Args:
        values: In order of time, shape (n,), without NaN.
        weights: Above zero, shape (n,).
    """
    if not len(values):
        return Mean()
    mean = float(np.average(values, weights=weights))
    if len(values) < 2:
        return Mean(mean)
    variance = float(np.average((values - mean) ** 2, weights=weights))
    even = float(weights.sum() ** 2 / (weights**2).sum())
    if even <= 1.0 + 1e-9:
        return Mean(mean)
    sd = math.sqrt(variance * even / (even - 1.0))
    n = effective(values) * even / len(values)
    if n < LEAST:
        return Mean(mean, sd)
    reach = t_quantile(int(n) - 1) * sd / math.sqrt(n)
    return Mean(mean, sd, mean - reach, mean + reach)


def effective(values: Values) -> float:
    """How many independent values tell as much of the mean, at most as many as there are.

    The smaller of two estimates: that of a first-order autoregression with its bias removed
    (Bayley and Hammersley 1946; Marriott and Pope 1954), and that of the initial monotone
    sequence (Geyer 1992), which also sees what stays alike for long.
    """
    n = len(values)
    off = values - values.mean()
    total = float((off**2).sum())
    if n < 3 or total <= 1e-12:
        return float(n)
    return min(_first_order(off, total), _monotone(off, total))


def _first_order(off: Values, total: float) -> float:
    n = len(off)
    raw = float((off[1:] * off[:-1]).sum()) / total
    likeness = min(max(raw + (1.0 + 4.0 * raw) / n, 0.0), 0.99)
    return n * (1.0 - likeness) / (1.0 + likeness)


def _monotone(off: Values, total: float) -> float:
    n = len(off)
    # By way of the spectrum: a lag at a time would take n squared.
    spectrum = np.fft.rfft(off, 2 * n)
    lags = np.fft.irfft(np.abs(spectrum) ** 2)[:n] / total
    pairs = lags[: n - n % 2].reshape(-1, 2).sum(axis=1)
    ends = np.flatnonzero(pairs <= 0.0)
    kept = np.minimum.accumulate(pairs[: ends[0] if len(ends) else len(pairs)])
    return n / max(1.0, 2.0 * float(kept.sum()) - 1.0)
