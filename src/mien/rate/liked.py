"""Being liked and being good for the person, rated apart, and where they part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mien.core.errors import EvalError
from mien.rate.bootstrap import Draws, Fitted, Range, around, half_widths, resample, spread
from mien.rate.columns import Columns, Style
from mien.rate.connected import rated, require_connected
from mien.rate.design import Terms, design
from mien.rate.groups import ALPHA, chance, holm_corrected
from mien.rate.judgement import Judgement, Response
from mien.rate.scale import ELO, spearman
from mien.rate.terms import settled

EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Parting:
    """One model by both outcomes, in points of Elo's scale around 0.

    Attributes:
        model: Its name.
        liked: Its rating by what people preferred.
        good: Its rating by what was better for them.
        apart: The first minus the second: above 0 it is better liked than good.
        range: Paired 95 % interval of that.
        parts: Whether it differs from 0 after correction for all models of the group.
    """

    model: str
    liked: float
    good: float
    apart: float
    range: Range | None
    parts: bool


@dataclass(frozen=True, slots=True)
class GroupParting:
    """All models as one group of people has it.

    Attributes:
        group: Its name, or `everyone`.
        n: Judgements of it with both outcomes.
        spearman: Rank correlation of the two ratings; None without models.
        models: From those that are most better liked than good to the opposite.
        note: Why there are none, or who could not be rated.
    """

    group: str
    n: int
    spearman: float | None
    models: tuple[Parting, ...]
    note: str = ""


def partings(
    judgements: Sequence[Judgement],
    response: Response,
    terms: Terms,
    draws: int,
    seed: int,
) -> tuple[GroupParting, ...]:
    """Everyone, then each group; nothing where no judgement says what is good.

    Both outcomes are fitted to the same judgements with the same terms and the same resamples,
    so that a difference is theirs and not the sample's.

    Args:
        judgements: Of any kind; those without both outcomes are passed over.
        response: What of an outcome is explained.
        terms: Besides strengths; favors of judges are left out, for groups are small.
        draws: Resamples of scenarios.
        seed: Of the draws.
    """
    both = [j for j in judgements if j.good is not None]
    groups = sorted({j.group for j in both if j.group})
    held = [(EVERYONE, both)] if both else []
    held += [(group, [j for j in both if j.group == group]) for group in groups]
    return tuple(_parting(name, rows, response, terms, draws, seed) for name, rows in held)


def _parting(
    group: str,
    judgements: Sequence[Judgement],
    response: Response,
    terms: Terms,
    draws: int,
    seed: int,
) -> GroupParting:
    styles: tuple[Style, ...] = terms.styles
    columns = Columns.of(judgements, response, styles)
    try:
        require_connected(columns)
    except EvalError as error:
        return GroupParting(group, len(judgements), None, (), str(error))
    kept = rated(columns, [columns.share, columns.good])
    names = {model for model, is_kept in zip(columns.models, kept, strict=True) if is_kept}
    lost = sorted(set(columns.models) - names)
    note = f"won or lost everything by one of the two, so not rated: {', '.join(lost)}"
    if len(names) < 2:
        return GroupParting(group, len(judgements), None, (), note)
    inside = [j for j in judgements if j.first in names and j.second in names]
    columns = Columns.of(inside, response, styles)
    own, notes = settled(columns, terms.position, styles, favors=False)
    paired = Draws(columns.n_clusters, draws, seed)
    fits = [
        resample(design(columns, own, share), paired) for share in (columns.share, columns.good)
    ]
    found = _compare(columns.models, *fits)
    strengths = [fit.point[: len(columns.models)] for fit in fits]
    told = "; ".join([note, *notes] if lost else notes)
    return GroupParting(group, len(judgements), spearman(*strengths), found, told)


def _compare(models: Sequence[str], liked: Fitted, good: Fitted) -> tuple[Parting, ...]:
    n = len(models)
    value = ELO * (liked.point - good.point)[:n]
    samples = ELO * (liked.samples - good.samples)[:n]
    halves = half_widths(samples, liked.n_clusters)
    parts = np.zeros(n, dtype=bool)
    if liked.has_intervals:
        parts = holm_corrected(chance(value, spread(samples), liked.n_clusters)) <= ALPHA
    found = [
        Parting(
            model,
            float(ELO * liked.point[i]),
            float(ELO * good.point[i]),
            float(value[i]),
            around(float(value[i]), halves[i]),
            bool(parts[i]),
        )
        for i, model in enumerate(models)
    ]
    return tuple(sorted(found, key=lambda parting: (-parting.apart, parting.model)))
