"""`python -m training.moments.turns`: the emotion of a turn, from dialogues to weights and card.

Settings and calibration come from folds, each a file of the open dialogues, written apart from the
others. `--sealed` adds the dialogues that are kept as test; the sets under `--data` that are for
evaluation alone are only measured.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decoders.calibrate import MonotoneMap, fit_monotone
from mien.emotions.emotion import Emotion
from mien.moments.spoken import Spoken
from mien.moments.turns import BACK, N_CONTEXT, NAME, TurnModel
from mien.timeline.card import Figure
from training.moments.cards import WEIGHTS, write
from training.moments.data import dialogues, felt
from training.moments.turn_card import answered, card, decoded, of_comments, of_sets, of_shares
from training.moments.turn_data import (
    DECODERS,
    Talk,
    blind,
    comments,
    film_lines,
    own_talks,
    spoken,
)
from training.moments.turn_fit import (
    Array,
    Plan,
    Rows,
    Scale,
    calibrated,
    fitted,
    rows_of,
    shares_of,
    told_by,
)

SEED = 1
FLOORS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4)
MOST_REFUSED = 0.2
"""Of turns, at most, that the floor of confidence leaves untold: as for the words decoders."""

CARRY = 0.5
"""Part of the weights of earlier turns that is kept. Written dialogues have a course, calm at first
and warm in the end, that other talk lacks: what they teach of it is believed by half."""

FELT = "felt"
"""How the names of dialogues begin that were written for their emotions alone."""

_TEMPERATURES = np.arange(0.7, 1.61, 0.05)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one run learns from.

    Attributes:
        talks: The open dialogues.
        read: As each decoder reads them, by its name.
        others: Rows of film lines and comments, as both decoders read them.
        scale: Of shares.
        fold: Of each dialogue: its file.
    """

    talks: list[Talk]
    read: dict[str, list[list[Spoken]]]
    others: list[Rows]
    scale: Scale
    fold: NDArray[np.str_]

    @property
    def is_measured(self) -> NDArray[np.bool_]:
        """Which dialogues figures are made of: not those that have nothing but emotions."""
        return ~np.char.startswith(self.fold, FELT)

    @property
    def measured(self) -> list[Talk]:
        """The dialogues that figures are made of."""
        return [self.talks[i] for i in np.flatnonzero(self.is_measured).tolist()]


def main() -> None:
    """Fit, write the weights, measure, write the card."""
    parser = argparse.ArgumentParser(prog="python -m training.moments.turns", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder `words` of the data")
    parser.add_argument("--run", type=Path, help="keeps what the decoders read, for the next run")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--sealed", action="store_true", help="measure the sealed dialogues too")
    options = parser.parse_args()
    plan = Plan()
    lesson = gather(options.data, options.run, plan)
    model = taught(lesson, np.ones(len(lesson.talks), bool), plan)
    held = held_out(lesson, plan)
    model = calibrated(model, *calibration(held, truth_of(lesson.measured)))
    options.out.mkdir(parents=True, exist_ok=True)
    save(model, options.out / f"{NAME}.npz")
    figures = of_folds(held, lesson, model)
    if options.sealed:
        figures += of_sealed(model, options.run)
    figures += of_comments(model, options.data, options.run)
    figures += of_sets(model, options.data, options.run)
    for figure in figures:
        print(f"{figure.name:14} {figure.of:64} {figure.value:.4f} [{figure.low}, {figure.high}]")
    n_turns = sum(len(talk.texts) for talk in lesson.measured)
    n_felt = sum(len(talk.texts) for talk in lesson.talks) - n_turns
    others = [len(part.weight) for part in lesson.others[:: len(DECODERS)]]
    write(card(figures, [n_turns, n_felt, *others], SEED), options.out)


def gather(data: Path, run: Path | None, plan: Plan) -> Lesson:
    """Everything to learn from, read by both decoders."""
    talks = own_talks([*dialogues(), *felt()])
    read = {name: spoken(talks, name, run) for name in DECODERS}
    scale = Scale.of([turn for found in read.values() for turn in found])
    corpora = ((film_lines(data), plan.films), (comments(data, "dev"), plan.comments))
    others = [
        rows_of(lines, spoken(lines, name, run), scale, weight=weight / len(DECODERS), corpus=i)
        for i, (lines, weight) in enumerate(corpora, start=1)
        for name in DECODERS
    ]
    fold = np.array([talk.name.rpartition("-")[0] for talk in talks])
    return Lesson(talks, read, others, scale, fold)


def taught(lesson: Lesson, chosen: NDArray[np.bool_], plan: Plan) -> TurnModel:
    """The model of some of the dialogues, not calibrated yet."""
    at = np.flatnonzero(chosen).tolist()
    talks = [lesson.talks[i] for i in at]
    n = sum(len(talk.texts) for talk in talks)
    some = np.random.default_rng(SEED).integers(0, BACK + 1, n)
    parts = [
        rows_of(talks, [read[i] for i in at], lesson.scale, weight=weight, back=back)
        for read in lesson.read.values()
        for weight, back in ((0.25, BACK), (0.125, 0), (0.125, some))
    ]
    rows = Rows.joined([*parts, *lesson.others])
    model = fitted(rows, told_by(talks), lesson.scale, plan)
    dense = model.weights.dense.copy()
    dense[-N_CONTEXT:] *= CARRY
    return TurnModel(replace(model.weights, dense=dense))


def held_out(lesson: Lesson, plan: Plan) -> dict[tuple[str, int], Array]:
    """Shares of every turn by a model that saw nothing of its file, by decoder and turns back."""
    folds = lesson.fold[lesson.is_measured]
    n = [len(talk.texts) for talk in lesson.measured]
    of_turn = np.repeat(folds, n)
    found = {
        (name, back): np.zeros((sum(n), len(Emotion)), np.float32)
        for name in DECODERS
        for back in (BACK, 0)
    }
    for one in np.unique(folds):
        model = taught(lesson, lesson.fold != one, plan)
        at = np.flatnonzero(lesson.fold == one).tolist()
        talks = [lesson.talks[i] for i in at]
        for (name, back), shares in found.items():
            read: Sequence[Sequence[Spoken]] = [lesson.read[name][i] for i in at]
            shares[of_turn == one] = shares_of(model, rows_of(talks, read, lesson.scale, back=back))
    return found


def truth_of(talks: Sequence[Talk]) -> NDArray[np.int64]:
    """The first emotion of every turn, as its position."""
    return np.concatenate([talk.goals.argmax(axis=1) for talk in talks])


def calibration(
    held: dict[tuple[str, int], Array], truth: NDArray[np.int64]
) -> tuple[float, MonotoneMap, float]:
    """Temperature, the map of confidence and its floor, from what the folds answered."""
    shares = np.concatenate(list(held.values()))
    truths = np.tile(truth, len(held))
    temperature = min(_TEMPERATURES, key=lambda t: _surprise(cooled(shares, t), truths))
    shares = cooled(shares, temperature)
    right = (shares.argmax(axis=1) == truths).astype(np.float64)
    sure = fit_monotone(shares.max(axis=1).astype(np.float64), right)
    confidence = sure(shares.max(axis=1))
    floor = max(f for f in FLOORS if f == FLOORS[0] or (confidence < f).mean() <= MOST_REFUSED)
    return float(temperature), sure, floor


def of_folds(held: dict[tuple[str, int], Array], lesson: Lesson, model: TurnModel) -> list[Figure]:
    """Figures of the open dialogues, each answered by a model that saw nothing of its file."""
    found = []
    for (name, back), shares in held.items():
        of = f"open dialogues, folds by file, {name}{'' if back else ', the turn by itself'}"
        seen = cooled(shares, model.weights.temperature)
        confidence = model.weights.sure(seen.max(axis=1))
        found += of_shares(seen, lesson.measured, of, confidence, "folds")
    return found


def of_sealed(model: TurnModel, run: Path | None) -> list[Figure]:
    """Figures of the dialogues that are kept as test."""
    talks, found = own_talks(dialogues(sealed=True)), []
    for name in DECODERS:
        read = spoken(talks, name, run)
        for manner, shares in (
            ("", answered(model, read)),
            (", speakers hidden", answered(model, [blind(talk) for talk in read])),
            (", the turn by itself", answered(model, read, back=0)),
            (", decoder alone", decoded(read)),
        ):
            confidence = model.weights.sure(shares.max(axis=1))
            found += of_shares(shares, talks, f"sealed dialogues, {name}{manner}", confidence, "")
    return found


def cooled(shares: Array, temperature: float) -> Array:
    """Shares whose log odds are divided by a temperature; what was 0 stays 0."""
    powers = shares ** (1 / temperature)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def save(model: TurnModel, path: Path) -> None:
    """The weights as plain arrays."""
    of = model.weights
    np.savez_compressed(
        path,
        columns=of.columns.astype(np.int16),
        mean=of.mean,
        deviation=of.deviation,
        dense=of.dense,
        bias=of.bias,
        table=of.table,
        step=of.step,
        told=of.told.astype(np.int16),
        temperature=np.float32(of.temperature),
        sure_x=np.array(of.sure.x, np.float32),
        sure_y=np.array(of.sure.y, np.float32),
        floor=np.float32(of.floor),
    )


def _surprise(shares: Array, truth: NDArray[np.int64]) -> float:
    return -float(np.log(np.maximum(shares[np.arange(len(truth)), truth], 1e-4)).mean())


if __name__ == "__main__":
    main()
