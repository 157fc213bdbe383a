"""What the user-side detectors learn from."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.guard.local.encoder import COLUMN as ENCODED
from mien.guard.local.lexicon import LANGUAGES
from mien.guard.local.weights import Readout
from mien.guard.signals import Side, Signal, of_side
from training.guard.calibrate import Limits, beyond_near, readout
from training.guard.composed import carelessly, composed, together
from training.guard.data import Row, further, rows
from training.guard.encoder_kept import key_of, read_kept
from training.guard.export import Trained
from training.guard.held_out import held_out, read_nets, write_nets
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
NEAR, NEAR_OTHERS = 0.07, 0.03
"""Held-out near misses that crisis may raise, and that all other signals together may: 5 % of all.
Plain words for a crisis lie close above the former."""

LIMITS = {Signal.CRISIS: Limits(ordinary=0.005)}
OTHERS = Limits(ordinary=0.003)
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


@dataclass(frozen=True, slots=True)
class Run:
    """A training run of the user's side.

    Attributes:
        data: Folder of the corpora.
        encoder: File of the encoder's held-out logits.
        nets_held_out: File of the nets' held-out logits, used if it is there, else written.
        seed: Of everything.
        nets: Whose mean counts; none to keep those of a weight file.
        plan: How they learn.
    """

    data: Path
    encoder: Path
    nets_held_out: Path | None = None
    seed: int = 0
    nets: int = 4
    plan: Plan = field(default_factory=lambda: PLAN)


class Taught(NamedTuple):
    """What a run gives.

    Attributes:
        trained: The detectors.
        judged: Every open row, by nets that saw neither it nor its twin.
        calm: How many ordinary messages of each signal were raised, and of how many.
        looked: How many ordinary messages were looked at twice, and of how many.
        counts: Examples by where they come from.
    """

    trained: Trained
    judged: list[Judged]
    calm: dict[Signal, tuple[int, int]]
    looked: tuple[int, int]
    counts: dict[str, int]


def teach(run: Run) -> Taught:
    """Nets from all open rows; what their logits mean is fitted on held-out ones."""
    rows_, more = open_rows(), taught_besides(run)
    calm = ordinary_examples(run.data, run.seed)
    mine = examples(rows_)
    readings = read_nets(run.nets_held_out) if run.nets == 0 else None
    if readings is None:
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
        if run.nets_held_out:
            write_nets(run.nets_held_out, readings)
    seen = read_kept(run.encoder)
    twins = _pairs(readings.rows, [seen[key_of(Side.USER, row.text)] for row in rows_])
    # Half of what is ordinary taught the encoder.
    asked = [i for i, one in enumerate(calm) if key_of(Side.USER, one.text) in seen]
    calm = [calm[i] for i in asked]
    talk = _pairs(readings.ordinary[asked], [seen[key_of(Side.USER, c.text)] for c in calm])
    readouts = _readouts(rows_, twins, calm, talk)
    judged, _ = _judged(rows_, readouts, twins)
    raised, looked = _raised(readouts, calm, talk)
    counts = {"open pairs": len(mine), "further": len(more), "ordinary": len(calm)}
    languages = dict.fromkeys(SIGNALS, LANGUAGES)
    trained = Trained(Side.USER, SIGNALS, readings.nets, readouts, languages)
    return Taught(trained, judged, raised, (sum(looked), len(looked)), counts)


def _pairs(nets: NDArray[np.float32], encoder: list[NDArray[np.float32]]) -> NDArray[np.float64]:
    """Logits of the nets and of the encoder side by side, shape (n, signals, 2)."""
    columns = [ENCODED[signal] for signal in SIGNALS]
    return np.stack([nets[:, : len(SIGNALS)], np.stack(encoder)[:, columns]], axis=2).astype(float)


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
    others = asides(run.data, run.seed)
    beside = [
        replace(together(example, others[example.language], rng), weight=_CARELESS)
        for example in [*more, *frames]
        if not example.before
    ]
    return [*more, *frames, *careless, *beside, *talks()]


def asides(data: Path, seed: int) -> dict[str, list[str]]:
    """Short ordinary sentences of each language, to stand beside what matters.

    Args:
        data: Folder of the corpora.
        seed: Of the choice.
    """
    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for example in [
        *comments(data, 2_000, seed + 1),
        *posts(data, 1_000, seed + 1),
    ]:
        is_calm = len(example.labels) == len(SIGNALS) and 3 <= len(example.text.split()) <= 12
        if is_calm:
            found[example.language].append(example.text)
    return found


def ordinary_examples(data: Path, seed: int) -> list[Example]:
    """Comments and posts in which nothing is wrong."""
    return [*comments(data, 3_000, seed), *posts(data, 800, seed)]


def _readouts(
    found: list[Row],
    logits: NDArray[np.float64],
    calm: list[Example],
    calm_logits: NDArray[np.float64],
) -> dict[Signal, Readout]:
    told = {s: _readout(s, found, logits, calm, calm_logits) for s in SIGNALS}
    near = {
        signal: logits[
            [row.signal == signal.value and not row.is_true for row in found], COLUMN[signal]
        ]
        for signal in SIGNALS
    }
    crisis = {Signal.CRISIS: told.pop(Signal.CRISIS)}
    return {**beyond_near(crisis, near, NEAR), **beyond_near(told, near, NEAR_OTHERS)}


def _readout(
    signal: Signal,
    found: list[Row],
    logits: NDArray[np.float64],
    calm: list[Example],
    calm_logits: NDArray[np.float64],
) -> Readout:
    column = COLUMN[signal]
    is_mine = np.array([row.signal == signal.value for row in found])
    is_true = np.array([row.is_true for row in found])
    known = np.array([column in example.labels for example in calm])
    return readout(
        logits[is_mine & is_true, column],
        logits[is_mine & ~is_true, column],
        calm_logits[known, column],
        LIMITS.get(signal, OTHERS),
    )


def looked_at(readouts: Mapping[Signal, Readout], logits: NDArray[np.float64]) -> bool:
    """Whether a message with such logits, shape (signals, 2), is looked at twice."""
    return any(by.chance(logits[COLUMN[s], 0]) >= by.gate for s, by in readouts.items())


def _judged(
    found: list[Row], readouts: Mapping[Signal, Readout], logits: NDArray[np.float64]
) -> tuple[list[Judged], list[bool]]:
    judged, looked = [], []
    for row, told in zip(found, logits, strict=True):
        by = readouts[Signal(row.signal)]
        nets, encoder = told[COLUMN[Signal(row.signal)]]
        looked.append(looked_at(readouts, told))
        second = encoder if looked[-1] else None
        judged.append(Judged(row, by.chance(nets, second), by.is_raised(nets, second)))
    return judged, looked


def _raised(
    readouts: Mapping[Signal, Readout], calm: list[Example], logits: NDArray[np.float64]
) -> tuple[dict[Signal, tuple[int, int]], list[bool]]:
    looked = [looked_at(readouts, told) for told in logits]
    raised = {}
    for signal, column in COLUMN.items():
        known = [i for i, example in enumerate(calm) if column in example.labels]
        hits = [looked[i] and readouts[signal].is_raised(*logits[i, column]) for i in known]
        raised[signal] = (sum(hits), len(known))
    return raised, looked
