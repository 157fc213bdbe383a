"""The figures of a run from its items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien.evals.bench import Scored
from mien.evals.estimate import NAN, Estimate, mean
from mien.evals.result import ItemResult
from mien.evals.tasks.live.slips import Slip

_SIMULATED = "simulated_turns"


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
    played = [one for one in items if one.counts.get(_SIMULATED)]
    if not played:
        return
    people = [one.cluster for one in played]
    for slip in Slip:
        rates = [one.counts.get(slip.value, 0) / one.counts[_SIMULATED] for one in played]
        yield f"slips_{slip.value}", mean(rates, people)
    kept = [one.counts.get("kept_early", 0) / one.counts[_SIMULATED] for one in played]
    yield "slips_kept_early", mean(kept, people)
