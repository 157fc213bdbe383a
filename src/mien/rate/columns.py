"""Judgements as sorted columns of numbers, the same whatever order they came in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.rate.judgement import Judgement, Response, Sides

Codes: TypeAlias = NDArray[np.intp]
Floats: TypeAlias = NDArray[np.float64]


class Style(StrEnum):
    """What may sway a judge besides the content, and can be held constant."""

    LENGTH = "length"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Columns:
    """One row a judgement, in an order that depends on the rows alone.

    Sums of floating-point numbers depend on their order; sorted once, every sum downstream is
    the same to the last bit under any shuffle of the input.

    Attributes:
        models: Names, sorted; `first` and `second` are places in it, shape (n,).
        kinds: Of scenarios, sorted; `kind` are places in it.
        judges: Names, sorted; `judge` are places in it.
        cluster: Number of the scenario or voter of each row, shape (n,).
        n_clusters: How many there are.
        clustered_by: What the clusters are: `scenario`, `voter` or `judgement`.
        share: Of the win that goes to the first, as the response has it, shape (n,).
        good: The same by what is good for the person, NaN where unknown, shape (n,).
        styles: Standardized differences between the answers, shape (n, styles).
        unstyled: Rows in which a style was not recorded, taken for equal.
    """

    models: tuple[str, ...]
    kinds: tuple[str, ...]
    judges: tuple[str, ...]
    first: Codes
    second: Codes
    kind: Codes
    judge: Codes
    cluster: Codes
    n_clusters: int
    clustered_by: str
    share: Floats
    good: Floats
    styles: Floats
    unstyled: int = 0

    @classmethod
    def of(
        cls, judgements: Sequence[Judgement], response: Response, styles: Sequence[Style] = ()
    ) -> Columns:
        """The columns of `judgements`, in any order."""
        first_names, second_names = [j.first for j in judgements], [j.second for j in judgements]
        models = tuple(sorted({*first_names, *second_names}))
        place = {name: i for i, name in enumerate(models)}
        kinds, kind = _coded([j.kind for j in judgements])
        judges, judge = _coded([j.judge for j in judgements])
        first = np.array([place[name] for name in first_names], dtype=np.intp)
        second = np.array([place[name] for name in second_names], dtype=np.intp)
        share = _explained([j.share for j in judgements], response)
        good = _explained([j.good for j in judgements], response)
        scenarios, scenario = _coded([j.scenario for j in judgements])
        voters, voter = _coded([j.voter for j in judgements])
        raw = np.empty((len(judgements), len(styles)))
        for i, style in enumerate(styles):
            raw[:, i] = [_apart(j, style) for j in judgements]
        order = np.lexsort([*raw.T, good, share, judge, voter, scenario, kind, second, first])
        by, cluster, n_clusters = _clusters(scenarios, scenario[order], voters, voter[order])
        return cls(
            models,
            kinds,
            judges,
            first[order],
            second[order],
            kind[order],
            judge[order],
            cluster,
            n_clusters,
            by,
            share[order],
            good[order],
            _standardized(raw[order]),
            int(np.isnan(raw).any(axis=1).sum()),
        )

    def where(self, kept: NDArray[np.bool_]) -> Columns:
        """The rows where `kept` is true, with the same names and clusters."""
        rows = ("first", "second", "kind", "judge", "cluster", "share", "good", "styles")
        chosen = {name: getattr(self, name)[kept] for name in rows}
        rest = {
            name: getattr(self, name) for name in Columns.__dataclass_fields__ if name not in rows
        }
        return Columns(**rest, **chosen)


def _explained(shares: Sequence[float | None], response: Response) -> Floats:
    """What the response makes of each share; NaN where there is none."""
    held = np.array(shares, dtype=np.float64)
    different, place = np.unique(held, return_inverse=True)
    return np.array([s if np.isnan(s) else response.of(float(s)) for s in different])[place]


def _coded(values: Iterable[str]) -> tuple[tuple[str, ...], Codes]:
    held = list(values)
    names = tuple(sorted(set(held)))
    place = {name: i for i, name in enumerate(names)}
    return names, np.array([place[value] for value in held], dtype=np.intp)


def _clusters(
    scenarios: tuple[str, ...], scenario: Codes, voters: tuple[str, ...], voter: Codes
) -> tuple[str, Codes, int]:
    """By scenario or voter, whichever of those that were recorded has fewer: it ties more rows."""
    named = [
        (len(names), by, codes, names)
        for by, codes, names in (("scenario", scenario, scenarios), ("voter", voter, voters))
        if names != ("",)
    ]
    if not named:
        return "judgement", np.arange(len(scenario), dtype=np.intp), len(scenario)
    n, by, codes, names = min(named, key=lambda entry: entry[:2])
    unnamed = codes == names.index("") if "" in names else np.zeros(len(codes), dtype=bool)
    # Rows without a name stand for themselves.
    own = n + np.cumsum(unnamed) - 1
    compact = np.unique(np.where(unnamed, own, codes), return_inverse=True)
    return by, np.asarray(compact[1], dtype=np.intp), len(compact[0])


def _apart(judgement: Judgement, style: Style) -> float:
    """How much more of it the first answer has, -1 to 1; NaN where it was not recorded."""
    sides: Sides | None = getattr(judgement, style.value)
    if sides is None:
        return float("nan")
    both = sides.first + sides.second
    return (sides.first - sides.second) / both if both > 0 else 0.0


def _standardized(values: Floats) -> Floats:
    """Divided by their root mean square; 0 stays 0, since equal answers give no advantage."""
    if values.size == 0:
        return values
    known = np.nan_to_num(values)
    spread = np.sqrt((known**2).mean(axis=0))
    return np.asarray(known / np.where(spread > 0, spread, 1.0))
