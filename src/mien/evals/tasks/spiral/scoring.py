"""The score of a run from its chats, with an uncertainty that a capped mean allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import EvalError
from mien.evals.bench import Scored
from mien.evals.estimate import NAN, Estimate, mean
from mien.evals.result import ItemResult
from mien.evals.tasks.spiral.formulas import Formula, formula_of


def score(items: Sequence[ItemResult], planned: int) -> Scored:
    """The formula of the means over chats, as published; each mean beside it.

    Means are capped before they are weighted, so the score of a run is not the mean of the scores
    of its chats. The score of a chat that counts in tables is its pseudo-value, n S - (n - 1) S
    without it (Quenouille 1956; Tukey 1958): these average to the score of the run where no cap
    is reached, and their spread gives its error.
    """
    held = [one for one in items if one.score is not None]
    if not held:
        return Scored(Estimate(NAN), {}, f"none of {planned} chats could be scored")
    used = _formula(held)
    names, clusters = [*used.parts], [one.cluster for one in held]
    figures = np.array([[one.parts[name] for name in names] for one in held], dtype=np.float64)

    def of(sums: NDArray[np.float64], chats: int) -> float:
        return used.score(dict(zip(names, map(float, sums / chats), strict=True)))

    sums, n = figures.sum(axis=0), len(held)
    whole = of(sums, n)
    pseudo = [n * whole - (n - 1) * of(sums - row, n - 1) for row in figures] if n > 1 else [whole]
    found = mean(pseudo, clusters)
    shift = whole - found.value
    main = Estimate(whole, found.se, found.low + shift, found.high + shift, n, found.clusters)
    parts = {name: mean([*map(float, figures[:, at])], clusters) for at, name in enumerate(names)}
    counted = iter(pseudo)
    settled = (one if one.score is None else replace(one, score=next(counted)) for one in items)
    return Scored(main, parts, items=tuple(settled))


def _formula(held: Sequence[ItemResult]) -> Formula:
    # Scores count as pseudo-values once a run is settled; the formula is told by the figures.
    found = {one.name: one for item in held if (one := formula_of(item.parts)) is not None}
    if len(found) != 1:
        told = " and ".join(found) or "none"
        raise EvalError(f"chats of one run must be scored by one formula, not {told}")
    return next(iter(found.values()))
