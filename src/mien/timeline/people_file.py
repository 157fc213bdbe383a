"""The table of people as a CSV file, with a codebook beside it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mien.emotions.emotion import Emotion
from mien.timeline.files import replacing
from mien.timeline.people import DIMENSIONS, PersonSummary
from mien.timeline.sinks import harmless
from mien.timeline.steady import LEAST, Mean


class _Column(NamedTuple):
    name: str
    unit: str
    meaning: str


_FIRST = (
    _Column("source", "name", "The file, from the folder on."),
    _Column("person", "label", "Who, within this file; empty if nobody named them. Never an "
            "identity: `Face 1` of two files are two people unless you know better."),
    _Column("channel", "voice, face, words", "What was read."),
    _Column("decoder", "name", "By which decoder, with its version."),
    _Column("readings", "count", "Utterances, samples of a face, or messages."),
    _Column("told", "count", "Readings in which the decoder commits itself."),
    _Column("cannot_tell", "0 to 1", "The part of the readings in which it does not."),
    _Column("seconds_seen", "s", "How long the person was heard or seen; 0 without times."),
    _Column("seconds_told", "s", "How much of that is told."),
)  # fmt: skip
_MEANINGS = {
    "valence": "Unpleasant to pleasant",
    "arousal": "Calm to excited",
    "dominance": "Weak to strong",
}
_PARTS = (
    ("mean", "mean over told readings, each weighed by its seconds (one each without times)"),
    ("sd", "standard deviation of the same readings, not of their mean"),
    ("low", "lower end of the 95 % interval of the mean"),
    ("high", "upper end of it"),
)
_NOTES = f"""\
Means stand for what was told alone: `cannot_tell` says how much was not. Shares are estimates of
the part of people who would name an emotion there, never of what someone felt.

Intervals: Student's t over the number of readings that are independent, since neighboring
readings are alike: the smaller of a first-order autoregression's estimate, its bias removed
(Bayley and Hammersley 1946; Marriott and Pope 1954), and the initial monotone sequence's (Geyer
1992), lowered where readings differ in length (Kish 1965). Fewer than {LEAST:g} leave the interval
empty. It says how well this recording's mean is known, not how the person is on other days, and
nothing of the decoder's own errors. Empty cells: the decoder does not judge it, or nothing is told.
"""


def codebook_path(path: Path) -> Path:
    """Where the codebook of a table lies: `people.codebook.md` beside `people.csv`."""
    return path.with_name(f"{path.stem}.codebook.md")


def write_people(people: Sequence[PersonSummary], path: str | Path) -> None:
    """Write a table of people as CSV, and beside it what each column means.

    Args:
        people: Rows, as `people_of` gives them.
        path: The file, usually `.csv`.

    Raises:
        ConfigError: If a file cannot be written.
    """
    path = Path(path)
    names = _measured(people)
    with (
        replacing(path) as part,
        part.open("w", encoding="utf-8", errors="replace", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(column.name for column in _columns(names))
        writer.writerows([harmless(cell) for cell in _cells(row, names)] for row in people)
    with replacing(codebook_path(path)) as part:
        part.write_text(_codebook(path.name, names, len(people)), encoding="utf-8")


def _measured(people: Sequence[PersonSummary]) -> list[str]:
    """Dimensions and emotions that any decoder here judges, in their usual order."""
    found = {name for row in people for name in row.means}
    return [name for name in (*DIMENSIONS, *(e.value for e in Emotion)) if name in found]


def _columns(names: Sequence[str]) -> Iterator[_Column]:
    yield from _FIRST
    for name in names:
        meaning = _MEANINGS.get(name) or f"Share of {Emotion(name).label}"
        for part, words in _PARTS:
            unit = "-1 to 1" if name in DIMENSIONS else "0 to 1"
            yield _Column(f"{name}_{part}", unit, f"{meaning}: {words}.")


def _cells(row: PersonSummary, names: Sequence[str]) -> Iterator[object]:
    for column in _FIRST:
        yield _rounded(getattr(row, column.name))
    for name in names:
        for part, _ in _PARTS:
            yield _rounded(getattr(row.means.get(name, Mean()), part))


def _rounded(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value


def _codebook(name: str, names: Sequence[str], rows: int) -> str:
    head = f"# What is in {name}\n\n{rows:,} rows: one a file, person, channel and decoder.\n\n"
    lines = [f"| `{c.name}` | {c.unit} | {c.meaning} |" for c in _columns(names)]
    table = "\n".join(["| column | unit or range | meaning |", "| --- | --- | --- |", *lines])
    return f"{head}{_NOTES}\n{table}\n"
