"""Who moves whom: what one person's valence does to another's, beyond that one's own course.

For every ordered pair, with turns of B that follow turns of A:

    v_B(t) = a v_B(t - 1) + b v_A(before t) + c

`b` is drawn toward 0 as if there were a few more exchanges without effect. It is set beside the `b`
of the same turns of A in shuffled order: what remains is more than two moods of one evening. That
one moves the other is still an assumption; both may follow a third thing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mien.moments.moment import Moment, MovedBy

ENOUGH = 12
"""Exchanges before anything is told."""

WINDOW = 200
"""Exchanges that are looked back over."""

_SHUFFLES = 99  # at every turn
_MANY = 999  # for a summary, once
_SHRINK = 4.0  # exchanges without effect that are added
_RESAMPLES = 400
_SEED = 1

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """What one person's valence does to another's.

    Attributes:
        source: Name of the file, stream or chat.
        of: Who moves.
        on: Who is moved.
        effect: Change of valence per unit of theirs; shrunk.
        low: Lower end of its 95 % interval, by resampling exchanges.
        high: Upper end.
        p: Chance of an effect as far from 0 among shuffled turns.
        n: Exchanges.
    """

    source: str
    of: str
    on: str
    effect: float
    low: float
    high: float
    p: float
    n: int


@dataclass(slots=True)
class _Pair:
    """Exchanges: the one's valence, the other's before, and the other's now."""

    rows: deque[tuple[float, float, float]] = field(default_factory=lambda: deque(maxlen=WINDOW))


class Contagion:
    """The exchanges of one source, in order of time."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, int | None]] = {}
        self._speaker: str | None = None
        self._pairs: dict[tuple[str, str], _Pair] = {}

    def push(self, person: str, valence: float, turn: int | None) -> tuple[MovedBy, ...]:
        """Who moved this person now: the one who was seen just before, if there is enough to go by.

        Args:
            person: Who is seen.
            valence: Theirs, -1 to 1.
            turn: Theirs, or None.
        """
        moved: tuple[MovedBy, ...] = ()
        other = self._speaker
        if other is not None and other != person and person in self._last:
            pair = self._pairs.setdefault((other, person), _Pair())
            theirs, at = self._last[other]
            pair.rows.append((theirs, self._last[person][0], valence))
            moved = _moved(pair, other, theirs, at)
        self._last[person] = (valence, turn)
        self._speaker = person
        return moved

    def influences(self, source: str) -> list[Influence]:
        """Every pair with enough exchanges, the clearest first."""
        found = [
            _influence(source, of, on, np.array(pair.rows))
            for (of, on), pair in self._pairs.items()
            if len(pair.rows) >= ENOUGH
        ]
        return sorted(found, key=lambda one: one.p)


def influences(moments: Iterable[Moment]) -> list[Influence]:
    """Who moved whom, for every pair with at least a dozen exchanges, the clearest first."""
    sources: dict[str, Contagion] = {}
    for moment in moments:
        if moment.person is not None and moment.valence is not None and moment.is_told:
            contagion = sources.setdefault(moment.source, Contagion())
            contagion.push(moment.person, moment.valence, _last(moment.turns))
    return [one for name, contagion in sources.items() for one in contagion.influences(name)]


def _last(turns: tuple[int, ...]) -> int | None:
    return turns[-1] if turns else None


def _moved(pair: _Pair, other: str, theirs: float, turn: int | None) -> tuple[MovedBy, ...]:
    if len(pair.rows) < ENOUGH:
        return ()
    one, after = _beyond(np.array(pair.rows))
    slope = _slope(one, after)
    effect = slope * (theirs - float(np.mean([row[0] for row in pair.rows])))
    p = 1.0 - _by_chance(one, after, slope, _SHUFFLES)
    return (MovedBy(person=other, turn=turn, effect=effect, p=p),)


def _influence(source: str, of: str, on: str, rows: Array) -> Influence:
    one, after = _beyond(rows)
    slope = _slope(one, after)
    rng = np.random.default_rng(_SEED)
    drawn = [rows[rng.integers(len(rows), size=len(rows))] for _ in range(_RESAMPLES)]
    low, high = np.quantile([_slope(*_beyond(again)) for again in drawn], [0.025, 0.975])
    return Influence(
        source=source,
        of=of,
        on=on,
        effect=slope,
        low=float(low),
        high=float(high),
        p=_by_chance(one, after, slope, _MANY),
        n=len(rows),
    )


def _beyond(rows: Array) -> tuple[Array, Array]:
    """The one's valence and the other's after it, both without what the other's before explains."""
    known = np.column_stack([rows[:, 1], np.ones(len(rows))])
    both = rows[:, [0, 2]]
    fit, *_ = np.linalg.lstsq(known, both, rcond=None)
    left = both - known @ fit
    return left[:, 0], left[:, 1]


def _slope(one: Array, after: Array) -> float:
    square = float(one @ one)
    shrunk = square * (1 + _SHRINK / len(one))
    return float(one @ after) / shrunk if square > 1e-9 else 0.0


def _by_chance(one: Array, after: Array, slope: float, shuffles: int) -> float:
    square = float(one @ one)
    if square <= 1e-9:
        return 1.0
    slopes = one[_orders(len(one), shuffles)] @ after / (square * (1 + _SHRINK / len(one)))
    return float((1 + (np.abs(slopes) >= abs(slope) - 1e-12).sum()) / (shuffles + 1))


@lru_cache(maxsize=4)
def _orders(n: int, shuffles: int) -> NDArray[np.int64]:
    # The window of a long talk stays full, so that the same orders are asked for at every turn.
    rng = np.random.default_rng(_SEED)
    return rng.permuted(np.tile(np.arange(n), (shuffles, 1)), axis=1)
