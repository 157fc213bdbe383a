"""Scoring against grades: how strong each emotion is, or whether it is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.emotions.emotion import Emotion
from mien.evals.intervals import Interval, Resampling
from mien.evals.perception.items import Form, Opened
from mien.evals.perception.scoring.graded import (
    ENOUGH,
    Graded,
    Values,
    by_emotion,
    by_rater,
    known_pairs,
    pairs_of_raters,
)
from mien.evals.perception.scoring.moments import Cell, Moments, mean_kappa, mean_over
from mien.evals.stats import QuantileMap, ranks

Index: TypeAlias = NDArray[np.intp]
Figures: TypeAlias = dict[str, Interval]

SHUFFLES = 20
HALF = 20
"""Items that a half must have for a calibration to be fitted on it."""


class GradesScorer:
    """Everything about one graded set that does not depend on who is measured.

    Args:
        opened: The set.
        resampling: Of its items.
        seed: Of the halves and shuffles.
    """

    def __init__(self, opened: Opened, resampling: Resampling, seed: int = 0) -> None:
        self._about, self._resampling, self._seed = opened.about, resampling, seed
        self._graded = list(by_emotion(opened))
        self._low, self._high = opened.about.scale
        names, number = np.unique([item.cluster for item in opened.items], return_inverse=True)
        first = np.random.default_rng(seed).permutation(len(names)) < len(names) / 2
        self._is_first = first[number]

    @property
    def emotions(self) -> tuple[Emotion, ...]:
        """Those that anything was said of."""
        return tuple(graded.emotion for graded in self._graded)

    def measure(self, scores: Values) -> tuple[Figures, dict[str, Figures]]:
        """Figures of a reader over all emotions, and of each.

        The whole is the mean over the emotions that the reader judges.

        Args:
            scores: Shares, shape (items, 41), NaN where nothing was said.
        """
        drawn, labels = self._drawn(scores, self._resampling)
        by_label = {
            label: {key: self._resampling.interval(values) for key, values in found.items()}
            for label, found in labels.items()
        }
        whole = {key: self._resampling.interval(values) for key, values in drawn.items()}
        return whole, by_label

    def chance(self, scores: Values) -> dict[str, float]:
        """The same figures with answers shuffled over the items that were answered."""
        random = np.random.default_rng(self._seed + 1)
        # No draws: a chance level is the mean over shuffles.
        alone = Resampling([str(i) for i in range(len(scores))], draws=0)
        told = ~np.isnan(scores).all(axis=1)
        sums: dict[str, list[float]] = {}
        for _ in range(SHUFFLES):
            shuffled = scores.copy()
            shuffled[told] = scores[random.permutation(np.flatnonzero(told))]
            for key, values in self._drawn(shuffled, alone)[0].items():
                sums.setdefault(key, []).append(float(values[0]))
        return {key: float(mean_over(np.array(values))) for key, values in sums.items()}

    def people(self) -> tuple[Figures, dict[str, Figures]]:
        """Raters against each other: kappa of pairs, the rest of one against the others' mean."""
        drawn: dict[str, dict[str, Values]] = {}
        for graded in self._graded:
            found: dict[str, Values] = {}
            pairs = pairs_of_raters(graded)
            if pairs:
                found["kappa"] = mean_kappa(pairs, self._resampling)
            shared, others = graded.rest()
            if len(shared) >= ENOUGH:
                items, own = graded.items[graded.place[shared]], graded.value[shared]
                found |= _closeness(Cell(items, own, others), self._resampling)
            if found:
                drawn[graded.emotion.value] = found
        return self._summed(drawn), {
            label: {key: self._resampling.interval(values) for key, values in found.items()}
            for label, found in drawn.items()
        }

    def with_each(self, scores: Values, raters: Sequence[str]) -> Figures:
        """Kappa of a reader with each rater, mean over the emotions both judged.

        Calibrated on the other half where that can be fitted, else raw.
        """
        drawn: dict[int, list[Values]] = {}
        for graded in self._graded:
            own = scores[graded.items, graded.emotion.position]
            answered = ~np.isnan(own)
            mapped = self._calibrated(graded, own, answered, is_oracle=False)
            grade = self._low + np.clip(own, 0.0, 1.0) * (self._high - self._low)
            cells = by_rater(graded, self._rounded(grade) if mapped is None else mapped, answered)
            for rater, cell in cells.items():
                drawn.setdefault(rater, []).append(Moments([cell], self._resampling).kappa()[:, 0])
        return self._of_raters(drawn, raters)

    def among_each(self, raters: Sequence[str]) -> Figures:
        """Kappa of each rater with the others, mean over pairs and emotions."""
        drawn: dict[int, list[Values]] = {}
        for graded in self._graded:
            for pair, cell in known_pairs(graded).items():
                kappa = Moments([cell], self._resampling).kappa()[:, 0]
                for rater in pair:
                    drawn.setdefault(rater, []).append(kappa)
        return self._of_raters(drawn, raters)

    def _of_raters(self, drawn: Mapping[int, list[Values]], raters: Sequence[str]) -> Figures:
        return {
            raters[rater]: self._resampling.interval(mean_over(np.stack(values, axis=1)))
            for rater, values in sorted(drawn.items())
        }

    def constants(self) -> dict[str, Values]:
        """Answers that look at nothing, by name: shares of shape (items, 41)."""
        n = len(self._is_first)
        lowest = np.zeros((n, len(Emotion)))
        usual = np.zeros((n, len(Emotion)))
        for graded in self._graded:
            share = (graded.mean.mean() - self._low) / (self._high - self._low)
            usual[:, graded.emotion.position] = share
        found = {"constant: nothing is felt": lowest, "prior: an emotion's mean grade": usual}
        if self._about.form is Form.TAGS:
            found["constant: everything is felt"] = np.ones((n, len(Emotion)))
        return found

    def _summed(self, by_label: Mapping[str, Mapping[str, Values]]) -> Figures:
        keys = dict.fromkeys(key for found in by_label.values() for key in found)
        return {
            key: self._resampling.interval(
                mean_over(np.stack([f[key] for f in by_label.values() if key in f], axis=1))
            )
            for key in keys
        }

    def _drawn(
        self, scores: Values, resampling: Resampling
    ) -> tuple[dict[str, Values], dict[str, dict[str, Values]]]:
        by_label: dict[str, dict[str, Values]] = {}
        for graded in self._graded:
            own = scores[graded.items, graded.emotion.position]
            if (~np.isnan(own)).sum() >= 2:
                by_label[graded.emotion.value] = self._of_emotion(graded, own, resampling)
        keys = dict.fromkeys(key for found in by_label.values() for key in found)
        whole = {
            key: mean_over(np.stack([f[key] for f in by_label.values() if key in f], axis=1))
            for key in keys
        }
        return whole, by_label

    def _of_emotion(self, graded: Graded, own: Values, resampling: Resampling) -> dict[str, Values]:
        answered = ~np.isnan(own)
        grade = self._low + np.clip(own, 0.0, 1.0) * (self._high - self._low)
        raw = self._rounded(grade)
        found = {"kappa": _kappa(graded, raw, answered, resampling)}
        for key, is_oracle in (("kappa_calibrated", False), ("kappa_oracle", True)):
            mapped = self._calibrated(graded, own, answered, is_oracle=is_oracle)
            if mapped is not None:
                found[key] = _kappa(graded, mapped, answered, resampling)
        cell = Cell(graded.items[answered], grade[answered], graded.mean[answered])
        found |= _closeness(cell, resampling)
        if self._about.form is Form.TAGS:
            found |= self._tags(graded, own, answered, resampling)
        return found

    def _rounded(self, grade: Values) -> Values:
        """The nearest whole grade; LAION's own notebook cuts instead, at the models' expense."""
        return np.floor(grade + 0.5)

    def _calibrated(
        self, graded: Graded, own: Values, answered: NDArray[np.bool_], *, is_oracle: bool
    ) -> Values | None:
        """Grades of equal rank, by a map from the other half of the items or from all of them."""
        mapped = np.zeros(len(own))
        first = self._is_first[graded.items]
        for target in (np.ones(len(own), dtype=bool),) if is_oracle else (first, ~first):
            source = (target if is_oracle else ~target) & answered
            if source.sum() < HALF:
                return None
            grades = graded.value[source[graded.place]]
            mapped[target] = QuantileMap.fit(own[source], grades)(own[target])
        return mapped

    def _tags(
        self, graded: Graded, own: Values, answered: NDArray[np.bool_], resampling: Resampling
    ) -> dict[str, Values]:
        """F1 with one threshold for all, and with the best of the other half; no answer is a no."""
        truth = graded.mean >= (self._low + self._high) / 2
        said = answered & (np.where(answered, own, 0.0) >= 0.5)
        found = {"macro_f1": _f1(graded.items, truth, said, resampling)}
        first = self._is_first[graded.items]
        fitted = np.zeros(len(own), dtype=bool)
        for target in (first, ~first):
            source = ~target & answered
            if source.sum() < HALF:
                return found
            cut = best_threshold(own[source], truth[source])
            fitted[target & answered] = own[target & answered] >= cut
        return {**found, "macro_f1_fitted": _f1(graded.items, truth, fitted, resampling)}


def best_threshold(scores: Values, truth: NDArray[np.bool_]) -> float:
    """The cut with the highest F1 on these items; among equals the highest."""
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + max(1, int(truth.sum())))
    # A cut can only fall between different scores.
    is_last = np.append(ranked[1:] != ranked[:-1], True)
    return float(ranked[int(np.argmax(np.where(is_last, f1, -1.0)))])


def _kappa(
    graded: Graded, mapped: Values, answered: NDArray[np.bool_], resampling: Resampling
) -> Values:
    """Mean kappa against single raters; raters of few items are taken together as one."""
    each = by_rater(graded, mapped, answered)
    told = np.flatnonzero(answered[graded.place])
    everyone = Cell(
        graded.items[graded.place[told]], mapped[graded.place[told]], graded.value[told]
    )
    return mean_kappa(list(each.values()) or [everyone], resampling)


def _closeness(cell: Cell, resampling: Resampling) -> dict[str, Values]:
    """Correlations and errors; ranks are those of the whole sample in every draw."""
    moments = Moments([cell], resampling)
    # Around zero: sums of squares of large ranks would lose what differs.
    middle = (len(cell.one) + 1) / 2
    ranked = Cell(cell.item, ranks(cell.one) - middle, ranks(cell.other) - middle)
    by_rank = Moments([ranked], resampling)
    forms: dict[str, Callable[[], Values]] = {
        "spearman": by_rank.pearson,
        "pearson": moments.pearson,
        "mae": moments.mae,
        "rmse": moments.rmse,
    }
    return {key: form()[:, 0] for key, form in forms.items()}


def _f1(
    items: Index, truth: NDArray[np.bool_], said: NDArray[np.bool_], resampling: Resampling
) -> Values:
    rows = np.column_stack([truth & said, truth, said]).astype(np.float64)
    hits, there, told = resampling.sums(items, rows).T
    with np.errstate(invalid="ignore"):
        return np.where(there + told > 0, 2 * hits / np.maximum(there + told, 1), np.nan)
