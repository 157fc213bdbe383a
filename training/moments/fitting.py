"""Fitting of the models behind causes and targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.optimize import minimize

from mien.moments.cause import PLACES, ByPlace, CauseModel, Spans
from mien.moments.clues import FEATURES, Heard, Listener, Rarity, stem, words_of
from mien.moments.linear import FARTHEST, Logistic
from mien.moments.pieces import cut, piece_clues
from mien.moments.target import KINDS, TargetModel, kind_clues
from training.moments.data import dialogues
from training.moments.talks import Asked, Mark, Talk

Array = NDArray[np.float64]

KEPT_STEMS = 6_000
SHRINKAGE = 100.0
"""Of standardized weights; .01 is its inverse, the usual C. Chosen on folds among 33 to 1,000."""

KIND_SHRINKAGE = 1_000.0
"""So for kinds, whose words are many."""

SIGNS = {
    "lag": -1, "own_between": -1, "their_between": -1, "novel": 1, "shared": 1,
    "shared_of_target": 1, "shared_of_candidate": 1, "shared_with_last": 1,
    "candidate_feeling": 1, "feeling_rank": 1, "rarity_rank": 1,
}  # fmt: skip
"""What may only speak against or for a cause: distance, and what is told or shared.

Written dialogues place far causes on purpose, which would teach that distance speaks for them.
"""


class Rows(NamedTuple):
    """What a logistic model learns from: shapes (n, features) and (n,)."""

    clues: Array
    named: Array


def rarity(goemotions: Path) -> Rarity:
    """How rare stems are in comments and in the open dialogues."""
    table = pq.read_table(goemotions, columns=["split", "text"]).to_pydict()
    pairs = zip(table["split"], table["text"], strict=True)
    texts = [text for split, text in pairs if split == "train"]
    texts += [turn["text"] for row in dialogues() for turn in row["turns"]]
    counts = Counter(one for text in texts for one in set(map(stem, words_of(text))))
    kept = counts.most_common(KEPT_STEMS)
    known = {one: round(float(np.log(len(texts) / n)), 3) for one, n in kept}
    return Rarity(known, round(float(np.log(len(texts) / 3)), 3))


def logistic(rows: Rows, signs: Sequence[int] | None = None) -> Logistic:
    """A yes or no, weights drawn toward 0 and bound to their signs."""
    mean, deviation = rows.clues.mean(axis=0), rows.clues.std(axis=0) + 1e-3
    scaled = np.clip((rows.clues - mean) / deviation, -FARTHEST, FARTHEST)
    design = np.column_stack([scaled, np.ones(len(scaled))])
    shrinkage = np.append(np.full(scaled.shape[1], SHRINKAGE), 0.0)
    limits = {-1: (None, 0.0), 0: (None, None), 1: (0.0, None)}
    bounds = [limits[sign] for sign in [*(signs or [0] * scaled.shape[1]), 0]]

    def loss(weights: Array) -> tuple[float, Array]:
        logits = design @ weights
        value = np.logaddexp(0, logits).sum() - rows.named @ logits
        slope = design.T @ (1 / (1 + np.exp(-logits)) - rows.named)
        return float(value + shrinkage @ weights**2 / 2), slope + shrinkage * weights

    start = np.zeros(design.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return _model(mean, deviation, found[:-1, None], found[-1:])


def softmax(clues: Array, classes: NDArray[np.int64], n: int, seed: int) -> Logistic:
    """One of several, weights drawn toward 0."""
    from sklearn.linear_model import LogisticRegression

    mean, deviation = clues.mean(axis=0), clues.std(axis=0) + 1e-3
    scaled = np.clip((clues - mean) / deviation, -FARTHEST, FARTHEST)
    fit = LogisticRegression(C=1 / KIND_SHRINKAGE, max_iter=1_000, random_state=seed)
    fit.fit(scaled, classes)
    weights, bias = np.zeros((clues.shape[1], n)), np.full(n, -9.0)
    weights[:, fit.classes_], bias[fit.classes_] = fit.coef_.T, fit.intercept_
    return _model(mean, deviation, weights, bias)


def _model(mean: Array, deviation: Array, weights: Array, bias: Array) -> Logistic:
    arrays = (np.asarray(part, np.float32) for part in (mean, deviation, weights, bias))
    return Logistic(*arrays)


@dataclass(frozen=True, slots=True)
class Question:
    """A turn that is asked about, with what its model hears."""

    talk: str
    asked: Asked
    heard: Heard

    @property
    def first(self) -> int:
        """Index of the first turn that is heard."""
        return self.heard.spoken[0].turn

    def marked(self, turns: Iterable[int]) -> Array:
        """Which of the turns that are heard are among some, shape (turns,)."""
        named = set(turns)
        return np.array([one.turn in named for one in self.heard.spoken], float)


def questions(talks: Iterable[Talk], listener: Listener) -> list[Question]:
    """All turns that are asked about."""
    return [
        Question(talk.id, asked, listener(talk.spoken[: asked.turn + 1]))
        for talk in talks
        for asked in talk.asked
    ]


def cause_model(asked: Sequence[Question], listener: Listener, threshold: float) -> CauseModel:
    """Taught by the turns with a cause or the target, and by the words of causes."""
    turns = by_place([(one.heard, one.marked(one.asked.taught)) for one in asked])
    marks = [(one.heard, mark) for one in asked for mark in one.asked.causes]
    return CauseModel(listener, turns, spans(marks, listener), threshold)


def target_model(asked: Sequence[Question], causes: CauseModel, seed: int) -> TargetModel:
    """Taught by the targets."""
    listener = causes.listener
    aimed = [(one, one.asked.target) for one in asked if one.asked.target is not None]
    turns = by_place([(one.heard, one.marked([mark.turn])) for one, mark in aimed])
    marks = [(one.heard, mark) for one, mark in aimed]
    words = spans(marks, listener)
    clues, kinds = [], []
    for one, mark in aimed:
        at = mark.turn - one.first
        if at >= 0:
            # As in use: words that were found, not those that readers marked.
            text = one.heard.spoken[at].text
            start, end = words.find(one.heard, at, causes.cut(text))
            clues.append(kind_clues(one.heard, at, text[start:end], listener))
            kinds.append([kind.value for kind in KINDS].index(one.asked.kind))
    fit = softmax(np.array(clues, float), np.array(kinds), len(KINDS), seed)
    return TargetModel(causes, turns, words, fit)


def by_place(rows: Sequence[tuple[Heard, Array]]) -> ByPlace:
    """A model for the turn's own words, one for the turn before, one for earlier ones."""
    signs = [SIGNS.get(name, 0) for name in FEATURES]
    cuts = (slice(-1, None), slice(-2, -1), slice(None, -2))
    models = [
        logistic(
            Rows(
                np.concatenate([heard.clues[cut] for heard, _ in rows]).astype(float),
                np.concatenate([named[cut] for _, named in rows]),
            ),
            signs,
        )
        for _, cut in zip(PLACES, cuts, strict=True)
    ]
    return ByPlace(models)


def spans(marks: Sequence[tuple[Heard, Mark]], listener: Listener) -> Spans:
    """Which clauses are marked, in the turn's own words and in those of others."""
    rows: dict[bool, list[tuple[Any, Any]]] = {True: [], False: []}
    for heard, mark in marks:
        at = mark.turn - heard.spoken[0].turn
        if at < 0:
            continue
        spoken, own = heard.spoken[at], heard.spoken[-1]
        turn = cut(spoken.text, listener.rarity)
        is_last = at == len(heard.spoken) - 2
        same = spoken.speaker == own.speaker
        clues = piece_clues(turn, heard.said[-1].stems, same=same, is_last=is_last)
        inside = [
            max(0, min(p.end, mark.end) - max(p.start, mark.start)) / max(1, p.end - p.start)
            for p in turn.pieces
        ]
        rows[spoken is own].append((clues, inside))
    own_words, other_words = (
        logistic(Rows(*(np.concatenate(part).astype(float) for part in zip(*kept, strict=True))))
        for kept in (rows[True], rows[False])
    )
    return Spans(own_words, other_words)
