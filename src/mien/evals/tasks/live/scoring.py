"""The figures of a run from its items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien.evals.bench import Scored
from mien.evals.estimate import NAN, Estimate, mean
from mien.evals.result import ItemResult
from mien.evals.simulated import PREFIX, TURNS
from mien.evals.tasks.live.slips import KEPT_EARLY, Slip


def score(items: Sequence[ItemResult], planned: int) -> Scored:
    """The mean over people; abilities, traits, feelings and the simulator's errors beside it.

    A person who was talked to several times is one cluster.
    """
    held = [one for one in items if one.score is not None]
    parts = {name: _part(held, name) for name in _names(held)}
    parts |= dict(_slips(items))
    if not held:
        return Scored(Estimate(NAN), parts, f"none of {planned} talks could be scored")
    values = [one.score for one in held if one.score is not None]
    return Scored(mean(values, [one.cluster for one in held]), parts)


def _names(held: Sequence[ItemResult]) -> list[str]:
    return list(dict.fromkeys(name for one in held for name in one.parts))


def _part(held: Sequence[ItemResult], name: str) -> Estimate:
    having = [one for one in held if name in one.parts]
    return mean([one.parts[name] for one in having], [one.cluster for one in having])


def _slips(items: Sequence[ItemResult]) -> Iterator[tuple[str, Estimate]]:
    """Errors of the simulator per turn that it played, talks that broke on them included."""
    played = [one for one in items if one.counts.get(TURNS)]
    people = [one.cluster for one in played]
    for name in (*(slip.value for slip in Slip), KEPT_EARLY) if played else ():
        rates = [one.counts.get(PREFIX + name, 0) / one.counts[TURNS] for one in played]
        yield f"slips_{name}", mean(rates, people)
