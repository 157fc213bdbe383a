"""What running a task on a model came to, beside what was planned."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mien.evals.bench import Scored
from mien.evals.result import Result
from mien.evals.running.planning import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What running a task on one model came to.

    Attributes:
        log: Where its log is.
        result: What the log holds.
        scored: Its figures.
        plan: What was planned.
        seconds: It took, this time.
        kept: Samples that an earlier run had finished.
        replaced: The earlier log that this one holds whole, and that was deleted for it.
    """

    log: Path
    result: Result
    scored: Scored
    plan: Plan
    seconds: float = 0.0
    kept: int = 0
    replaced: Path | None = None

    def notes(self) -> list[str]:
        """Whatever a reader must know beside the figure, in sentences."""
        found = []
        if self.result.is_scripted:
            found.append("scripted characters took part: this is no score of any model")
        faults = Counter(one.fault for one in self.result.items if one.fault is not None)
        unscored = sum(one.score is None for one in self.result.items)
        missing = self.result.planned - len(self.result.items)
        if unscored or missing:
            found.append(
                f"{unscored + missing:,} of {self.result.planned:,} samples are without a score"
            )
        found += [f"{n:,} {fault.value}" for fault, n in faults.most_common()]
        return [*found, *self.result.notes]

    def to_dict(self) -> dict[str, Any]:
        """For JSON; a figure that is not there is null."""
        main, told = self.scored.main, self.result
        return {
            "task": told.task,
            "name": told.name,
            "model": told.model,
            "roles": dict(told.roles),
            "score": _number(main.value),
            "se": _number(main.se),
            "ci": [_number(main.low), _number(main.high)],
            "n": main.n,
            "planned": told.planned,
            "parts": {name: _number(part.value) for name, part in self.scored.parts.items()},
            "why_none": self.scored.why_none,
            "is_scripted": told.is_scripted,
            "notes": self.notes(),
            "usage": {role: asdict(used) for role, used in told.usage.items()},
            "plan": self.plan.to_dict(),
            "seconds": round(self.seconds, 1),
            "kept": self.kept,
            "log": str(self.log),
        }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
