"""What the user-side detectors learn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from mien.guard.signals import Side, Signal, of_side
from training.guard.data import FOLDER, Row, lines, row_of, rows
from training.guard.train import Example

SIGNALS = of_side(Side.USER)
COLUMN = {signal: column for column, signal in enumerate(SIGNALS)}
FILES = ("crisis-en", "crisis-de", "crisis-es", "user")

_KIN = (
    {Signal.DISTRESS, Signal.CRISIS, Signal.HELP_REFUSAL, Signal.HELP_SEEKING, Signal.ISOLATION},
    {Signal.DEPENDENCY, Signal.ATTACHMENT, Signal.ISOLATION, Signal.DISTRESS},
    {Signal.DELUSIONAL_CONTENT, Signal.MANIA, Signal.REALITY_CHECK, Signal.DISTRESS},
)
"""Signals that often come together: a sentence written for one says nothing of the others."""

_UNRELATED = 0.15
"""Weight of "not there" for a signal that a sentence was not written for."""


def examples(found: Iterable[Row]) -> list[Example]:
    """Rows as examples; what a row was not written for is taken as absent, with less weight."""
    made = []
    for row in found:
        if row.side != "user":
            continue
        signal = Signal(row.signal)
        labels = {COLUMN[signal]: float(row.is_true)}
        weights = {}
        for other in SIGNALS:
            if other is not signal and not any({other, signal} <= kin for kin in _KIN):
                labels[COLUMN[other]] = 0.0
                weights[COLUMN[other]] = _UNRELATED
        if signal is not Signal.CRISIS:
            labels[COLUMN[Signal.CRISIS]] = 0.0
            weights[COLUMN[Signal.CRISIS]] = 2 * _UNRELATED
        made.append(
            Example(
                text=row.text,
                language=row.language,
                labels=labels,
                before=row.before,
                pair=row.id,
                weights=weights,
                level=row.level,
            )
        )
    return made


def open_rows() -> list[Row]:
    """Every open row of the user's side."""
    return [row for row in rows(names=FILES) if row.side == "user"]


def further() -> Iterator[Row]:
    """Rows written for training alone; none of them is ever sealed."""
    for path in sorted(Path(FOLDER).glob("more-*.jsonl")):
        for line in lines(path.stem):
            for key, is_true in (("near", False), ("true", True)):
                if line.get(key):
                    yield row_of(line, key, is_true=is_true)
