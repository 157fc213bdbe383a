"""What a measurement found, in a form that prints, plots and goes to files."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from io import StringIO
from typing import Any

from mien.evals.intervals import Interval, more_needed
from mien.evals.perception.items import About
from mien.timeline.origin import Skipped


class Who(StrEnum):
    """Whom a row of the table is about."""

    PEOPLE = "people"
    """Raters measured against each other: what there is to reach."""
    TRIVIAL = "trivial"
    """An answer that looks at nothing."""
    PREDICTOR = "predictor"
    """A decoder, or a model that was asked."""
    PUBLISHED = "published"
    """A figure from a paper, or formed of a publisher's own outputs."""


TITLES: Mapping[str, str] = {
    "kappa": "weighted κ, raw",
    "kappa_calibrated": "weighted κ, calibrated on the other half",
    "kappa_oracle": "weighted κ, calibrated on itself (oracle)",
    "kappa_reliable_five": "weighted κ, five reliable emotions",
    "spearman": "Spearman ρ",
    "pearson": "Pearson r",
    "mae": "MAE",
    "rmse": "RMSE",
    "macro_f1": "macro-F1 at .5",
    "macro_f1_fitted": "macro-F1, thresholds from the other half",
    "uar": "UAR",
    "accuracy": "accuracy",
    "macro_f1_labels": "macro-F1",
    "one_rater": "agreement with one rater",
    "lenient": "lenient rule (> 1.5/n)",
    "alpha_nominal": "Krippendorff α, nominal",
    "alpha_ordinal": "Krippendorff α, ordinal",
    "alpha_interval": "Krippendorff α, interval",
    "alpha_pooled": "Krippendorff α, nominal, labels pooled",
    "cronbach": "Cronbach α",
    "confirmed": "first-stage yes confirmed",
}
"""Figures by their key in files, with how they are called for people."""


SHORT: Mapping[str, str] = {
    "kappa": "κ raw",
    "kappa_calibrated": "κ calibrated",
    "kappa_oracle": "κ oracle",
    "kappa_reliable_five": "κ on five",
    "spearman": "ρ",
    "pearson": "r",
    "mae": "MAE",
    "rmse": "RMSE",
    "macro_f1": "F1 at .5",
    "macro_f1_fitted": "F1 fitted",
    "uar": "UAR",
    "accuracy": "accuracy",
    "macro_f1_labels": "macro-F1",
    "one_rater": "one rater",
    "lenient": "lenient rule",
    "alpha_nominal": "α nominal",
    "alpha_ordinal": "α ordinal",
    "alpha_interval": "α interval",
    "alpha_pooled": "α pooled",
    "cronbach": "Cronbach α",
    "confirmed": "confirmed",
}
"""The same for the heads of columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one reader, or all people, reached on one set.

    Attributes:
        who: Kind of reader.
        name: Of the reader.
        figures: By key; see `TITLES`.
        chance: The same figures with its answers shuffled over the items.
        n: Items that were answered.
        refused: Items that were not.
        unreadable: Items whose file could not be read; they count against nobody.
        is_seen: Whether it learned from these very items.
        unsure: Answers that came with a doubt, such as low confidence.
        note: What must be known to read the row.
        by_label: Figures of single emotions or labels.
        by_rater: Agreement with each single rater, where raters are known by name.
    """

    who: Who
    name: str
    figures: Mapping[str, Interval]
    chance: Mapping[str, float] = field(default_factory=dict)
    n: int = 0
    refused: int = 0
    unreadable: int = 0
    is_seen: bool = False
    unsure: int = 0
    note: str = ""
    by_label: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    by_rater: Mapping[str, Interval] = field(default_factory=dict)

    @property
    def refusal_rate(self) -> float:
        """Share of readable items without an answer."""
        return self.refused / max(1, self.n + self.refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One set, measured.

    Attributes:
        about: The set.
        main: Key of the figure that a page draws.
        rows: People first, then the trivial answers, then whoever was measured.
        n_items: Items in the set, or as many as were asked for.
        n_clusters: What was resampled.
        n_ratings: What people said.
        notes: What must be known to read the figures.
        skipped: What could not be used.
    """

    about: About
    main: str
    rows: Sequence[Row]
    n_items: int
    n_clusters: int
    n_ratings: int
    notes: Sequence[str] = ()
    skipped: Sequence[Skipped] = ()

    def row(self, name: str) -> Row:
        """The row of that name.

        Raises:
            KeyError: If there is none.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"{self.about.name} has no row {name!r}")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what could not be formed is None."""
        about = self.about
        return {
            "schema": "mien.perception/1",
            "set": about.name,
            "title": about.title,
            "channel": about.channel.value,
            "licence": about.licence,
            "restriction": about.restriction,
            "source": about.source,
            "items": self.n_items,
            "clusters": f"{self.n_clusters} {about.cluster}",
            "ratings": self.n_ratings,
            "main": self.main,
            "rows": [_plain_row(self, row) for row in self.rows],
            "notes": list(self.notes),
            "skipped": [{"reason": s.reason, "count": s.count} for s in self.skipped],
        }


def more_items(outcome: Outcome, row: Row, half: float = 0.05) -> int | None:
    """How many more items bring a row's main figure to +-`half`; None if nobody can say.

    Published rows are left out: nobody here can rate more of them.
    """
    found = row.figures.get(outcome.main)
    if found is None or row.who not in (Who.PREDICTOR, Who.PEOPLE):
        return None
    return more_needed(found, row.n, half)


def to_json(outcomes: Sequence[Outcome]) -> str:
    """All outcomes as one JSON document."""
    plain = {"schema": "mien.perception/1", "sets": [outcome.to_dict() for outcome in outcomes]}
    return json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def to_csv(outcomes: Sequence[Outcome]) -> str:
    """One line a figure: set, row, label (empty for the whole), key, value, interval, chance."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["set", "who", "name", "label", "figure", "value", "low", "high", "chance", "n", "refused"]
    )
    for outcome in outcomes:
        for row in outcome.rows:
            writer.writerows(_lines(outcome.about.name, row))
    return text.getvalue()


def _lines(name: str, row: Row) -> Iterator[list[Any]]:
    for label, figures in (("", row.figures), *row.by_label.items()):
        for key, found in figures.items():
            chance = row.chance.get(key) if not label else None
            numbers = ["" if number is None else f"{number:.6g}" for number in _plain(found)]
            shown = "" if chance is None or math.isnan(chance) else f"{chance:.6g}"
            yield [name, row.who.value, row.name, label, key, *numbers, shown, row.n, row.refused]


def _plain_row(outcome: Outcome, row: Row) -> dict[str, Any]:
    return {
        "who": row.who.value,
        "name": row.name,
        "figures": {key: _plain(found) for key, found in row.figures.items()},
        "chance": {key: _finite(value) for key, value in row.chance.items()},
        "n": row.n,
        "refused": row.refused,
        "refusal_rate": round(row.refusal_rate, 6),
        "unreadable": row.unreadable,
        "unsure": row.unsure,
        "is_seen": row.is_seen,
        "note": row.note,
        "more_items_for_05": more_items(outcome, row),
        "by_label": {
            label: {key: _plain(found) for key, found in figures.items()}
            for label, figures in row.by_label.items()
        },
        "by_rater": {name: _plain(found) for name, found in row.by_rater.items()},
    }


def _plain(found: Interval) -> list[float | None]:
    return [_finite(number) for number in found]


def _finite(number: float) -> float | None:
    return round(number, 6) if math.isfinite(number) else None
