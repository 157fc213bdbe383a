"""`python -m benchmarks.intervals`: how often 95 % intervals of people's tables hold the mean.

Series are first-order autoregressions around 0, whose true mean is known; beside it what an
interval does that takes readings for independent.
"""

from __future__ import annotations

import argparse
import math

import numpy as np
from numpy.typing import NDArray

from mien.core.student import t_quantile
from mien.timeline.steady import steady_mean

LIKENESS = (0.0, 0.3, 0.6, 0.9, 0.97)
LENGTHS = (30, 100, 500, 2000)
_BURN_IN = 300


def main(arguments: list[str] | None = None) -> None:
    """Print a row for each likeness and length."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intervals", description=__doc__)
    parser.add_argument("--series", type=int, default=600, help="of each kind (600)")
    n_series = parser.parse_args(arguments).series
    print(f"{n_series} series each, seed 0\n")
    print("likeness  values  held, %  given, %  held if taken for independent, %")
    for likeness in LIKENESS:
        for n in LENGTHS:
            held, given, plain = _held(series(likeness, n, n_series))
            print(f"{likeness:8.2f}  {n:6}  {held:7.0f}  {given:8.0f}  {plain:10.0f}")


def series(likeness: float, n: int, n_series: int, seed: int = 0) -> NDArray[np.float64]:
    """Series around 0, shape (n_series, n)."""
    pushes = np.random.default_rng(seed).normal(size=(n_series, n + _BURN_IN))
    for i in range(1, pushes.shape[1]):
        pushes[:, i] += likeness * pushes[:, i - 1]
    return pushes[:, _BURN_IN:]


def _held(rows: NDArray[np.float64]) -> tuple[float, float, float]:
    n = rows.shape[1]
    means = [steady_mean(row, np.ones(n)) for row in rows]
    ends = [(m.low, m.high) for m in means if m.low is not None and m.high is not None]
    reach = t_quantile(n - 1) * rows.std(axis=1, ddof=1) / math.sqrt(n)
    plain = float((np.abs(rows.mean(axis=1)) <= reach).mean())
    held = float(np.mean([low <= 0.0 <= high for low, high in ends])) if ends else math.nan
    return 100 * held, 100 * len(ends) / len(rows), 100 * plain


if __name__ == "__main__":
    main()
