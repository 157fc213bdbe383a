"""From lessons to the detectors of a side: nets, and what their logits mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.guard.local.encoder import COLUMN as ENCODED
from mien.guard.local.lexicon import LANGUAGES
from mien.guard.local.weights import Readout
from mien.guard.signals import Signal
from training.guard.calibrate import beyond_near, readout
from training.guard.encoder_kept import key_of, read_kept
from training.guard.export import Trained
from training.guard.held_out import held_out, read_nets, write_nets
from training.guard.lessons import Lessons
from training.guard.measure import Judged
from training.guard.train import Example


@dataclass(frozen=True, slots=True)
class Run:
    """A training run.

    Attributes:
        data: Folder of the corpora, with `words` and `safety`.
        encoder: File of the encoder's held-out logits.
        nets_held_out: Folder of the nets' held-out logits.
        seed: Of everything.
        is_new: Whether nets are taught; else those of the weight file are kept, and their held-out
            logits read.
        processes: That teach nets at a time.
    """

    data: Path
    encoder: Path
    nets_held_out: Path
    seed: int = 0
    is_new: bool = True
    processes: int = 2


class Taught(NamedTuple):
    """What a run gives.

    Attributes:
        trained: The detectors.
        judged: Every open row, by nets that saw neither it nor its twin.
        calm: How many calm messages of each signal were raised, and of how many.
        looked: How many calm messages were looked at twice, and of how many.
        counts: Examples by where they come from.
    """

    trained: Trained
    judged: list[Judged]
    calm: dict[Signal, tuple[int, int]]
    looked: tuple[int, int]
    counts: dict[str, int]


def teach(lessons: Lessons, run: Run) -> Taught:
    """Nets from all open rows; what their logits mean is fitted on held-out ones."""
    kept = run.nets_held_out / f"nets-held-out-{lessons.side}.npz"
    if run.is_new:
        readings = held_out(
            lessons.rows,
            lessons.examples,
            lessons.further,
            lessons.calm,
            outputs=len(lessons.signals),
            plan=lessons.plan,
            nets=lessons.nets,
            seed=run.seed,
            processes=run.processes,
        )
        write_nets(kept, readings)
    else:
        readings = read_nets(kept, [*lessons.examples, *lessons.calm])
    seen, side = read_kept(run.encoder), lessons.side
    # Half of what is calm taught the encoder.
    asked = [i for i, one in enumerate(lessons.calm) if key_of(side, one.text) in seen]
    calm = [lessons.calm[i] for i in asked]
    both = _Both(
        lessons,
        calm,
        _pairs(lessons, readings.rows, [seen[key_of(side, row.text)] for row in lessons.rows]),
        _pairs(lessons, readings.ordinary[asked], [seen[key_of(side, c.text)] for c in calm]),
    )
    readouts = both.readouts()
    raised, looked = both.raised(readouts)
    counts = {
        "open pairs": len(lessons.rows),
        "further": len(lessons.further),
        "calm": len(lessons.calm),
    }
    languages = dict.fromkeys(lessons.signals, LANGUAGES)
    trained = Trained(side, lessons.signals, readings.nets, readouts, languages)
    return Taught(trained, both.judged(readouts), raised, (sum(looked), len(looked)), counts)


def _pairs(
    lessons: Lessons, nets: NDArray[np.float32], encoder: list[NDArray[np.float32]]
) -> NDArray[np.float64]:
    """Logits of the nets and of the encoder side by side, shape (n, signals, 2)."""
    columns = [ENCODED[signal] for signal in lessons.signals]
    found = [nets[:, : len(columns)], np.stack(encoder)[:, columns]]
    return np.stack(found, axis=2).astype(float)


class _Both(NamedTuple):
    """Held-out logits of both looks.

    Attributes:
        lessons: Of the side.
        calm: Messages that taught neither.
        of_rows: Of the open rows, shape (rows, signals, 2).
        of_calm: Shape (calm, signals, 2).
    """

    lessons: Lessons
    calm: list[Example]
    of_rows: NDArray[np.float64]
    of_calm: NDArray[np.float64]

    def readouts(self) -> dict[Signal, Readout]:
        """What logits mean."""
        signals = self.lessons.signals
        told = {signal: self._readout(signal) for signal in signals}
        near = {signal: self._own(signal, is_true=False) for signal in signals}
        for group, share in self.lessons.floors:
            mine = {signal: told[signal] for signal in signals if signal in group}
            told.update(beyond_near(mine, near, share))
        return told

    def _readout(self, signal: Signal) -> Readout:
        column = self.lessons.signals.index(signal)
        known = np.array([column in example.labels for example in self.calm])
        return readout(
            self._own(signal, is_true=True),
            self._own(signal, is_true=False),
            self.of_calm[known, column],
            self.of_calm[:, column],
            self.lessons.limits[signal],
        )

    def _own(self, signal: Signal, *, is_true: bool) -> NDArray[np.float64]:
        """Logits of the rows that were written for a signal, shape (n, 2)."""
        mine = [row.signal == signal and row.is_true == is_true for row in self.lessons.rows]
        found: NDArray[np.float64] = self.of_rows[mine, self.lessons.signals.index(signal)]
        return found

    def _looked_at(
        self, readouts: Mapping[Signal, Readout], logits: NDArray[np.float64]
    ) -> list[bool]:
        """Whether messages are looked at twice."""
        by = [readouts[signal] for signal in self.lessons.signals]
        return [
            any(one.chance(nets) >= one.gate for one, (nets, _) in zip(by, row, strict=True))
            for row in logits
        ]

    def judged(self, readouts: Mapping[Signal, Readout]) -> list[Judged]:
        """The open rows as both looks judge them."""
        found = []
        looked = self._looked_at(readouts, self.of_rows)
        for row, told, is_looked in zip(self.lessons.rows, self.of_rows, looked, strict=True):
            by = readouts[Signal(row.signal)]
            nets, encoder = told[self.lessons.signals.index(Signal(row.signal))]
            second = encoder if is_looked else None
            found.append(Judged(row, by.chance(nets, second), by.is_raised(nets, second)))
        return found

    def raised(
        self, readouts: Mapping[Signal, Readout]
    ) -> tuple[dict[Signal, tuple[int, int]], list[bool]]:
        """How many calm messages each signal is raised in, and which are looked at twice."""
        looked = self._looked_at(readouts, self.of_calm)
        raised = {}
        for column, signal in enumerate(self.lessons.signals):
            known = [i for i, example in enumerate(self.calm) if column in example.labels]
            by = readouts[signal]
            hits = [looked[i] and by.is_raised(*self.of_calm[i, column]) for i in known]
            raised[signal] = (sum(hits), len(known))
        return raised, looked
