"""What tables say of simulated users: how often they fell out of their role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mien.evals.result import ItemResult

PREFIX = "simulator_"
"""Begins the names of counts (`ItemResult.counts`) that are a simulated user's doing."""

TURNS = PREFIX + "turns"
"""Of the simulated user, in a talk; without it nothing is told."""


def notes(items: Iterable[ItemResult]) -> tuple[str, ...]:
    """A sentence on the simulated user's errors over a run, talks that broke on them included.

    >>> talk = ItemResult(item="a", cluster="a", score=5.0, counts={
    ...     "simulator_turns": 8, "simulator_out_of_role": 1, "model_repeated": 2})
    >>> notes([talk, talk])
    ('the simulated user erred in 16 turns: out of role 2',)
    """
    counts: Counter[str] = Counter()
    for item in items:
        for name, n in item.counts.items():
            if name.startswith(PREFIX):
                counts[name] += n
    turns = counts.pop(TURNS, 0)
    if not turns:
        return ()
    told = [
        f"{name.removeprefix(PREFIX).replace('_', ' ')} {n:,}"
        for name, n in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        if n
    ]
    return (f"the simulated user erred in {turns:,} turns: {', '.join(told) or 'never'}",)
