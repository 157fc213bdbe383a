"""Student's t without SciPy, which scoring stored runs must not need."""

from __future__ import annotations

import math
from statistics import NormalDist


def t_quantile(df: int, p: float = 0.975) -> float:
    """The quantile of Student's t.

    Exact for one and two degrees of freedom, else by the expansion around the normal
    distribution (Abramowitz and Stegun 1964, 26.7.5), which is .01 off at three and .001 at four.

    >>> [round(t_quantile(df), 2) for df in (1, 2, 4, 30)]
    [12.71, 4.3, 2.78, 2.04]
    """
    if df == 1:
        return math.tan(math.pi * (p - 0.5))
    if df == 2:
        a = 4.0 * p * (1.0 - p)
        return (2.0 * p - 1.0) * math.sqrt(2.0 / a)
    z, f = NormalDist().inv_cdf(p), float(df)
    return (
        z
        + (z**3 + z) / (4 * f)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * f**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * f**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * f**4)
    )


def two_sided(t: float, df: int) -> float:
    """The chance of a value as far from 0 as `t` under Student's t, to about 1e-15.

    By the finite series for whole degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and
    26.7.4).

    >>> round(two_sided(2.0, 10), 4), round(two_sided(-12.706, 1), 3)
    (0.0734, 0.05)
    """
    angle = math.atan(abs(t) / math.sqrt(df))
    cos, sin = math.cos(angle), math.sin(angle)
    odd = df % 2
    term = cos if odd else 1.0
    total = term if df > 1 else 0.0
    for k in range(3 if odd else 2, df - 1, 2):
        term *= cos * cos * (k - 1) / k
        total += term
    within = 2.0 / math.pi * (angle + sin * total) if odd else sin * total
    return max(0.0, 1.0 - within)
