"""Who is shown beside whom: every pair of models on every scenario, in both orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from mien.core.errors import EvalError
from mien.evals.pairs.talks import Talk, Talks

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Showing:
    """Two talks as a judge sees them; one judgement.

    Attributes:
        first: Shown first.
        second: Shown after it.
    """

    first: Talk
    second: Talk

    @property
    def id(self) -> str:
        """Its name among all showings; Inspect uses it in paths, so it holds no slash."""
        one, other = (talk.model.replace("/", "_") for talk in (self.first, self.second))
        return f"{self.first.scenario} {self.first.epoch} {one} : {other}"

    @property
    def swapped(self) -> Showing:
        """The same two in the other order."""
        return Showing(self.second, self.first)


def showings(
    talks: Talks, *, against: Sequence[str] = (), limit: int | None = None
) -> tuple[Showing, ...]:
    """All judgements to make, each pair of talks in both orders, one after the other.

    Args:
        talks: Of all models.
        against: Compare the others with these models alone; empty for every pair.
        limit: Judgements at most: every pair then meets on evenly spaced scenarios, as EQ-Bench 3
            samples its own.

    Raises:
        EvalError: If there is nobody to compare, or `against` names a model without a run.
    """
    by_model: dict[str, dict[tuple[str, int], Talk]] = {name: {} for name in talks.models}
    for talk in talks.talks:
        by_model[talk.model][talk.scenario, talk.epoch] = talk
    pairs = _pairs(talks, against)
    met = [
        [(by_model[one][key], by_model[other][key]) for key in _common(by_model, one, other)]
        for one, other in pairs
    ]
    if limit is not None:
        each = max(1, limit // (2 * len(pairs)))
        met = [_spaced(several, each) for several in met]
    # Scenario by scenario, so that a run that is cut short has seen all pairs alike.
    rounds = max((len(several) for several in met), default=0)
    ordered = [several[i] for i in range(rounds) for several in met if i < len(several)]
    found = tuple(
        showing for one, other in ordered for showing in (Showing(one, other), Showing(other, one))
    )
    if not found:
        raise EvalError("the runs share no scenario that all answered: nothing can be compared")
    return found if limit is None else found[:limit]


def _pairs(talks: Talks, against: Sequence[str]) -> list[tuple[str, str]]:
    models = talks.models
    if len(models) < 2:
        raise EvalError(
            f"only {models[0]} has a run: name the logs of at least two models to compare"
        )
    for name in against:
        if name not in models:
            raise EvalError(f"there is no run of {name!r}: choose from {', '.join(models)}")
    return [
        pair for pair in combinations(models, 2) if not against or not set(against).isdisjoint(pair)
    ]


def _common(
    by_model: dict[str, dict[tuple[str, int], Talk]], one: str, other: str
) -> list[tuple[str, int]]:
    return sorted(by_model[one].keys() & by_model[other].keys())


def _spaced(entries: Sequence[Entry], n: int) -> list[Entry]:
    """As many entries, evenly spaced from the first to the last."""
    if n >= len(entries):
        return list(entries)
    if n == 1:
        return [entries[0]]
    step = (len(entries) - 1) / (n - 1)
    return [entries[round(i * step)] for i in range(n)]
