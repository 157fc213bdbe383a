"""From judgements to a table."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from mien.core.errors import EvalError
from mien.rate.abilities import profiles
from mien.rate.bias import halo, order_bias
from mien.rate.bootstrap import DRAWS, Draws, Fitted, Range, resample
from mien.rate.checks import (
    about_intervals,
    about_repeats,
    about_scripted,
    about_style,
    finite,
    names_told_apart,
    require_places,
)
from mien.rate.columns import Columns, Floats, Style
from mien.rate.connected import require_connected
from mien.rate.design import design
from mien.rate.effects import effects
from mien.rate.groups import differences
from mien.rate.judgement import Judgement, Response
from mien.rate.ladders import Ladder, require_same_judges
from mien.rate.liked import partings
from mien.rate.needs import scipy
from mien.rate.ranking import best_first, pairs_of, rows_of
from mien.rate.rows import LeftOut
from mien.rate.scale import Anchor, Scale, scale_through, shared, spearman
from mien.rate.sequential import Method, dependence, rate_in_order, shuffled
from mien.rate.table import Against, NotRated, Row, Sampling, Table
from mien.rate.tally import tally
from mien.rate.terms import settled

AS_IT_IS = Scale(0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Options:
    """How to rate.

    Attributes:
        method: How strengths are found.
        response: What of a judgement is explained.
        position: Whether to correct for the place in which answers were shown.
        styles: What to hold constant.
        draws: Resamples of the intervals.
        seed: Of the draws, and of the shuffles of ratings in order.
        anchors: Two models with their places on the scale, or none.
    """

    method: Method = Method.BRADLEY_TERRY
    response: Response = Response.MARGIN
    position: bool = True
    styles: tuple[Style, ...] = ()
    draws: int = DRAWS
    seed: int = 0
    anchors: tuple[Anchor, ...] = ()


def rate(
    judgements: Iterable[Judgement],
    options: Options | None = None,
    *,
    against: Ladder | None = None,
) -> Table:
    """The table of all models in `judgements`; by Bradley-Terry any order gives the same one.

    Args:
        judgements: Comparisons of two models.
        options: How to rate.
        against: A published ladder by the same judges; its anchors give the scale unless
            `options` has its own.

    Raises:
        EvalError: If there is nothing to rate, the models have no common scale, names differ
            in spelling alone, or the ladder is by another judge.
        MissingExtra: If SciPy is not installed.
    """
    scipy("sparse")
    held, options = list(judgements), options or Options()
    if not held:
        raise EvalError("nothing to rate: there is not one judgement")
    names = {name for j in held for name in (j.first, j.second)}
    notes = (*names_told_apart(names), *about_scripted(names), *about_repeats(held))
    judges = tuple(sorted({j.judge for j in held}))
    if against is not None:
        require_same_judges(against, judges, held)
        options = replace(options, anchors=against.anchored(options.anchors))
    table = _bradley_terry(held, options) if _is_fitted(options) else _in_order(held, options)
    table = replace(
        table,
        judges=judges,
        order_bias=order_bias(held),
        halo=halo(held),
        versions=_versions(),
        notes=(*notes, *table.notes),
    )
    return table if against is None else _beside(table, against)


def _is_fitted(options: Options) -> bool:
    return options.method is Method.BRADLEY_TERRY


def _bradley_terry(held: Sequence[Judgement], options: Options) -> Table:
    kept, not_rated = _kept(held, options)
    columns = Columns.of(kept, options.response, options.styles)
    terms, about_terms = settled(columns, options.position, options.styles)
    draws = Draws(columns.n_clusters, options.draws, options.seed)
    fitted = resample(design(columns, terms), draws)
    scale = scale_through(options.anchors, columns.models, fitted)
    found = differences(fitted, len(columns.models))
    about = (
        *about_style(kept, options.styles),
        *about_terms,
        *about_intervals(columns, fitted, options.draws),
    )
    by, n_clusters = columns.clustered_by, columns.n_clusters
    return Table(
        rows_of(tally(kept), columns.models, fitted, scale, found),
        not_rated,
        options.method,
        options.response,
        scale,
        options.styles,
        n=len(kept),
        left_out=_left_out(len(held) - len(kept)),
        sampling=Sampling(by, n_clusters, options.draws, fitted.partial, options.seed),
        differences=pairs_of(columns.models, fitted.point[: len(columns.models)], found, scale),
        effects=effects(columns, terms, fitted),
        abilities=profiles(kept, options.draws, options.seed),
        partings=partings(kept, options.response, terms, options.draws, options.seed),
        notes=about,
    )


def _kept(
    held: Sequence[Judgement], options: Options
) -> tuple[Sequence[Judgement], tuple[NotRated, ...]]:
    columns = Columns.of(held, options.response)
    if options.position:
        require_places(columns)
    return finite(held, columns)


def _in_order(held: Sequence[Judgement], options: Options) -> Table:
    """A table by Elo or TrueSkill: no biases are corrected, and every model has its own rank."""
    if options.styles:
        raise EvalError("styles are held constant by bradley-terry alone")
    columns = Columns.of(held, options.response)
    require_connected(columns)
    models = columns.models
    ratings = rate_in_order(options.method, held, models, options.response)
    spread = shuffled(options.method, held, models, options.response, options.seed)
    scale, ratings = _anchored(ratings, models, options.anchors)
    # Each shuffle stands on its own anchors, as it would if it were all there is.
    columns_of = [_anchored(column, models, options.anchors)[1] for column in spread.T]
    spread = np.column_stack(columns_of)
    note = (
        f"{options.method.value} takes judgements one after the other: their order moves this "
        "table, biases are not corrected, and ranges are spans over shuffles, not intervals"
    )
    return Table(
        _spans(held, models, ratings, spread),
        (),
        options.method,
        options.response,
        scale,
        n=len(held),
        order=dependence(spread),
        notes=(note,),
    )


def _anchored(
    ratings: Floats, models: Sequence[str], anchors: Sequence[Anchor]
) -> tuple[Scale, Floats]:
    if not anchors:
        return AS_IT_IS, ratings
    unsampled = Fitted(ratings, np.empty((len(models), 0)), 0, 0)
    scale = scale_through(anchors, models, unsampled)
    return scale, scale.offset + scale.slope * ratings


def _spans(
    held: Sequence[Judgement], models: Sequence[str], ratings: Floats, spread: Floats
) -> tuple[Row, ...]:
    counted, rows = tally(held), []
    for rank, i in enumerate(best_first(ratings), start=1):
        value = float(ratings[i])
        span = Range(min(value, float(spread[i].min())), max(value, float(spread[i].max())))
        counts = counted[models[i]].counts()
        rows.append(Row(rank, models[i], value, span, value, rank, rank, **counts))
    return tuple(rows)


def _left_out(n: int) -> tuple[LeftOut, ...]:
    return (LeftOut("with a model that is not rated", n),) if n else ()


def _beside(table: Table, ladder: Ladder) -> Table:
    rows = tuple(replace(row, published=ladder.ratings.get(row.model)) for row in table.rows)
    places = shared(ladder.ratings, [row.model for row in rows])
    if len(places) < 2:
        raise EvalError(f"{ladder.name} knows fewer than two of these models: nothing to compare")
    ours: Floats = np.array([rows[i].rating for i in places])
    theirs: Floats = np.array([ladder.ratings[rows[i].model] for i in places])
    against = Against(
        ladder.name,
        ladder.judges,
        len(places),
        spearman(ours, theirs),
        float(np.mean(np.abs(ours - theirs))),
    )
    return replace(table, rows=rows, against=against)


def _versions() -> tuple[tuple[str, str], ...]:
    found = [("python", platform.python_version())]
    for package in ("mien", "numpy", "scipy"):
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            found.append((package, "not installed"))
    return tuple(found)
