"""What was counted of each model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mien.rate.judgement import Judgement


@dataclass(slots=True)
class Tally:
    """Counts of one model, filled judgement by judgement; see `Row` for what they mean."""

    n: int = 0
    shown_first: int = 0
    wins: int = 0
    ties: int = 0
    losses: int = 0
    both_bad: int = 0
    met: set[str] = field(default_factory=set)
    scenarios: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)

    def add(self, judgement: Judgement, other: str, share: float) -> None:
        """Count one judgement, of which this model got `share`."""
        self.n += 1
        self.wins += share > 0.5
        self.ties += share == 0.5
        self.losses += share < 0.5
        self.both_bad += judgement.both_bad
        self.met.add(other)
        self.runs.add(judgement.iteration)
        if judgement.scenario:
            self.scenarios.add(judgement.scenario)

    def counts(self) -> dict[str, int]:
        """All counts by the names that `Row` has for them."""
        return {
            "n": self.n,
            "shown_first": self.shown_first,
            "wins": self.wins,
            "ties": self.ties,
            "losses": self.losses,
            "both_bad": self.both_bad,
            "opponents": len(self.met),
            "scenarios": len(self.scenarios),
            "runs": len(self.runs),
        }


def tally(judgements: Iterable[Judgement]) -> dict[str, Tally]:
    """The counts of every model."""
    counted: dict[str, Tally] = {}
    for j in judgements:
        for model in (j.first, j.second):
            if model not in counted:
                counted[model] = Tally()
        counted[j.first].add(j, j.second, j.share)
        counted[j.second].add(j, j.first, 1.0 - j.share)
        counted[j.first].shown_first += 1
    return counted
