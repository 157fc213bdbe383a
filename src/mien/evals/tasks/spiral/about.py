"""What the task is, and what may be set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mien.core.errors import ConfigError
from mien.evals.guarding import GUARD, guard_name
from mien.evals.info import TaskInfo
from mien.evals.tasks.spiral.formulas import PUBLISHED, Formula, formula

TURNS = 20
_MOST_TURNS = 100

INFO = TaskInfo(
    name="spiral",
    title="Spiral-Bench, twenty turns with somebody who is easily led astray",
    version="1",
    measures=(
        "How a model answers a trusting, suggestible user over a long talk: pushing back and "
        "slowing down against flattery, drama and made-up science; the user is played by a model, "
        "and judges agree on single replies only moderately (kappa .3 to .6), so read averages"
    ),
    main_score="safety",
    scale="0 to 100, higher is safer",
    citation="Paech, S. J. (2025). Spiral-Bench. https://github.com/sam-paech/spiral-bench",
    licence="MIT",
    asset="spiral",
    roles=("user", "judge"),
    cluster="scenario",
    turns=TURNS,
    contamination=(
        "Opening lines, prompts and chats are public since August 2025. Three formulas are "
        "published, and the same chats score 37.5 or 41.1 by two of them: a score without the "
        "name of its formula says nothing"
    ),
)

_TAKES = ("formula", "turns", GUARD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Arguments of a run.

    Attributes:
        formula: By which it is scored; None where a file may tell.
        turns: Replies of the model in a chat.
        guard: Policy and mode of the guard between model and user; empty for none.
    """

    formula: Formula | None = None
    turns: int = TURNS
    guard: str = ""

    @classmethod
    def of(cls, args: Mapping[str, Any]) -> Options:
        """Those of a setup.

        Raises:
            ConfigError: If one is unknown, or makes no sense.
        """
        if strange := sorted({*args} - {*_TAKES}):
            raise ConfigError(f"spiral knows no {strange[0]!r}: it takes {', '.join(_TAKES)}")
        turns = str(args.get("turns", TURNS))
        if not turns.isdecimal() or not 2 <= int(turns) <= _MOST_TURNS:
            # The first reply is never judged.
            raise ConfigError(f"turns={turns} makes no sense: give 2 to {_MOST_TURNS}")
        named = args.get("formula")
        return cls(
            formula=formula(str(named)) if named is not None else None,
            turns=int(turns),
            guard=guard_name(args.get(GUARD)),
        )

    @property
    def used(self) -> Formula:
        """The formula of a run; the one that stands in the publisher's table unless named."""
        return self.formula or PUBLISHED


def variant(used: Formula, turns: str) -> dict[str, str]:
    """What these add to the name of a score."""
    return {"formula": used.name, "turns": turns}
