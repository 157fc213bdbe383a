"""The model of turns, fitted: one softmax over dense numbers and hashed n-grams.

Dialogues give an emotion a turn. Film lines and comments give a set of emotions one of which is
meant; their loss is that of the set's summed chance, and each corpus has a bias of its own, so that
how often an emotion is named is learned from the dialogues alone. A dialogue's turns are shown with
all, with some and with none of the turns before. Weights are drawn toward those of a model that
repeats the decoder. Without comments a turn by itself was read worse than by the decoder: .35 of
GoEmotions' dev comments had one of their labels at the top, for the decoder's .70.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack, vstack

from mien.decoders.calibrate import MonotoneMap
from mien.emotions.emotion import Emotion
from mien.moments.spoken import Spoken
from mien.moments.turns import BACK, N_CONTEXT, TurnModel, Weights, features, log_odds
from mien.moments.wording import N_MARKS, TABLE, grams
from training.moments.turn_data import Talk

LEAST_NAMED = 8
"""Turns an emotion must be named in, or share, to be answered at all."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How far each kind of number is drawn toward zero, and what other corpora count.

    Attributes:
        alone: Penalty on the shares of the turn itself; so are the next three.
        marks: On surface marks.
        context: On the turns before.
        grams: On n-grams.
        films: Weight of a film line; a turn of a dialogue weighs 1.
        comments: Of a comment.
        decoder: What the log odds of an emotion count for it before anything is learned: weights
            are drawn toward this.
        steps: Of the search.
    """

    alone: float = 2.0
    marks: float = 3.0
    context: float = 3.0
    grams: float = 30.0
    films: float = 0.5
    comments: float = 1.0
    decoder: float = 0.8
    steps: int = 100


@dataclass(frozen=True, slots=True)
class Rows:
    """Turns as numbers.

    Attributes:
        dense: Shape (n, dense).
        grams: Shape (n, TABLE).
        goals: Shape (n, 41).
        is_set: Shape (n,).
        weight: Shape (n,).
        corpus: 0 for dialogues, 1 for films, 2 for comments, shape (n,).
    """

    dense: Array
    grams: csr_matrix
    goals: Array
    is_set: NDArray[np.bool_]
    weight: Array
    corpus: NDArray[np.int64]

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        """All rows of some parts."""
        return cls(
            np.concatenate([part.dense for part in parts]),
            vstack([part.grams for part in parts]).tocsr(),
            np.concatenate([part.goals for part in parts]),
            np.concatenate([part.is_set for part in parts]),
            np.concatenate([part.weight for part in parts]),
            np.concatenate([part.corpus for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Scale:
    """What shares are standardized by: columns of emotions, mean and deviation of log odds."""

    columns: NDArray[np.int64]
    mean: Array
    deviation: Array

    @classmethod
    def of(cls, talks: Sequence[Sequence[Spoken]]) -> Scale:
        """By the turns of some talks that a decoder could read."""
        shares = np.array([turn.alone.to_array() for talk in talks for turn in talk])
        shares = shares[~np.isnan(shares).all(axis=1)]
        columns = np.flatnonzero(~np.isnan(shares).any(axis=0))
        odds = log_odds(shares[:, columns])
        return cls(columns, odds.mean(axis=0), odds.std(axis=0))


def rows_of(
    talks: Sequence[Talk],
    read: Sequence[Sequence[Spoken]],
    scale: Scale,
    *,
    weight: float = 1.0,
    corpus: int = 0,
    back: NDArray[np.int64] | int = BACK,
) -> Rows:
    """Every turn of some talks with at most `back` turns before it (one number a turn, or all)."""
    turns = [(talk, i) for talk in read for i in range(len(talk))]
    backs = np.broadcast_to(back, len(turns)).tolist()
    shown = [talk[max(0, i - n) : i + 1] for (talk, i), n in zip(turns, backs, strict=True)]
    dense = [features(one, scale.columns, scale.mean, scale.deviation) for one in shown]
    known = [grams(one[-1].text) for one in shown]
    ends = np.cumsum([0, *map(len, known)])
    flat = np.concatenate([np.array(one, np.int64) for one in known])
    table = csr_matrix((np.ones(len(flat), np.float32), flat, ends), shape=(len(shown), TABLE))
    return Rows(
        np.array(dense),
        table,
        np.concatenate([talk.goals for talk in talks]),
        np.repeat([talk.is_set for talk in talks], [len(talk.texts) for talk in talks]),
        np.full(len(shown), weight, np.float32),
        np.full(len(shown), corpus),
    )


def told_by(talks: Sequence[Talk]) -> NDArray[np.int64]:
    """Positions of the emotions that enough turns of the dialogues name."""
    named = sum((talk.goals > 0).sum(axis=0) for talk in talks)
    return np.flatnonzero(named >= LEAST_NAMED)


def fitted(rows: Rows, told: NDArray[np.int64], scale: Scale, plan: Plan) -> TurnModel:
    """The model with the least penalized loss, its table rounded to int8."""
    goals = rows.goals[:, told]
    kept = goals.sum(axis=1) > 0
    goals = goals[kept]
    is_set = rows.is_set[kept]
    goals[~is_set] /= goals[~is_set].sum(axis=1, keepdims=True)
    corpora = np.eye(3)[rows.corpus[kept]]
    corpora[:, 0] = 1.0  # what holds when nothing is known of the corpus
    x = np.concatenate([rows.dense[kept], corpora], axis=1).astype(np.float32)
    n_dense = rows.dense.shape[1]
    penalty = np.concatenate([_penalties(n_dense, plan), np.full(3, 0.01)]).astype(np.float32)
    all_of = hstack([csr_matrix(x), rows.grams[kept]]).tocsr().astype(np.float32)
    penalties = np.concatenate([penalty, np.full(TABLE, plan.grams, np.float32)])[:, None]
    prior = np.zeros((all_of.shape[1], len(told)), np.float32)
    for row, column in enumerate(scale.columns.tolist()):
        prior[row, told == column] = plan.decoder * scale.deviation[row]
    found = _searched(
        all_of,
        goals,
        is_set,
        rows.weight[kept],
        penalty=penalties,
        prior=prior,
        steps=plan.steps,
    )
    table = found[x.shape[1] :]
    step = np.maximum(np.abs(table).max(axis=0), 1e-6) / 127
    return TurnModel(
        Weights(
            columns=scale.columns,
            mean=scale.mean,
            deviation=scale.deviation,
            dense=found[:n_dense],
            bias=found[n_dense],
            table=np.round(table / step).astype(np.int8),
            step=step.astype(np.float32),
            told=told,
            temperature=1.0,
            sure=MonotoneMap((0.0, 1.0), (0.0, 1.0)),
            floor=0.0,
        )
    )


def calibrated(model: TurnModel, temperature: float, sure: MonotoneMap, floor: float) -> TurnModel:
    """The same model with what folds taught of its numbers."""
    weights = replace(model.weights, temperature=temperature, sure=sure, floor=floor)
    return TurnModel(weights)


def shares_of(model: TurnModel, rows: Rows) -> Array:
    """What the model answers for each row, shape (n, 41), 0 for what it does not."""
    of = model.weights
    logits = rows.dense @ of.dense + of.bias + (rows.grams @ of.table.astype(np.float32)) * of.step
    found = np.zeros((len(logits), len(Emotion)), np.float32)
    found[:, of.told] = _softmax(logits / of.temperature)
    return found


def _penalties(n_dense: int, plan: Plan) -> Array:
    found = np.full(n_dense, plan.alone, np.float32)
    found[n_dense - N_CONTEXT - N_MARKS :] = plan.marks
    found[n_dense - N_CONTEXT :] = plan.context
    return found


def _searched(
    x: csr_matrix,
    goals: Array,
    is_set: NDArray[np.bool_],
    weight: Array,
    *,
    penalty: Array,
    prior: Array,
    steps: int,
) -> Array:
    shape = prior.shape
    turned = x.T.tocsr()

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        found = flat.reshape(shape).astype(np.float32)
        chances = _softmax(x @ found)
        meant = chances * goals
        inside = meant.sum(axis=1, keepdims=True) + 1e-9
        aim = np.where(is_set[:, None], meant / inside, goals)
        crossed = (goals * np.log(chances + 1e-9)).sum(axis=1)
        value = -(weight * np.where(is_set, np.log(inside[:, 0]), crossed)).sum()
        away = found - prior
        value += 0.5 * float((penalty * away**2).sum())
        slope = turned @ ((chances - aim) * weight[:, None]) + penalty * away
        return float(value), slope.ravel().astype(np.float64)

    options = {"maxiter": steps, "maxcor": 8}
    found = minimize(
        loss, prior.ravel().astype(np.float64), jac=True, method="L-BFGS-B", options=options
    ).x
    return np.asarray(found.reshape(shape), np.float32)


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
