"""Fits the readings of replies: several logistic regressions over one sparse matrix each.

Every model that wrote replies has an offset of its own, so that weights tell what differs within a
model and not between models; a reply at run time has none of these offsets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

from mien.guard.local.replies import (
    READINGS,
    TALK_CHARS,
    WEAK,
    pooled,
    sentence_cues,
)
from mien.guard.local.reply_words import BUCKETS, cue_counts, gram_rows, plain_words, word_rows
from training.guard.replies_data import COLUMN, OWN, Reply

Array = NDArray[np.float64]
N = len(COLUMN)


@dataclass(frozen=True, slots=True)
class Strength:
    """How strongly each fit is held back; larger is weaker weights.

    Attributes:
        sentence: Of sentences.
        whole: Of replies, the user's message, and the talk.
        grams: Share of letter groups beside words, in sentences and in replies.
        cues: Share of cues, likewise.
    """

    sentence: float = 1.0
    whole: float = 0.25
    grams: tuple[float, float] = (0.5, 0.7)
    cues: tuple[float, float] = (0.17, 0.05)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Tables as `mien.guard.local.replies` reads them, in floats."""

    rarity: dict[str, Array]
    weights: dict[str, Array]
    others: dict[str, Array]


class Corpus:
    """Replies as matrices, made once and cut into folds.

    Args:
        replies: In any order.
    """

    def __init__(self, replies: Sequence[Reply]) -> None:
        self.replies = replies
        spoken = [plain_words(part) for reply in replies for part in reply.parts]
        sizes = [len(reply.parts) for reply in replies]
        self.ends = np.cumsum([0, *sizes])
        self.owner = np.repeat(np.arange(len(replies)), sizes)
        ends = self.ends.tolist()
        whole = [[w for part in spoken[a:b] for w in part] for a, b in pairwise(ends)]
        user = [plain_words(reply.user) for reply in replies]
        talk = [plain_words(" ".join((*r.said, r.user))[-TALK_CHARS:]) for r in replies]
        earlier = [plain_words(" ".join(r.heard)[-TALK_CHARS:]) for r in replies]
        self.n_words = np.array(list(map(len, whole)))
        self.words = {
            "sentence_words": _matrix(spoken, word_rows),
            "sentence_grams": _matrix(spoken, _grams),
            "reply_words": _matrix(whole, word_rows),
            "reply_grams": _matrix(whole, _grams),
            "user_words": _matrix(user, word_rows),
            "talk_words": _matrix(talk, word_rows),
            "earlier_words": _matrix(earlier, word_rows),
        }
        places = [(i == 0, i == n - 1) for n in sizes for i in range(n)]
        self.sentence_cues = np.array(
            [sentence_cues(w, *at) for w, at in zip(spoken, places, strict=True)]
        )
        self.reply_cues = np.log1p([np.array(cue_counts(w)) * 100 / (len(w) + 20) for w in whole])
        self.labels, self.known = _targets([reply.labels for reply in replies])
        marks = [mark for reply in replies for mark in reply.marks]
        self.marks, self.marked = _targets(marks)
        self.origins = sorted({r.origin for r in replies} - {OWN})
        self.origin = np.array([r.origin for r in replies])


@dataclass(frozen=True, slots=True)
class _Task:
    """One regression.

    Attributes:
        at: Rows to learn from.
        blocks: Matrices of words, each with its share.
        dense: Name, values, share and least spread of cues; None for none.
        origin: Of each row.
        labels: Of each row, shape (rows, signals).
        weights: Of the labels.
        strength: Of the penalty.
        offset: How easily a model takes an offset of its own.
    """

    at: NDArray[np.intp]
    blocks: dict[str, float]
    dense: tuple[str, Array, float, float] | None
    origin: NDArray[np.str_]
    labels: Array
    weights: Array
    strength: float
    offset: float


def fit(corpus: Corpus, at: NDArray[np.intp], strength: Strength | None = None) -> Fitted:
    """What the replies at some places teach.

    Args:
        corpus: All replies.
        at: Those to learn from.
        strength: How strongly weights are held back.
    """
    by = strength or Strength()
    made = Fitted({}, {}, {})
    for task in (_sentences(corpus, at, by), *_wholes(corpus, at, by)):
        _learn(corpus, made, task)
    return made


def _sentences(corpus: Corpus, at: NDArray[np.intp], by: Strength) -> _Task:
    parts = np.flatnonzero(np.isin(corpus.owner, at))
    return _Task(
        at=parts,
        blocks={"sentence_words": 1.0, "sentence_grams": by.grams[0]},
        dense=("sentence_cues", corpus.sentence_cues, by.cues[0], 0.2),
        origin=corpus.origin[corpus.owner],
        labels=corpus.marks,
        weights=_balanced(corpus.marks, corpus.marked, parts, 0.5),
        strength=by.sentence,
        offset=1.0,
    )


def _wholes(corpus: Corpus, at: NDArray[np.intp], by: Strength) -> list[_Task]:
    weights = _balanced(corpus.labels, corpus.known, at, 1.0)
    cues = ("reply_cues", corpus.reply_cues, by.cues[1], 0.1)
    return [
        _Task(
            at=at,
            blocks=blocks,
            dense=cues if "reply_words" in blocks else None,
            origin=corpus.origin,
            labels=corpus.labels,
            weights=weights,
            strength=by.whole,
            offset=3.0,
        )
        for blocks in (
            {"reply_words": 1.0, "reply_grams": by.grams[1]},
            {"user_words": 1.0},
            {"talk_words": 1.0},
            {"earlier_words": 1.0},
        )
    ]


def readings(corpus: Corpus, made: Fitted, at: NDArray[np.intp]) -> Array:
    """What fitted tables read in replies, shape (replies, readings, signals)."""
    parts = np.flatnonzero(np.isin(corpus.owner, at))
    spoken = (
        _apply(corpus, made, parts, ("sentence_words", "sentence_grams"))
        + corpus.sentence_cues[parts] @ made.others["sentence_cues"]
        + made.others["sentence_bias"]
    )
    start = np.searchsorted(corpus.owner[parts], at)
    stop = np.searchsorted(corpus.owner[parts], at, side="right")
    whole = _apply(corpus, made, at, ("reply_words", "reply_grams"))
    whole = whole + corpus.reply_cues[at] @ made.others["reply_cues"]
    found = np.zeros((len(at), len(READINGS), N))
    for row, (a, b) in enumerate(zip(start.tolist(), stop.tolist(), strict=True)):
        found[row, :2] = pooled(spoken[a:b].astype(np.float32))
    found[:, 2] = whole
    found[:, 3] = _apply(corpus, made, at, ("user_words",))
    found[:, 4] = _apply(corpus, made, at, ("talk_words",))
    found[:, 5] = _apply(corpus, made, at, ("earlier_words",))
    return found


def _learn(corpus: Corpus, made: Fitted, task: _Task) -> None:
    """One regression; leaves its weights in `made`."""
    at, columns = task.at, []
    for name, share in task.blocks.items():
        made.rarity[name] = _rarity(corpus.words[name], at)
        columns.append(share * _weighed(corpus.words[name][at], made.rarity[name]))
    scale = np.ones(0)
    if task.dense is not None:
        _, values, share, least = task.dense
        scale = share / (values[at].std(axis=0) + least)
        columns.append(sparse.csr_matrix(values[at] * scale))
    offsets = [(task.origin[at] == origin) * task.offset for origin in corpus.origins]
    columns.append(sparse.csr_matrix(np.stack(offsets, axis=1)))
    x = sparse.hstack(columns).tocsr()
    fitted, bias = logistic(
        x, task.labels[at], task.weights[at], task.strength, len(corpus.origins)
    )
    for number, (name, share) in enumerate(task.blocks.items()):
        made.weights[name] = fitted[number * BUCKETS : (number + 1) * BUCKETS] * share
    if task.dense is not None:
        first = len(task.blocks) * BUCKETS
        made.others[task.dense[0]] = fitted[first : first + len(scale)] * scale[:, None]
    if "sentence_words" in task.blocks:
        made.others["sentence_bias"] = bias


def logistic(
    x: sparse.csr_matrix, labels: Array, weights: Array, strength: float, free: int
) -> tuple[Array, Array]:
    """Several logistic regressions over one matrix.

    Args:
        x: Shape (n, columns).
        labels: 0 or 1, shape (n, signals).
        weights: Of each label; 0 where unknown.
        strength: Of the penalty on squared weights.
        free: The last columns, and the bias, are hardly held back.

    Returns:
        Weights, shape (columns, signals), and bias, shape (signals,).
    """
    n_columns, n_signals = x.shape[1], labels.shape[1]
    penalty = np.full((n_columns + 1, 1), strength)
    penalty[n_columns - free :] *= 0.02
    x = x.astype(np.float32)
    turned = x.T.tocsr()
    sign = 1 - 2 * labels

    def loss(flat: Array) -> tuple[float, Array]:
        w = flat.reshape(n_columns + 1, n_signals)
        wrong = sign * (x @ w[:-1].astype(np.float32) + w[-1])
        pull = sign * weights / (1 + np.exp(-wrong))
        slope = np.vstack([turned @ pull.astype(np.float32), pull.sum(axis=0)]) + penalty * w
        value = (np.logaddexp(0, wrong) * weights).sum() + 0.5 * (penalty * w * w).sum()
        return float(value), slope.ravel()

    start = np.zeros((n_columns + 1) * n_signals)
    done = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 60, "maxcor": 8})
    w = done.x.reshape(n_columns + 1, n_signals)
    return w[:-1], w[-1]


def _apply(corpus: Corpus, made: Fitted, at: NDArray[np.intp], names: Sequence[str]) -> Array:
    total = np.zeros((len(at), N))
    for name in names:
        total += _weighed(corpus.words[name][at], made.rarity[name]) @ made.weights[name]
    return total


def _grams(words: Sequence[str]) -> set[int]:
    return gram_rows(word for word in words if word not in WEAK)


def _matrix(
    found: Sequence[Sequence[str]], rows_of: Callable[[Sequence[str]], set[int]]
) -> sparse.csr_matrix:
    rows = [np.fromiter(r, np.int32, len(r)) for r in map(rows_of, found)]
    ends = np.cumsum([0, *map(len, rows)])
    values = np.ones(int(ends[-1]), np.float32)
    return sparse.csr_matrix((values, np.concatenate(rows), ends), (len(rows), BUCKETS))


def _rarity(x: sparse.csr_matrix, at: NDArray[np.intp]) -> Array:
    """Inverse document frequency; nothing for what occurs once or never."""
    seen = np.asarray((x[at] > 0).sum(axis=0)).ravel()
    rare: Array = np.log((1 + len(at)) / (1 + seen)) * (seen > 1)
    return rare


def _weighed(x: sparse.csr_matrix, rarity: Array) -> sparse.csr_matrix:
    y = x @ sparse.diags(rarity)
    length = np.sqrt(np.asarray(y.multiply(y).sum(axis=1)).ravel())
    return sparse.diags(1 / np.maximum(length, 1e-6)) @ y


def _targets(labels: Sequence[dict[str, int]]) -> tuple[Array, Array]:
    values, known = np.zeros((len(labels), N)), np.zeros((len(labels), N))
    for row, told in enumerate(labels):
        for name, value in told.items():
            values[row, COLUMN[name]], known[row, COLUMN[name]] = value, 1
    return values, known


def _balanced(labels: Array, known: Array, at: NDArray[np.intp], power: float) -> Array:
    """Weights that let the rarer class count more."""
    weights = known.copy()
    true = (known * labels)[at].sum(axis=0)
    false = (known * (1 - labels))[at].sum(axis=0)
    factor = np.maximum(false / np.maximum(true, 1), 0.05) ** power
    return np.where(labels > 0, weights * factor, weights)
