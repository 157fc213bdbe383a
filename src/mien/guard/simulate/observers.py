"""Observers for simulations: as careful readers would judge, or as a detector of stated quality."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from mien.guard.observation import Observation, Quote, side_of
from mien.guard.signals import Side, Signal, of_side
from mien.guard.simulate.users import User
from mien.timeline import Turn

_RAISED = 0.5
_LOUDEST = 0.95
"""A false hit is as sure of itself as a right one."""


class Written:
    """Gives what a script says that careful readers see; perhaps with a detector's faults.

    Args:
        user: Whose script.
        recall: The chance that a signal which is there is seen.
        false_hits: The chance, a turn and signal, that one is seen which is not there.
        seed: Of chance; the same gives the same.
    """

    def __init__(
        self, user: User, *, recall: float = 1.0, false_hits: float = 0.0, seed: str = "0"
    ) -> None:
        self._user, self._recall, self._false_hits, self._seed = user, recall, false_hits, seed

    @property
    def name(self) -> str:
        """Name and version, with the quality that is simulated."""
        return f"written-v1(recall={self._recall:g},false_hits={self._false_hits:g})"

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """The signals of the last turn."""
        turn = turns[-1]
        side = side_of(turn) or Side.USER
        # One stream of chance a turn, so that an observation does not depend on those before it.
        chance = random.Random(f"{self._seed}/{self._user.name}/{turn.index}")  # noqa: S311
        there = self._user.shows.get(turn.index, {})
        signals = {one: p for one in of_side(side) if (p := self._seen(there, one, chance)) > 0}
        raised = frozenset(one for one, p in signals.items() if p >= _RAISED)
        level = self._user.levels.get(turn.index, 1) if Signal.CRISIS in raised else 0
        return Observation(
            turn=turn.index,
            side=side,
            signals=signals,
            raised=raised,
            quotes={one: Quote(0, len(turn.text)) for one in signals if one in raised},
            level=level,
            by=self.name,
        )

    def _seen(self, there: Mapping[Signal, float], signal: Signal, chance: random.Random) -> float:
        drawn, how_loud = chance.random(), chance.uniform(_RAISED, _LOUDEST)
        p = there.get(signal, 0.0)
        if p >= _RAISED:
            return p if drawn < self._recall else 0.0
        return how_loud if drawn < self._false_hits else p


class Kept:
    """Gives observations that were made before, so that many policies see the same.

    Args:
        seen: By index of the turn.
        name: Of who made them.
    """

    def __init__(self, seen: Mapping[int, Observation], name: str) -> None:
        self._seen, self.name = seen, name

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """The observation of the last turn."""
        return self._seen[turns[-1].index]
