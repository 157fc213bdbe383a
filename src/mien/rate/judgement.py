"""One comparison of two models, whoever made it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from mien.core.errors import EvalError

Margins: TypeAlias = tuple[tuple[str, float], ...]
"""Abilities with how clearly the model shown first had the better of it, -1 to 1, by name."""


class Sides(NamedTuple):
    """Something that was counted in both answers, such as characters."""

    first: float
    second: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """Which of two answers was preferred, and how clearly.

    Attributes:
        first: The model whose answer was shown first.
        second: The other one.
        share: Of the win that goes to the first: 1 won as clearly as can be, .5 tied, 0 lost.
        scenario: What both answered; judgements of one scenario are no independent evidence.
        kind: Of scenario; position bias differs between kinds.
        judge: The model that judged; empty if nobody said, or if people voted.
        voter: The person who voted; empty if a model judged.
        iteration: Which of several answers to the scenario.
        group: Of people it concerns, where liked and good for them are compared.
        good: The same share by what was better for the person; None where nobody said.
        both_bad: Whether the tie was one of two bad answers.
        abilities: Margins by ability, sorted by name.
        length: Of both answers, in characters or tokens.
        markdown: Headers, lists and bold passages in both.
    """

    first: str
    second: str
    share: float
    scenario: str = ""
    kind: str = ""
    judge: str = ""
    voter: str = ""
    iteration: str = ""
    group: str = ""
    good: float | None = None
    both_bad: bool = False
    abilities: Margins = ()
    length: Sides | None = None
    markdown: Sides | None = None

    def __post_init__(self) -> None:
        if not self.first or not self.second:
            raise EvalError("a judgement needs the names of two models")
        if self.first == self.second:
            raise EvalError(f"{self.first!r} is compared with itself")
        if not 0.0 <= self.share <= 1.0:
            raise EvalError(f"an outcome lies between 0 and 1, not at {self.share!r}")
        if self.good is not None and not 0.0 <= self.good <= 1.0:
            raise EvalError(f"an outcome lies between 0 and 1, not at {self.good!r}")


class Response(StrEnum):
    """What of a judgement is explained by the models' strengths."""

    MARGIN = "margin"
    WIN = "win"
    BLEND = "blend"

    def of(self, share: float) -> float:
        """The share of the win to explain.

        `margin` takes it as it was judged, `win` only who won, `blend` bends small margins up
        as EQ-Bench 3 did until May 2025.

        >>> Response.WIN.of(0.7), Response.MARGIN.of(0.7)
        (1.0, 0.7)
        """
        if self is Response.MARGIN or share == 0.5:
            return share
        ahead = share > 0.5
        bent = 1.0 if self is Response.WIN else _blend(abs(2.0 * share - 1.0))
        return 0.5 + bent / 2.0 if ahead else 0.5 - bent / 2.0


_BLEND_END = 0.11
"""Where the steep line of the blend has gone over into its curve."""


def _blend(margin: float) -> float:
    """EQ-Bench 3's bend of a margin 0-1 (release of 2025-04-29): 3 pluses of 30 give .437."""
    curve = (1.0 - math.exp(-3.0 * margin**0.75)) / (1.0 - math.exp(-3.0))
    x = min(1.0, margin / _BLEND_END)
    over = x * x * (3.0 - 2.0 * x)
    return min(1.0, (1.0 - over) * 5.0 * margin + over * curve)
