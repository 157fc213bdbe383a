"""Scoring against a choice: which one of some labels fits."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.emotions.emotion import Emotion
from mien.emotions.maps import LabelMap, label_map
from mien.evals.intervals import Interval, Resampling
from mien.evals.perception.items import Opened
from mien.evals.perception.scoring.agreement import alpha_of_votes
from mien.evals.perception.scoring.labels import explain
from mien.evals.perception.scoring.lenient import lenient
from mien.evals.perception.scoring.moments import mean_over
from mien.evals.stats import accuracy, confusion, macro_f1, unweighted_average_recall

Values: TypeAlias = NDArray[np.float64]
Figures: TypeAlias = dict[str, Interval]

SHUFFLES = 200


class ChoiceScorer:
    """Everything about one set of choices that does not depend on who is measured.

    Args:
        opened: The set; its labels begin with those of its map.
        resampling: Of its items.
        seed: Of shuffles.
    """

    def __init__(self, opened: Opened, resampling: Resampling, seed: int = 0) -> None:
        self._resampling, self._seed = resampling, seed
        self._labels = corpus_labels(opened)
        n = len(opened.items)
        self._counts = np.zeros((n, len(opened.sheet.labels)))
        np.add.at(self._counts, (opened.sheet.item, opened.sheet.label), opened.sheet.value)
        truth = opened.truth if opened.truth is not None else self._counts.argmax(axis=1)
        self._truth = truth.astype(np.intp)

    @property
    def decided(self) -> NDArray[np.bool_]:
        """The items that have a right answer, shape (items,)."""
        return np.asarray(self._truth >= 0)

    def measure(
        self, scores: Values, kept: NDArray[np.bool_]
    ) -> tuple[Figures, dict[str, Figures], dict[str, float]]:
        """Figures of a reader over all labels, the recall of each label, and by chance.

        No answer is a wrong answer.

        Args:
            scores: Shares, shape (items, 41), NaN where nothing was said.
            kept: Items that count, shape (items,).
        """
        items = np.flatnonzero(kept & self.decided)
        shares = explain(scores[items], self._labels)
        has_answer: NDArray[np.bool_] = np.asarray(~np.isnan(scores[items]).all(axis=1))
        said = np.where(has_answer, shares.argmax(axis=1), -1)
        passes = lenient(scores[items], self._labels) & has_answer[:, None]
        whole, by_label = self._figures(items, said, passes)
        return whole, by_label, self._chance(items, said, passes)

    def people(self) -> tuple[Figures, dict[str, Figures]]:
        """One rater against the majority of the others; nothing where votes are not at hand."""
        if (self._counts.sum(axis=1) < 2).all():
            return {}, {}
        tables = self._left_out()
        n = tables.shape[1]
        items = np.flatnonzero(self.decided)
        drawn = self._resampling.sums(items, tables[items].reshape(len(items), n * (n + 1)))
        whole, by_label = _of_tables(drawn.reshape(-1, n, n + 1), self._labels, self._resampling)
        whole["one_rater"] = self._pair_agreement(items)
        whole["alpha_nominal"] = alpha_of_votes(self._counts, self._resampling)
        return whole, by_label

    def constants(self) -> dict[str, Values]:
        """The most frequent label for everything, as shares of shape (items, 41)."""
        n_labels = len(self._labels.labels)
        usual = int(np.bincount(self._truth[self.decided], minlength=n_labels).argmax())
        row = np.zeros((1, n_labels), dtype=np.float32)
        row[0, usual] = 1.0
        spread = self._labels.spread(row).astype(np.float64)
        name = f"constant: {self._labels.labels[usual]}"
        return {name: np.repeat(spread, len(self._truth), axis=0)}

    def _figures(
        self, items: NDArray[np.intp], said: NDArray[np.intp], passes: NDArray[np.bool_]
    ) -> tuple[Figures, dict[str, Figures]]:
        n = len(self._labels.labels)
        truth = self._truth[items]
        tables = np.zeros((len(items), n, n + 1))
        tables[np.arange(len(items)), truth, np.where(said < 0, n, said)] = 1.0
        drawn = self._resampling.sums(items, tables.reshape(len(items), n * (n + 1)))
        whole, by_label = _of_tables(drawn.reshape(-1, n, n + 1), self._labels, self._resampling)
        shares = self._shares_of_votes(items)
        if shares is not None:
            whole["one_rater"] = self._share(items, shares[np.arange(len(items)), said])
        right = passes[np.arange(len(items)), truth].astype(np.float64)
        whole["lenient"] = self._share(items, right)
        return whole, by_label

    def _share(self, items: NDArray[np.intp], right: Values) -> Interval:
        sums = self._resampling.sums(items, np.column_stack([right, np.ones(len(items))]))
        return self._resampling.interval(sums[:, 0] / np.maximum(sums[:, 1], 1e-12))

    def _pair_agreement(self, items: NDArray[np.intp]) -> Interval:
        """How often two raters of an item say the same."""
        votes = self._counts[items]
        n = votes.sum(axis=1)
        many = n > 1
        same = (votes * (votes - 1)).sum(axis=1)[many] / (n * (n - 1))[many]
        return self._share(items[many], same)

    def _left_out(self) -> Values:
        """For each item how often a vote (column) met each majority of the others (row)."""
        n_items, n_all = self._counts.shape
        n = len(self._labels.labels)
        tables = np.zeros((n_items, n, n + 1))
        total = np.maximum(self._counts.sum(axis=1), 1.0)
        for vote in range(n_all):
            rest = self._counts.copy()
            rest[:, vote] -= 1.0
            best = rest.max(axis=1, keepdims=True)
            winner = rest.argmax(axis=1)
            is_clear = ((rest == best).sum(axis=1) == 1) & (best[:, 0] > 0) & (winner < n)
            there = np.flatnonzero((self._counts[:, vote] > 0) & is_clear)
            share = self._counts[there, vote] / total[there]
            tables[there, winner[there], min(vote, n)] += share
        return tables

    def _chance(
        self, items: NDArray[np.intp], said: NDArray[np.intp], passes: NDArray[np.bool_]
    ) -> dict[str, float]:
        """The same answers shuffled over the items."""
        random = np.random.default_rng(self._seed + 1)
        truth, n, every = self._truth[items], len(self._labels.labels), np.arange(len(items))
        shares = self._shares_of_votes(items)
        found: dict[str, list[float]] = {}
        for _ in range(SHUFFLES if len(items) else 0):
            order = random.permutation(len(items))
            table = confusion(truth, said[order], n)
            chances = {
                "uar": unweighted_average_recall(table),
                "accuracy": accuracy(table),
                "macro_f1_labels": macro_f1(table),
                "lenient": float(passes[order, truth].mean()),
            }
            if shares is not None:
                # The last column is for no answer.
                chances["one_rater"] = float(shares[every, said[order]].mean())
            for key, value in chances.items():
                found.setdefault(key, []).append(value)
        return {key: float(np.mean(values)) for key, values in found.items()}

    def _shares_of_votes(self, items: NDArray[np.intp]) -> Values | None:
        """The share of raters who chose each label, and 0 for none; None without votes."""
        votes = self._counts[items]
        total = votes.sum(axis=1, keepdims=True)
        if not (total > 1).any():
            return None
        return np.column_stack([votes / np.maximum(total, 1.0), np.zeros(len(items))])


def corpus_labels(opened: Opened) -> LabelMap:
    """The map of a set's own labels, in the order of its sheet."""
    whole = label_map(opened.about.label_map)
    names = [name for name in opened.sheet.labels if name in whole.labels]
    rows = [whole.index(name) for name in names]
    taught = whole.taught(names)
    return LabelMap(
        name=whole.name,
        labels=tuple(names),
        covers=taught.covers,
        partly=whole.partly,
        matrix=whole.matrix[rows],
        priors=whole.priors[rows],
        exclusive=whole.exclusive,
    )


def uncovered(labels: LabelMap, covers: tuple[Emotion, ...]) -> list[str]:
    """Labels that mean nothing a decoder judges: it can never be right on them."""
    places = [emotion.position for emotion in covers]
    means = labels.matrix[:, places].sum(axis=1) if places else np.zeros(len(labels.labels))
    return [name for name, weight in zip(labels.labels, means, strict=True) if weight == 0]


def _of_tables(
    tables: Values, labels: LabelMap, resampling: Resampling
) -> tuple[Figures, dict[str, Figures]]:
    """Figures of confusion tables under every draw, shape (draws + 1, labels, labels + 1)."""
    there = tables.sum(axis=2)
    hits = np.diagonal(tables, axis1=1, axis2=2)
    both = there + tables[:, :, :-1].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        recalls = np.where(there > 0, hits / there, np.nan)
        f1 = np.where(both > 0, 2 * hits / both, np.nan)
        accuracy = hits.sum(axis=1) / there.sum(axis=1)
    whole = {
        "uar": resampling.interval(mean_over(recalls)),
        "accuracy": resampling.interval(accuracy),
        "macro_f1_labels": resampling.interval(mean_over(f1)),
    }
    by_label = {
        name: {
            "recall": resampling.interval(recalls[:, k]),
            "f1": resampling.interval(f1[:, k]),
        }
        for k, name in enumerate(labels.labels)
        if there[0, k] > 0
    }
    return whole, by_label
