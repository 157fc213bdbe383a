"""The design of the model: which strengths and biases stand behind each judgement.

    logit P(first wins) = strength[first] - strength[second] + position[kind, judge]
                          + favor[judge, family of first] - favor[judge, family of second]
                          + style[kind] x difference in style

Judgements with one and the same right side are one cell; only cells are fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from mien.rate.columns import Codes, Columns, Floats, Style
from mien.rate.needs import scipy


class Term(NamedTuple):
    """A number besides the strengths.

    Attributes:
        what: `position`, `favor` or the name of a style.
        kind: Of scenario, empty for a favor.
        judge: Whose it is, empty for a style.
        family: Of models, of a favor.
    """

    what: str
    kind: str = ""
    judge: str = ""
    family: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What enters besides the strengths.

    Attributes:
        position: Whether the one shown first has an advantage or a disadvantage.
        families: Family of each model, or empty for no favors.
        styles: Names of the columns of styles.
    """

    position: bool = True
    families: tuple[str, ...] = ()
    styles: tuple[Style, ...] = ()


@dataclass(frozen=True, slots=True)
class Design:
    """Cells and what they are made of.

    Attributes:
        models: Names; the first columns of the matrix are their strengths.
        terms: What the other columns are.
        matrix: Sparse, shape (cells, models + terms).
        n: Judgements in each cell by cluster, sparse, shape (cells, clusters).
        wins: Sum of their shares, sparse, shape (cells, clusters).
        pairs: Judgements of each pair of models by cluster, sparse, shape (pairs, clusters).
        links: The two models of each pair, shape (pairs, 2).
    """

    models: tuple[str, ...]
    terms: tuple[Term, ...]
    matrix: Any
    n: Any
    wins: Any
    pairs: Any
    links: Codes


def design(columns: Columns, terms: Terms, share: Floats | None = None) -> Design:
    """The cells of `columns`.

    Args:
        columns: Sorted judgements.
        terms: What enters besides the strengths.
        share: Outcome of each row in place of `columns.share`, shape (n,).
    """
    keys = [columns.first, columns.second, columns.kind, columns.judge]
    keys += [_codes(columns.styles[:, i]) for i in range(len(terms.styles))]
    cell, representative = _cells(keys)
    shares = columns.share if share is None else share
    rows = _Rows(columns, representative)
    matrix, named = _matrix(rows, terms)
    low, high = np.minimum(columns.first, columns.second), np.maximum(columns.first, columns.second)
    pair, of_pair = _cells([low, high])
    ones = np.ones(len(shares))
    return Design(
        columns.models,
        named,
        matrix,
        _by_cluster(columns, cell, ones),
        _by_cluster(columns, cell, shares),
        _by_cluster(columns, pair, ones),
        np.column_stack([low, high])[of_pair],
    )


def _by_cluster(columns: Columns, group: Codes, values: Floats) -> Any:
    """Sums of `values` by group and cluster, sparse, shape (groups, clusters)."""
    slot, inverse = np.unique(group * columns.n_clusters + columns.cluster, return_inverse=True)
    sums = np.bincount(inverse, weights=values)
    place = np.divmod(slot, columns.n_clusters)
    shape = (int(group.max()) + 1, columns.n_clusters)
    return scipy("sparse").csr_matrix((sums, place), shape=shape)


class _Rows:
    """What the cells have in common with their judgements."""

    def __init__(self, columns: Columns, chosen: Codes) -> None:
        self.columns = columns
        self.first, self.second = columns.first[chosen], columns.second[chosen]
        self.kind, self.judge = columns.kind[chosen], columns.judge[chosen]
        self.styles = columns.styles[chosen]

    def __len__(self) -> int:
        return len(self.first)


class _Entries(NamedTuple):
    """Numbers of a sparse matrix: where they are and what they are."""

    rows: Codes
    columns: Codes
    values: Floats


def _matrix(rows: _Rows, terms: Terms) -> tuple[Any, tuple[Term, ...]]:
    n_models, every = len(rows.columns.models), np.arange(len(rows), dtype=np.intp)
    one = np.ones(len(rows))
    parts = [_Entries(every, rows.first, one), _Entries(every, rows.second, -one)]
    named: list[Term] = []
    for make in (_positions, _favors, _styles):
        entries, new = make(rows, terms)
        parts += [e._replace(columns=e.columns + n_models + len(named)) for e in entries]
        named += new
    where = np.concatenate([p.rows for p in parts]), np.concatenate([p.columns for p in parts])
    values = np.concatenate([p.values for p in parts])
    shape = (len(rows), n_models + len(named))
    return scipy("sparse").csr_matrix((values, where), shape=shape), tuple(named)


def _positions(rows: _Rows, terms: Terms) -> tuple[list[_Entries], list[Term]]:
    if not terms.position:
        return [], []
    kinds, judges = rows.columns.kinds, rows.columns.judges
    seen, column = np.unique(rows.kind * len(judges) + rows.judge, return_inverse=True)
    named = [Term("position", kinds[s // len(judges)], judges[s % len(judges)]) for s in seen]
    entry = _Entries(np.arange(len(rows), dtype=np.intp), column, np.ones(len(rows)))
    return [entry], named


def _favors(rows: _Rows, terms: Terms) -> tuple[list[_Entries], list[Term]]:
    """Judge by family, coded so that favors add up to nothing over judges and over families.

    What all judges share is strength, and what a judge gives to all families cancels out.
    """
    judges, families = rows.columns.judges, sorted(set(terms.families))
    if len(judges) < 2 or len(families) < 2:
        return [], []
    family = np.array([families.index(f) for f in terms.families], dtype=np.intp)
    by_judge = sum_coded(len(judges))[rows.judge]
    by_family = sum_coded(len(families))
    apart = by_family[family[rows.first]] - by_family[family[rows.second]]
    both = (by_judge[:, :, None] * apart[:, None, :]).reshape(len(rows), -1)
    at, column = np.nonzero(both)
    named = [Term("favor", judge=j, family=f) for j in judges[:-1] for f in families[:-1]]
    return [_Entries(at, column, both[at, column])], named


def sum_coded(n: int) -> Floats:
    """Sum coding of `n` levels, shape (n, n - 1): the last level is minus the sum of the rest."""
    return np.vstack([np.eye(n - 1), -np.ones((1, n - 1))])


def _styles(rows: _Rows, terms: Terms) -> tuple[list[_Entries], list[Term]]:
    entries, named = [], []
    n_kinds, every = len(rows.columns.kinds), np.arange(len(rows), dtype=np.intp)
    for i, style in enumerate(terms.styles):
        entries.append(_Entries(every, rows.kind + i * n_kinds, rows.styles[:, i]))
        named += [Term(style.value, kind) for kind in rows.columns.kinds]
    return entries, named


def _codes(values: Floats) -> Codes:
    return np.unique(values, return_inverse=True)[1]


def _cells(keys: Sequence[Codes]) -> tuple[Codes, Codes]:
    """The cell of each row, and one row of each cell."""
    code = np.zeros(len(keys[0]), dtype=np.intp)
    for key in keys:
        # Compacted at each step, so that the product cannot overflow.
        code = np.unique(code, return_inverse=True)[1] * (int(key.max()) + 1) + key
    _, chosen, inverse = np.unique(code, return_index=True, return_inverse=True)
    return inverse, chosen
