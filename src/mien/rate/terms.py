"""Which terms besides strengths a set of judgements can tell from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien.rate.columns import Columns, Style
from mien.rate.design import Terms, design
from mien.rate.families import family

TOLERANCE = 1e-8
"""Eigenvalues below this part of the largest count as zero."""

NO_POSITION = (
    "position bias cannot be told from strength, since pairs were not shown in both orders: it is "
    "not corrected"
)
NO_FAVORS = (
    "favors of judges for families of models cannot be told from strength, since not every judge "
    "compared them all: they are not corrected"
)


def settled(
    columns: Columns, position: bool, styles: Sequence[Style], *, favors: bool = True
) -> tuple[Terms, tuple[str, ...]]:
    """The terms that these judgements can tell from strengths, and notes on those they cannot.

    Args:
        columns: Judgements.
        position: Whether to correct for place, if that can be told.
        styles: What to hold constant.
        favors: Whether to correct for favors, if there are several judges.
    """
    families = tuple(family(model) for model in columns.models)
    several = favors and len(columns.judges) > 1 and len(set(families)) > 1
    full = Terms(position, families if several else (), tuple(styles))
    notes = []
    if full.families and not _is_told(columns, full):
        full = Terms(position, (), tuple(styles))
        notes.append(NO_FAVORS)
    if position and not _is_told(columns, full):
        full = Terms(False, (), tuple(styles))
        notes.append(NO_POSITION)
    return full, tuple(notes)


def _is_told(columns: Columns, terms: Terms) -> bool:
    """Whether only the common level of all strengths is left open by the design."""
    made = design(columns, terms)
    weighted = made.matrix.multiply(made.n.sum(axis=1))
    values = np.linalg.eigvalsh((made.matrix.T @ weighted).toarray())
    return bool(values[1] > TOLERANCE * values[-1])
