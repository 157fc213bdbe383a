"""Published values beside those that come out here, and how much they may differ.

LAION ran its networks in half precision, on recordings before they became the MP3 files that it
published (MP3 may also move a recording by some hundredths of a second), and Mien rounds weights
to whole numbers of a byte: the values cannot be equal. The tolerances were chosen before anybody
had compared the true files. What must be found out is whether an input is fed wrongly, and that
moves scores by their whole size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mien.decoders.emonet.checks.published import Example

Score = Callable[[Path], Mapping[str, float]]
"""What the heads say of a recording or photograph, by their keys."""


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    DIFFERS = "differs"
    OPEN = "cannot compare"


class Tolerance(NamedTuple):
    """What differences are put up with, in units of a raw score.

    Attributes:
        mean: Over all values.
        worst: Of any.
    """

    mean: float
    worst: float


class Compared(NamedTuple):
    """One value.

    Attributes:
        input: Name of the recording or photograph.
        head: Key of the head.
        published: What its publisher got.
        here: What came out here.
    """

    input: str
    head: str
    published: float
    here: float

    @property
    def difference(self) -> float:
        """Without sign."""
        return abs(self.here - self.published)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        name: Of the set.
        verdict: In short.
        rows: Every value that was compared.
        tolerance: What was put up with.
        against: Where the published values come from.
        notes: What else a person should know, and what to do.
    """

    name: str
    verdict: Verdict
    rows: tuple[Compared, ...]
    tolerance: Tolerance
    against: str
    notes: tuple[str, ...] = ()

    @property
    def mean(self) -> float | None:
        """Mean difference; None if nothing was compared."""
        return float(np.mean([row.difference for row in self.rows])) if self.rows else None

    @property
    def worst(self) -> float | None:
        """Largest difference; None if nothing was compared."""
        return max((row.difference for row in self.rows), default=None)


VOICE = Tolerance(mean=0.25, worst=1.0)
FACE = Tolerance(mean=0.15, worst=1.0)


def compare(examples: Iterable[Example], score: Score) -> tuple[Compared, ...]:
    """Every published value that a head here can be held against."""
    rows = []
    for example in examples:
        here = score(example.path)
        rows += [
            Compared(example.path.name, head, published, here[head])
            for head, published in example.values.items()
            if head in here
        ]
    return tuple(rows)


def judge(rows: tuple[Compared, ...], tolerance: Tolerance) -> Verdict:
    """Whether differences are put up with; a score that is no number never is."""
    differences = np.array([row.difference for row in rows])
    is_good = differences.mean() <= tolerance.mean and differences.max() <= tolerance.worst
    return Verdict.PASSED if is_good else Verdict.DIFFERS
