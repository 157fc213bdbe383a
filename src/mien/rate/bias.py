"""What the judge did regardless of the models: place, agreement with itself, halo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from mien.rate.bootstrap import Range
from mien.rate.judgement import Judgement

Z = 1.96


@dataclass(frozen=True, slots=True)
class OrderBias:
    """Judgements of one kind, by the places in which answers were shown.

    Attributes:
        kind: Of scenario.
        n: Judgements.
        ties: Of them undecided.
        both_bad: Of the ties: both answers were bad.
        first_wins: Share of decided judgements that the answer shown first won; None of none.
        pairs: Pairs of answers that were shown in both orders.
        agree: Share of those in which the same model won both times; None of none.
        first_twice: Pairs in which whoever was first won, both times.
        second_twice: The same for whoever was second.
    """

    kind: str
    n: int
    ties: int
    both_bad: int
    first_wins: float | None
    pairs: int
    agree: float | None
    first_twice: int
    second_twice: int

    @property
    def interval(self) -> Range | None:
        """95 % of the share of firsts (Wilson 1927), as if judgements were independent."""
        n, share = self.n - self.ties, self.first_wins
        if share is None:
            return None
        middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
        return Range(middle - half, middle + half)


@dataclass(frozen=True, slots=True)
class Halo:
    """How far criteria are one opinion.

    Attributes:
        n: Judgements with at least two criteria.
        all_agree: Share of them in which every criterion that took a side took the same.
    """

    n: int
    all_agree: float


def order_bias(judgements: Sequence[Judgement]) -> tuple[OrderBias, ...]:
    """One row a kind, then one over all if there are several kinds; any order of rows will do."""
    kinds = sorted({j.kind for j in judgements})
    rows = [_bias(kind, [j for j in judgements if j.kind == kind]) for kind in kinds]
    return tuple(rows if len(kinds) < 2 else [*rows, _bias("all", judgements)])


def halo(judgements: Iterable[Judgement]) -> Halo | None:
    """The halo of all judgements with several criteria, or None if there are none."""
    held = [[margin for _, margin in j.abilities] for j in judgements if len(j.abilities) > 1]
    if not held:
        return None
    alike = sum(all(m >= 0 for m in margins) or all(m <= 0 for m in margins) for margins in held)
    return Halo(len(held), alike / len(held))


def _bias(kind: str, judgements: Sequence[Judgement]) -> OrderBias:
    decided = [j.share > 0.5 for j in judgements if j.share != 0.5]
    ties = len(judgements) - len(decided)
    pairs = _both_orders(judgements)

    def times(holds: Callable[[float, float], bool]) -> int:
        return sum(holds(one, other) for one, other in pairs)

    agreeing = times(lambda one, other: _sign(one) == -_sign(other))
    return OrderBias(
        kind,
        len(judgements),
        ties,
        sum(j.both_bad for j in judgements),
        sum(decided) / len(decided) if decided else None,
        len(pairs),
        agreeing / len(pairs) if pairs else None,
        times(lambda one, other: one > 0.5 and other > 0.5),
        times(lambda one, other: one < 0.5 and other < 0.5),
    )


def _both_orders(judgements: Iterable[Judgement]) -> list[tuple[float, float]]:
    """Shares of whoever was first, of pairs of answers that were judged once in each order."""
    held: dict[tuple[str, ...], dict[bool, list[float]]] = defaultdict(lambda: defaultdict(list))
    for j in judgements:
        if j.scenario:
            one, other = sorted((j.first, j.second))
            who = j.judge or j.voter
            key = (one, other, j.scenario, j.iteration, j.kind, who)
            held[key][j.first == one].append(j.share)
    return [
        (orders[True][0], orders[False][0])
        for orders in held.values()
        if len(orders[True]) == 1 and len(orders[False]) == 1
    ]


def _sign(share: float) -> int:
    return (share > 0.5) - (share < 0.5)
