"""The table that a rating gives, with everything needed to judge it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from mien.rate.abilities import Ability
from mien.rate.bias import Halo, OrderBias
from mien.rate.bootstrap import Range
from mien.rate.columns import Style
from mien.rate.judgement import Response
from mien.rate.liked import GroupParting
from mien.rate.rows import LeftOut
from mien.rate.scale import PLAIN, Scale
from mien.rate.sequential import Method, OrderDependence

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One model.

    Attributes:
        rank: Shared by all models of its group, who are not told apart.
        model: Its name.
        rating: On the table's scale.
        range: 95 % interval; of ratings that depend on order, their span over shuffles. None
            where there is too little to go by.
        strength: In logits, strengths sum to zero; of ratings in order, the rating again.
        best_rank: One more than the models that are told to be better.
        worst_rank: The last that is not told to be worse, likewise.
        n: Judgements with this model.
        shown_first: In how many it was the first.
        wins: Judgements it won, by whatever margin.
        ties: Undecided ones.
        losses: Those it lost.
        both_bad: Of the ties: both answers were bad.
        opponents: Other models it met.
        scenarios: It was judged on; 0 where none were recorded.
        runs: Different iterations of it, at least one.
        published: Its rating on the ladder that the table is held against, if any.
    """

    rank: int
    model: str
    rating: float
    range: Range | None
    strength: float
    best_rank: int
    worst_rank: int
    n: int
    shown_first: int
    wins: int
    ties: int
    losses: int
    both_bad: int
    opponents: int
    scenarios: int
    runs: int
    published: float | None = None


@dataclass(frozen=True, slots=True)
class NotRated:
    """A model without a finite strength, and why."""

    model: str
    n: int
    wins: int
    ties: int
    losses: int
    reason: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Two models, the better first.

    Attributes:
        better: Name.
        worse: Name.
        points: Between their ratings.
        range: Its paired 95 % interval.
        p: Chance of this if they were alike.
        holm: The same, corrected for all pairs of the table.
        apart: Whether they are told apart.
    """

    better: str
    worse: str
    points: float
    range: Range | None
    p: float | None
    holm: float | None
    apart: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that moves judgements besides strength, in logits.

    Attributes:
        what: `position`, `favor`, `length` or `markdown`.
        kind: Of scenario, or empty.
        judge: Whose effect, or empty.
        family: Of models, or empty.
        value: For the one shown first; of a style, for a typical difference in it.
        range: 95 % interval.
        apart: Of favors: whether it differs from 0 after correction for all of them.
        own: Of favors: whether the judge is of this family.
    """

    what: str
    kind: str
    judge: str
    family: str
    value: float
    range: Range | None
    apart: bool | None = None
    own: bool | None = None


@dataclass(frozen=True, slots=True)
class Against:
    """The table beside a published one.

    Attributes:
        ladder: Which.
        judges: Of both.
        models: Known to both.
        spearman: Rank correlation of the ratings of those; None where all are equal.
        mean_distance: Mean absolute distance in points.
    """

    ladder: str
    judges: tuple[str, ...]
    models: int
    spearman: float | None
    mean_distance: float


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A file that went in.

    Attributes:
        name: As given.
        form: Which form it has.
        sha256: Of its bytes.
        read: Rows in it.
        rated: Of them judgements; the rest is in the table's `left_out`.
        unused: Columns that say nothing to a rating.
    """

    name: str
    form: str
    sha256: str
    read: int
    rated: int
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sampling:
    """Where intervals come from.

    Attributes:
        clustered_by: What was drawn again: `scenario`, `voter` or `judgement`.
        clusters: How many there are.
        draws: How many resamples were asked for.
        partial: Of them left some model without a link to the others.
        seed: Of the draws.
    """

    clustered_by: str
    clusters: int
    draws: int
    partial: int
    seed: int


@dataclass(frozen=True, slots=True)
class Table:
    """Models from the best down, and all that went into their order.

    Attributes:
        rows: Rated models.
        not_rated: Models without a finite strength.
        method: How strengths were found.
        response: What of a judgement was explained.
        scale: From strengths to ratings.
        styles: Held constant.
        judges: Who judged; empty names are unnamed.
        n: Judgements that are rated.
        left_out: Rows that are not, by reason.
        sampling: Of the intervals; None for ratings in order.
        differences: Of all pairs, the better first.
        effects: Position, favors and styles as fitted.
        order_bias: Position and agreement as counted.
        halo: Of the criteria, if judgements have several.
        abilities: Profiles, if judgements have criteria.
        partings: Liked against good for the person, if both were recorded.
        against: The published table it is held against, if any.
        order: How far the order of the judgements moved the ratings, if it can.
        sources: Files.
        versions: Of all that computed.
        notes: What else must be known.
    """

    rows: tuple[Row, ...]
    not_rated: tuple[NotRated, ...]
    method: Method
    response: Response
    scale: Scale = PLAIN
    styles: tuple[Style, ...] = ()
    judges: tuple[str, ...] = ()
    n: int = 0
    left_out: tuple[LeftOut, ...] = ()
    sampling: Sampling | None = None
    differences: tuple[Difference, ...] = ()
    effects: tuple[Effect, ...] = ()
    order_bias: tuple[OrderBias, ...] = ()
    halo: Halo | None = None
    abilities: tuple[Ability, ...] = ()
    partings: tuple[GroupParting, ...] = ()
    against: Against | None = None
    order: OrderDependence | None = None
    sources: tuple[SourceInfo, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def groups(self) -> list[list[Row]]:
        """Rows that share a rank, from the best down."""
        groups: dict[int, list[Row]] = {}
        for row in self.rows:
            groups.setdefault(row.rank, []).append(row)
        return list(groups.values())

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON; intervals are pairs."""
        plain = asdict(self)
        plain["scale"] = self.scale._asdict() | {
            "anchors": {anchor.model: anchor.value for anchor in self.scale.anchors}
        }
        plain["left_out"] = [entry._asdict() for entry in self.left_out]
        plain["versions"] = dict(self.versions)
        return {"schema": SCHEMA, **plain}
