"""How well causes and targets are found: counts a dialogue, figures and their intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.moments.cause import CauseModel
from mien.moments.clues import words_of
from mien.moments.moment import Cause, CauseType, Target
from mien.moments.target import TargetModel
from mien.timeline.card import Figure
from training.moments.fitting import Question
from training.moments.talks import Mark

Array = NDArray[np.float64]
Rule = Callable[[Question], Iterable[int]]

RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for one question.

    Attributes:
        question: With what readers marked.
        chances: Of the turns that are heard.
        causes: Found.
        target: Found.
    """

    question: Question
    chances: Array
    causes: tuple[Cause, ...]
    target: Target | None

    @property
    def named(self) -> frozenset[int]:
        """Turns that are named; `latent` names none."""
        return frozenset(one.turn for one in self.causes if one.type is not CauseType.LATENT)


def answers(
    asked: Iterable[Question], causes: CauseModel, target: TargetModel | None = None
) -> list[Answer]:
    """What the models say, by the same calls as in use."""
    found = []
    for one in asked:
        named = causes.find(one.heard.spoken)
        aimed = target.find(one.heard.spoken, named) if target is not None else None
        found.append(Answer(one, causes.turns.chances(one.heard.clues), named, aimed))
    return found


def near(question: Question) -> frozenset[int]:
    """The rule: this turn and the one before."""
    turn = question.asked.turn
    return frozenset({turn, max(0, turn - 1)})


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of a turn that is asked about and a turn up to it, as arrays of shape (n,).

    Attributes:
        named: By the model.
        marked: By readers.
        lag: Turns between.
        talk: Index of the dialogue.
        weight: How often a pair counts.
    """

    named: NDArray[np.bool_]
    marked: NDArray[np.bool_]
    lag: NDArray[np.int64]
    talk: NDArray[np.int64]
    weight: Array

    def where(self, kept: NDArray[np.bool_]) -> Pairs:
        """Some of them."""
        return Pairs(*(getattr(self, name)[kept] for name in self.__slots__))


def pairs(found: Sequence[tuple[Question, Iterable[int]]], *, rows: bool = False) -> Pairs:
    """All pairs; those behind the window are never named.

    Args:
        found: Turns that were named, a question each.
        rows: Whether a pair counts once for each of its marks, as in RECCON's own files.
    """
    talks = {name: i for i, name in enumerate(dict.fromkeys(one.talk for one, _ in found))}
    table = []
    for one, turns in found:
        named, marks = set(turns), Counter(mark.turn for mark in one.asked.causes)
        for turn in range(one.asked.turn + 1):
            weight = max(1, marks[turn]) if rows else 1
            lag = one.asked.turn - turn
            table.append((turn in named, marks[turn] > 0, lag, talks[one.talk], weight))
    named, marked, lag, talk, weight = map(np.array, zip(*table, strict=True))
    return Pairs(named, marked, lag, talk, weight.astype(float))


def f1_figures(of: str, judged: Pairs, seed: int, group: str, *, full: bool = True) -> list[Figure]:
    """F1 of causes, of what is none, their mean, and by how far back they lie."""
    far = judged.lag >= 2
    parts = [("positive F1", judged, _positive)]
    if full:
        parts += [("negative F1", judged, _negative), ("macro F1", judged, _macro)]
        for name, kept in (("own turn", judged.lag == 0), ("turn before", judged.lag == 1)):
            parts.append((f"positive F1, {name}", judged.where(kept), _positive))
        parts.append(("positive F1, two or more turns back", judged.where(far), _positive))
    return [_figure(name, of, part, value, seed, group) for name, part, value in parts]


def _counts(judged: Pairs) -> Array:
    """True and false positives, false and true negatives of each dialogue, shape (talks, 4)."""
    cell = np.where(judged.named, np.where(judged.marked, 0, 1), np.where(judged.marked, 2, 3))
    counts = np.zeros((judged.talk.max(initial=-1) + 1, 4))
    np.add.at(counts, (judged.talk, cell), judged.weight)
    return counts


def _positive(counts: Array) -> Array:
    return 2 * counts[..., 0] / np.maximum(2 * counts[..., 0] + counts[..., 1] + counts[..., 2], 1)


def _negative(counts: Array) -> Array:
    return 2 * counts[..., 3] / np.maximum(2 * counts[..., 3] + counts[..., 1] + counts[..., 2], 1)


def _macro(counts: Array) -> Array:
    return (_positive(counts) + _negative(counts)) / 2


def _figure(
    name: str, of: str, judged: Pairs, value: Callable[[Array], Array], seed: int, group: str
) -> Figure:
    counts = _counts(judged)
    drawn = np.random.default_rng(seed).integers(len(counts), size=(RESAMPLES, len(counts)))
    low, high = np.quantile(value(counts[drawn].sum(axis=1)), [0.025, 0.975])
    return Figure(
        name=name,
        of=of,
        value=float(value(counts.sum(axis=0))),
        low=float(low),
        high=float(high),
        n=int(judged.weight.sum()),
        clusters=f"{len(np.unique(judged.talk))} dialogues",
        group=group,
    )


def mean_figure(
    name: str, of: str, values: Sequence[float], talks: Sequence[str], seed: int, group: str
) -> Figure:
    """A mean over items, with dialogues resampled."""
    names = {one: i for i, one in enumerate(dict.fromkeys(talks))}
    place = np.array([names[one] for one in talks])
    sums = np.bincount(place, values)
    sizes = np.bincount(place)
    drawn = np.random.default_rng(seed).integers(len(names), size=(RESAMPLES, len(names)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Figure(
        name=name,
        of=of,
        value=float(np.mean(values)),
        low=float(low),
        high=float(high),
        n=len(values),
        clusters=f"{len(names)} dialogues",
        group=group,
    )


def token_f1(one: str, other: str) -> float:
    """Of the words of two texts."""
    first, second = Counter(words_of(one)), Counter(words_of(other))
    shared = (first & second).total()
    return 2 * shared / (first.total() + second.total()) if shared else 0.0


def calibration_error(chances: Array, marked: Array, bins: int = 10) -> float:
    """Expected calibration error, in equal bins."""
    place = np.minimum((chances * bins).astype(int), bins - 1)
    kept = [place == i for i in range(bins) if (place == i).any()]
    return float(sum(abs(chances[b].mean() - marked[b].mean()) * b.mean() for b in kept))


def best_threshold(found: Sequence[Answer]) -> float:
    """The chance from which naming a turn gives the best F1 of what was taught."""
    chances = np.concatenate([one.chances for one in found])
    marked = np.concatenate([one.question.marked(one.question.asked.taught) for one in found]) > 0

    def f1(threshold: float) -> float:
        named = chances >= threshold
        return 2 * float((named & marked).sum()) / float(named.sum() + marked.sum())

    return float(max(np.arange(0.3, 0.6, 0.02).round(2), key=f1))


def reference(mark: Mark, question: Question) -> str:
    """The whole turn in which a mark stands."""
    return question.heard.spoken[mark.turn - question.first].text
