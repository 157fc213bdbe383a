"""What must hold of judgements before they are rated, and what must be said of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from mien.charts.numbers import count, listed
from mien.core.errors import EvalError
from mien.rate.bootstrap import Fitted, half_widths
from mien.rate.columns import Columns, Style
from mien.rate.connected import rated, require_connected
from mien.rate.families import bare
from mien.rate.judgement import Judgement
from mien.rate.table import NotRated
from mien.rate.tally import Tally, tally

SCRIPTED = "mien/"
"""How the names of Mien's scripted characters begin."""

LEAST_SHOWN = 20
"""Judgements from which it is no accident that all were won by the same side."""


def finite(
    judgements: Sequence[Judgement], columns: Columns
) -> tuple[list[Judgement], tuple[NotRated, ...]]:
    """The judgements between models that have a finite strength, and the models that have none.

    Raises:
        EvalError: If the models have no common scale, or none has a finite strength.
    """
    require_connected(columns)
    kept = rated(columns, [columns.share])
    names = {model for model, is_kept in zip(columns.models, kept, strict=True) if is_kept}
    if len(names) < 2:
        raise EvalError(
            "no two models have both a win and a loss between them, so none can be rated: "
            "judge more pairs"
        )
    inside = [j for j in judgements if j.first in names and j.second in names]
    lost = [model for model in columns.models if model not in names]
    counted = tally(judgements) if lost else {}
    return inside, tuple(_not_rated(model, counted[model]) for model in lost)


def _not_rated(model: str, counted: Tally) -> NotRated:
    what = "won" if counted.wins > counted.losses else "lost"
    if max(counted.wins, counted.losses) == counted.n:
        reason = f"{what} all its judgements, so how far it is from the others is unknown"
    else:
        reason = f"{what} every judgement against the rated models, or met none of them"
    return NotRated(model, counted.n, counted.wins, counted.ties, counted.losses, reason)


def require_places(columns: Columns) -> None:
    """Check that the two columns are places, not outcomes.

    Raises:
        EvalError: If one of them holds the winner throughout.
    """
    decided = columns.share[columns.share != 0.5]
    if len(decided) >= LEAST_SHOWN and (np.all(decided > 0.5) or np.all(decided < 0.5)):
        side = "first" if decided[0] > 0.5 else "second"
        raise EvalError(
            f"the {side} of the two wins all {len(decided)} decided judgements: if that column "
            "holds the winner and not the answer shown there, say --no-position"
        )


def names_told_apart(models: Iterable[str]) -> tuple[str, ...]:
    """A note on names that only a provider tells apart.

    Raises:
        EvalError: If names differ in capitals or spaces alone.
    """
    by_spelling, by_bare = defaultdict(list), defaultdict(list)
    for model in sorted(models):
        by_spelling["".join(model.split()).casefold()].append(model)
        by_bare[bare(model)].append(model)
    for same in by_spelling.values():
        if len(same) > 1:
            raise EvalError(
                f"duplicate model names: {listed([repr(name) for name in same])} differ in "
                "capitals or spaces alone: write one model in one way"
            )
    alike = [listed(names) for names in by_bare.values() if len(names) > 1]
    return tuple(f"taken for different models, though their names are alike: {a}" for a in alike)


def about_scripted(models: Iterable[str]) -> tuple[str, ...]:
    """A note on scripted characters, which are rated like models and are none."""
    scripted = sorted(model for model in models if model.startswith(SCRIPTED))
    if not scripted:
        return ()
    return (f"scripted characters, not models: {listed(scripted)}; their ratings mean nothing",)


def about_style(judgements: Sequence[Judgement], styles: Sequence[Style]) -> tuple[str, ...]:
    """Notes on styles that not every judgement has.

    Raises:
        EvalError: If none has it.
    """
    notes: list[str] = []
    for style in styles:
        missing = sum(getattr(j, style.value) is None for j in judgements)
        if missing == len(judgements):
            raise EvalError(f"no judgement says what the {style.value} of the answers is")
        if missing:
            notes.append(f"{missing:,} judgements without {style.value} count as equal in it")
    return tuple(notes)


def about_repeats(judgements: Iterable[Judgement]) -> tuple[str, ...]:
    """A note on judgements that look as if they had been given twice."""
    seen = Counter(
        (j.first, j.second, j.scenario, j.iteration, j.kind, j.judge, j.voter, j.group)
        for j in judgements
        if j.scenario
    )
    more = sum(n - 1 for n in seen.values())
    if not more:
        return ()
    what = count(more, "judgement repeats", "judgements repeat")
    return (
        f"{what} the models, their order, the scenario, the iteration and the judge of another: "
        "all count; number iterations, or give a log that grew only in its last state",
    )


def about_intervals(columns: Columns, fitted: Fitted, draws: int) -> tuple[str, ...]:
    """Notes on what intervals rest on, or why there are none."""
    if not fitted.has_intervals:
        what = count(columns.n_clusters, columns.clustered_by)
        return (f"no intervals: {what} cannot tell what others would say",)
    notes: list[str] = []
    if columns.clustered_by == "judgement":
        notes.append(
            "judgements count as independent, since neither scenario nor voter is recorded: "
            "intervals are too narrow"
        )
    n_models = len(columns.models)
    unsure = np.isnan(half_widths(fitted.samples[:n_models], fitted.n_clusters))
    if unsure.any():
        names = [name for name, is_unsure in zip(columns.models, unsure, strict=True) if is_unsure]
        notes.append(f"in too few {columns.clustered_by}s for an interval: {listed(names)}")
    if fitted.partial:
        notes.append(
            f"{fitted.partial} of {draws} resamples leave some model without a link to the others; "
            "it has no value in them"
        )
    return tuple(notes)
