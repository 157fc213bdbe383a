"""Rows and differences of a table, from a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mien.rate.bootstrap import Fitted, Range, around, half_widths
from mien.rate.columns import Floats
from mien.rate.groups import Differences, possible_ranks, rank_groups
from mien.rate.scale import Scale
from mien.rate.table import Difference, Row
from mien.rate.tally import Tally


def best_first(strength: Floats) -> list[int]:
    """Places of models from the best down; equal ones as they stand."""
    return [int(i) for i in np.argsort(-strength, kind="stable")]


def rows_of(
    counted: Mapping[str, Tally],
    models: Sequence[str],
    fitted: Fitted,
    scale: Scale,
    found: Differences,
) -> tuple[Row, ...]:
    """One row a model, best first, with shared ranks."""
    strength = fitted.point[: len(models)]
    halves = half_widths(fitted.samples[: len(models)], fitted.n_clusters)
    ranks, rows, rank = possible_ranks(strength, found.apart), [], 1
    for group in rank_groups(best_first(strength), found.apart):
        for i in group:
            ends, possible = around(float(strength[i]), halves[i]), ranks[i]
            rows.append(
                Row(
                    rank,
                    models[i],
                    scale.of(float(strength[i])),
                    None if ends is None else Range(scale.of(ends.low), scale.of(ends.high)),
                    float(strength[i]),
                    int(possible.low),
                    int(possible.high),
                    **counted[models[i]].counts(),
                )
            )
        rank += len(group)
    return tuple(rows)


def pairs_of(
    models: Sequence[str], strength: Floats, found: Differences, scale: Scale
) -> tuple[Difference, ...]:
    """All pairs, the better model first."""
    order = best_first(strength)
    return tuple(
        _pair(models, found, scale, i, j)
        for place, i in enumerate(order)
        for j in order[place + 1 :]
    )


def _pair(models: Sequence[str], found: Differences, scale: Scale, i: int, j: int) -> Difference:
    known, points = not np.isnan(found.p[i, j]), scale.slope
    value = points * float(found.value[i, j])
    return Difference(
        models[i],
        models[j],
        value,
        around(value, points * float(found.half[i, j])),
        float(found.p[i, j]) if known else None,
        float(found.holm[i, j]) if known else None,
        bool(found.apart[i, j]),
    )
