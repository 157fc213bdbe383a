"""What a simulated person can feel, and how fast that may change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import fmean
from typing import NamedTuple

CLUSTERS: Mapping[str, tuple[str, ...]] = {
    "connection": (
        "trusting",
        "respect",
        "safe",
        "understood",
        "engaged",
        "curious",
        "motivated",
        "vulnerable",
    ),
    "distress": ("anxious", "overwhelmed", "distressed", "sad", "ashamed", "insecure"),
    "guarded": ("defensive", "resistant", "oppositional", "paranoid"),
    "anger": ("angry", "irritated", "frustrated"),
}
"""The 21 feelings of EQ-Bench 4 in its four clusters."""

FEELINGS = tuple(feeling for cluster in CLUSTERS.values() for feeling in cluster)
PROGRESS = "progress_on_core_issue"
KEYS = (*FEELINGS, PROGRESS)

LOWEST, HIGHEST = 0.0, 10.0
FASTEST = 2.0
"""A feeling moves by no more than this between two replies."""

_OPENNESS = ("trusting", "safe", "understood")


class Moved(NamedTuple):
    """A felt state after a turn, and what had to be put right in the simulator's numbers.

    Attributes:
        state: In range, and near the one before.
        out_of_range: Values below 0 or above 10, no numbers, or missing.
        jumps: Values that moved faster than a person's feelings do.
    """

    state: dict[str, float]
    out_of_range: int
    jumps: int


def moved(before: Mapping[str, float], told: Mapping[str, object]) -> Moved:
    """The next felt state from the numbers that a simulator gave.

    What is missing or is no number stays as it was; what is out of range or too far away is moved
    to the nearest value that is allowed.
    """
    state, out_of_range, jumps = {}, 0, 0
    for key in KEYS:
        old, new = before[key], _number(told.get(key))
        if new is None or not LOWEST <= new <= HIGHEST:
            out_of_range += 1
        if new is not None and abs(min(max(new, LOWEST), HIGHEST) - old) > FASTEST:
            jumps += 1
        wanted = old if new is None else min(max(new, LOWEST), HIGHEST)
        state[key] = round(min(max(wanted, old - FASTEST), old + FASTEST), 3)
    return Moved(state, out_of_range, jumps)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def openness(state: Mapping[str, float]) -> float:
    """How ready someone is to tell what is not easily told: mean of trusting, safe, understood."""
    return fmean(state[feeling] for feeling in _OPENNESS)


def change(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """How much each cluster of feelings, and progress, has risen."""
    rise = {
        name: fmean(after[feeling] - before[feeling] for feeling in cluster)
        for name, cluster in CLUSTERS.items()
    }
    return {**rise, "progress": after[PROGRESS] - before[PROGRESS]}
