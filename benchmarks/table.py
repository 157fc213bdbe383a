"""Figures side by side: ours, a peer's, the ratio, the goal."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Unit(StrEnum):
    """What a figure counts; `is_rate` says whether more of it is better."""

    REAL_TIME = "x real time"
    MESSAGES = "messages/s"
    CLIPS = "clips/s"
    FACES = "faces/s"
    MS = "ms"
    S = "s"
    MB = "MB"
    SD = "of its deviation"

    @property
    def is_rate(self) -> bool:
        """Whether more is better."""
        return self in (Unit.REAL_TIME, Unit.MESSAGES, Unit.CLIPS, Unit.FACES)


@dataclass(frozen=True, slots=True)
class Figure:
    """The outcomes of repeated runs of one thing."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle outcome."""
        return statistics.median(self.values)

    def __str__(self) -> str:
        if len(self.values) == 1:
            return short(self.median)
        return f"{short(self.median)} ({short(min(self.values))}-{short(max(self.values))})"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        group: Under which name the measurement is asked for.
        what: What was measured.
        unit: Of both figures and of the goal.
        ours: By the process' own time on one core, so that others' work hardly counts; None
            if it could not be measured: `note` then says why.
        clock: The same by the clock, which on a quiet machine is no different.
        peer: What ours is compared with, if with anything.
        theirs: None if there is no peer, or it is not installed.
        goal: The least rate or the largest cost that is asked for.
        note: What the input was, and what must be known to read the figure.
    """

    group: str
    what: str
    unit: Unit
    ours: Figure | None = None
    clock: Figure | None = None
    peer: str = ""
    theirs: Figure | None = None
    goal: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times ours is the better of the two medians."""
        if self.ours is None or self.theirs is None:
            return None
        ratio = self.ours.median / self.theirs.median
        return ratio if self.unit.is_rate else 1 / ratio

    @property
    def is_met(self) -> bool | None:
        """Whether our median reaches the goal; None without a goal or a figure."""
        if self.ours is None or self.goal is None:
            return None
        if self.unit.is_rate:
            return self.ours.median >= self.goal
        return self.ours.median <= self.goal


HEAD = ("what", "unit", "ours", "by the clock", "n", "goal", "met", "peer", "theirs", "ratio")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with what is known of the machine they were measured on."""

    rows: Sequence[Row]
    about: Sequence[str] = field(default=())

    def text(self) -> str:
        """For a terminal: aligned columns, then the notes."""
        cells = [HEAD, *(_cells(row) for row in self.rows)]
        widths = [max(len(line[i]) for line in cells) for i in range(len(HEAD))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in cells]
        rule = "-" * len(lines[0])
        parts = [*self.about, "", lines[0], rule, *lines[1:], "", *self._notes()]
        return "\n".join(part.rstrip() for part in parts)

    def markdown(self) -> str:
        """For a page of the documentation."""
        lines = [HEAD, tuple("---" for _ in HEAD), *(_cells(row) for row in self.rows)]
        table = ["| " + " | ".join(line) + " |" for line in lines]
        about = [f"- {line}" for line in self.about]
        return "\n".join([*about, "", *table, "", *(f"- {note}" for note in self._notes())])

    def _notes(self) -> list[str]:
        noted = dict.fromkeys(f"{row.what}: {row.note}" for row in self.rows if row.note)
        return list(noted)


def short(value: float) -> str:
    """Three digits that count, and never an exponent.

    >>> [short(v) for v in (0.01234, 1.239, 93.31, 12345.6)]
    ['0.0123', '1.24', '93.3', '12,346']
    """
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3g}"


def _cells(row: Row) -> tuple[str, ...]:
    sign = "≥" if row.unit.is_rate else "≤"
    met = {True: "yes", False: "NO", None: ""}[row.is_met]
    return (
        row.what,
        row.unit.value,
        "not measured" if row.ours is None else str(row.ours),
        "" if row.clock is None else short(row.clock.median),
        "" if row.ours is None else str(len(row.ours.values)),
        "" if row.goal is None else f"{sign} {short(row.goal)}",
        met,
        row.peer,
        "" if row.theirs is None else str(row.theirs),
        "" if row.ratio is None else f"{short(row.ratio)}",
    )
