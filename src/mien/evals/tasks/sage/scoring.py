"""The figures of a run from its talks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mien.evals.bench import Scored
from mien.evals.estimate import NAN, Estimate, mean
from mien.evals.result import ItemResult
from mien.evals.tasks.sage.simulator import LEAST, MOST


def score(items: Sequence[ItemResult], planned: int) -> Scored:
    """The mean of the feelings at the end; shares of talks that succeeded and failed.

    A person who was talked to several times is one cluster.
    """
    held = [(one.score, one.cluster) for one in items if one.score is not None]
    if not held:
        return Scored(Estimate(NAN), {}, f"none of {planned} talks could be scored")
    values, clusters = [value for value, _ in held], [cluster for _, cluster in held]

    def share(is_so: Callable[[float], bool]) -> Estimate:
        return mean([float(is_so(value)) for value in values], clusters)

    parts = {
        "success": share(lambda value: value >= MOST),
        "failure": share(lambda value: value < LEAST),
    }
    return Scored(mean(values, clusters), parts)
