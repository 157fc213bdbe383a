"""What the user-side detectors learn from."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.guard.local.lexicon import LANGUAGES
from mien.guard.local.weights import Readout
from mien.guard.signals import Side, Signal, of_side
from training.guard.calibrate import readout
from training.guard.composed import carelessly, composed, together
from training.guard.data import FOLDER, Row, lines, row_of, rows
from training.guard.export import Trained
from training.guard.held_out import held_out
from training.guard.measure import Judged
from training.guard.net import Shape
from training.guard.ordinary import comments, posts, talks
from training.guard.train import Example, Plan

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

_COMPOSED, _CARELESS = 0.3, 0.5
"""Weights of sentences from frames and of careless spellings."""

PLAN = Plan(epochs=8, batch=128, rate=4e-3, ranking=1.5, shape=Shape(word_dropout=0.6))
NEAR: dict[Signal, float] = {Signal.CRISIS: 0.3}
NEAR_OTHERS = 0.15
"""Held-out near misses that a signal may raise: these are hard, and a first step is mild."""

ORDINARY: dict[Signal, float] = {Signal.CRISIS: 0.005}
ORDINARY_OTHERS = 0.003
"""Ordinary messages that a signal may raise; to miss a crisis is worse than to ask once."""


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


@dataclass(frozen=True, slots=True)
class Run:
    """A training run of the user's side.

    Attributes:
        data: Folder of the corpora.
        seed: Of everything.
        nets: Whose mean counts.
        plan: How they learn.
    """

    data: Path
    seed: int = 0
    nets: int = 4
    plan: Plan = field(default_factory=lambda: PLAN)


class Taught(NamedTuple):
    """What a run gives.

    Attributes:
        trained: The detectors.
        judged: Every open row, by nets that saw neither it nor its twin.
        calm: How many ordinary messages of each signal were raised, and of how many.
        counts: Examples by where they come from.
    """

    trained: Trained
    judged: list[Judged]
    calm: dict[Signal, tuple[int, int]]
    counts: dict[str, int]


def teach(run: Run) -> Taught:
    """Nets from all open rows; what their logits mean is fitted on held-out ones."""
    rows_, more, calm = open_rows(), taught_besides(run), ordinary_examples(run)
    mine = examples(rows_)
    readings = held_out(
        rows_,
        mine,
        more,
        calm,
        outputs=len(SIGNALS),
        plan=run.plan,
        nets=run.nets,
        seed=run.seed,
    )
    logits, calm_logits = readings.rows, readings.ordinary
    readouts = {
        signal: _readout(signal, rows_, logits[:, column], calm, calm_logits[:, column])
        for signal, column in COLUMN.items()
    }
    judged = [
        _judged(row, readouts[Signal(row.signal)], logits[i, COLUMN[Signal(row.signal)]])
        for i, row in enumerate(rows_)
    ]
    raised = {
        signal: _raised(readouts[signal], calm, calm_logits[:, column], column)
        for signal, column in COLUMN.items()
    }
    counts = {"open pairs": len(mine), "further": len(more), "ordinary": len(calm)}
    languages = dict.fromkeys(SIGNALS, LANGUAGES)
    trained = Trained(Side.USER, SIGNALS, readings.nets, readouts, languages)
    return Taught(trained, judged, raised, counts)


def taught_besides(run: Run) -> list[Example]:
    """Further rows, composed ones, talks, and careless spellings of the further rows."""
    rng = random.Random(run.seed)
    more = examples(further())
    crisis = COLUMN[Signal.CRISIS]
    frames = [
        replace(
            example, pair="", weight=_COMPOSED, labels={crisis: example.labels[crisis]}, weights={}
        )
        for example in examples(composed(run.seed))
    ]
    careless = [replace(carelessly(example, rng), weight=_CARELESS) for example in more]
    others = _asides(run)
    beside = [
        replace(together(example, others[example.language], rng), weight=_CARELESS)
        for example in [*more, *frames]
        if not example.before
    ]
    return [*more, *frames, *careless, *beside, *talks()]


def _asides(run: Run) -> dict[str, list[str]]:
    """Short ordinary sentences of each language, to stand beside what matters."""
    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for example in [
        *comments(run.data, 2_000, run.seed + 1),
        *posts(run.data, 1_000, run.seed + 1),
    ]:
        is_calm = len(example.labels) == len(SIGNALS) and 3 <= len(example.text.split()) <= 12
        if is_calm:
            found[example.language].append(example.text)
    return found


def ordinary_examples(run: Run) -> list[Example]:
    """Comments and posts in which nothing is wrong."""
    return [*comments(run.data, 3_000, run.seed), *posts(run.data, 800, run.seed)]


def _readout(
    signal: Signal,
    found: list[Row],
    logits: NDArray[np.float32],
    calm: list[Example],
    calm_logits: NDArray[np.float32],
) -> Readout:
    is_mine = np.array([row.signal == signal.value for row in found])
    is_true = np.array([row.is_true for row in found])
    known = np.array([COLUMN[signal] in example.labels for example in calm])
    return readout(
        logits[is_mine & is_true].astype(float),
        logits[is_mine & ~is_true].astype(float),
        calm_logits[known].astype(float),
        near_share=NEAR.get(signal, NEAR_OTHERS),
        ordinary_share=ORDINARY.get(signal, ORDINARY_OTHERS),
    )


def _judged(row: Row, told: Readout, logit: float) -> Judged:
    chance = told.chance(float(logit))
    return Judged(row, chance, chance >= told.threshold)


def _raised(
    told: Readout, calm: list[Example], logits: NDArray[np.float32], column: int
) -> tuple[int, int]:
    known = [i for i, example in enumerate(calm) if column in example.labels]
    return sum(told.chance(float(logits[i])) >= told.threshold for i in known), len(known)
