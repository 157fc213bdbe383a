"""From strengths in logits to the numbers of a table."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mien.core.errors import EvalError
from mien.rate.bootstrap import Fitted, Range, around, half_widths
from mien.rate.columns import Floats

MIDDLE = 1000.0
ELO = 400.0 / math.log(10.0)
"""Points of a logit, so that 400 points are odds of ten to one, as in Elo's scale."""


class Anchor(NamedTuple):
    """A model that stands at a given place of the scale."""

    model: str
    value: float


class Scale(NamedTuple):
    """rating = offset + slope x strength.

    Attributes:
        offset: Rating of the mean strength.
        slope: Points of a logit.
        slope_range: What other scenarios would have made of it, from the anchors' own
            uncertainty; None without anchors, or where they may be alike.
        anchors: Which models it goes through, none or two.
    """

    offset: float
    slope: float
    slope_range: Range | None = None
    anchors: tuple[Anchor, ...] = ()

    def of(self, strength: float) -> float:
        """The rating of one strength."""
        return self.offset + self.slope * strength


PLAIN = Scale(MIDDLE, ELO)


def scale_through(anchors: Sequence[Anchor], models: Sequence[str], fitted: Fitted) -> Scale:
    """The scale on which two models have the ratings that they were published with.

    The map comes from the whole sample and is then held: intervals are those of strengths that
    sum to zero, so the anchors keep their own instead of pushing it into everyone else's.

    Raises:
        EvalError: If there are not two anchors among the models, or they stand the wrong way.
    """
    if not anchors:
        return PLAIN
    if len(anchors) != 2 or anchors[0].model == anchors[1].model:
        raise EvalError(f"a scale goes through two different anchors, not {len(anchors)}")
    low, high = sorted(anchors, key=lambda anchor: anchor.value)
    places = [_place(anchor.model, models) for anchor in (low, high)]
    apart = fitted.point[places[1]] - fitted.point[places[0]]
    points = high.value - low.value
    if apart <= 0 or points <= 0:
        raise EvalError(
            f"{high.model!r} is anchored above {low.model!r}, but these judgements put it no "
            "higher: choose anchors that lie well apart"
        )
    slope = points / float(apart)
    drawn = fitted.samples[places[1]] - fitted.samples[places[0]]
    ends = around(float(apart), float(half_widths(drawn[None, :], fitted.n_clusters)[0]))
    slopes = Range(points / ends.high, points / ends.low) if ends and ends.low > 0 else None
    offset = low.value - slope * float(fitted.point[places[0]])
    return Scale(offset, slope, slopes, (low, high))


def _place(model: str, models: Sequence[str]) -> int:
    if model in models:
        return list(models).index(model)
    near = difflib.get_close_matches(model, models, n=3, cutoff=0.4)
    hint = f"; near: {', '.join(map(repr, near))}" if near else ""
    raise EvalError(f"the anchor {model!r} is not among the rated models{hint}")


def spearman(one: Floats, other: Floats) -> float | None:
    """Spearman's rank correlation (1904), ties at their mean rank; None of a constant."""
    ranks = [_ranks(values) - (len(values) + 1) / 2.0 for values in (one, other)]
    size = math.sqrt(float(ranks[0] @ ranks[0]) * float(ranks[1] @ ranks[1]))
    return float(ranks[0] @ ranks[1]) / size if size > 0 else None


def _ranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2.0)[inverse], dtype=np.float64)


def shared(ladder: Mapping[str, float], models: Sequence[str]) -> list[int]:
    """Places of the models that a published ladder knows too."""
    return [i for i, model in enumerate(models) if model in ladder]
