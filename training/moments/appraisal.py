"""`python -m training.moments.appraisal`: how events look, from 700 sentences rated by hand.

The sentences are few, so a larger model helps: a ridge over the pooled vectors of the words
transformer learns from them, rates texts that nobody rated, and the model that ships learns its
words from both. Every reported figure on the sentences is of held-out folds, the larger model's
too. `--sealed` measures on appraisal-enISEAR, which teaches and chooses nothing.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import lsqr

from mien.decoders.words import WEIGHTS as WORDS_WEIGHTS
from mien.decoders.words.clean import words
from mien.decoders.words.models import load_ngrams, load_transformer
from mien.decoders.words.ngrams import NGrams
from mien.decoders.words.passages import passages, strongest
from mien.decoders.words.readout import judge, labels
from mien.emotions.scores import Scores
from mien.moments.appraisal import (
    FILE,
    NAME,
    VARIABLES,
    AppraisalModel,
    Weights,
    log_odds,
    told,
)
from mien.moments.events import n_signs, signs
from mien.timeline.card import Figure, Training
from training.moments.cards import Card, write
from training.moments.data import FOLDER, dialogues, lines
from training.words.fast import choose_grams, matrix

FOLDS = 5
TEACHER_RIDGE = 3000.0
GRAM_RIDGE = 3.0
SHARE_RIDGE = 60.0
EVENT_RIDGE = 200.0
EVENT_SCALE = 4.0
"""Of signs of events against the transformer's vectors, for the larger model."""

RATED_WEIGHT = 5.0
"""Of a rated sentence against an unrated one."""

MOST_GRAMS = 20_000
UNRATED = 14_000
RESAMPLES = 1_000
COLUMNS = ("Attention", "Certainty", "Effort", "Pleasant", "Responsibility", "Control",
           "Circumstance")  # fmt: skip
_FIRST = re.compile(r"\b(?:I|[Mm]y|me|[Ww]e|I'm|I've)\b")

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pool:
    """Texts and what the words decoders make of them.

    Attributes:
        texts: As told.
        pooled: What the larger model sees: the transformer's vectors and signs of events,
            shape (n, width).
        shares: Of emotions by both decoders, shape (2, n, 41).
    """

    texts: list[str]
    pooled: Array
    shares: NDArray[np.float32]


def main() -> None:
    """Fit, measure, write weights and card."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder `words` of the data")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, help="where vectors of unrated texts are kept")
    parser.add_argument("--sealed", action="store_true", help="measure on appraisal-enISEAR")
    options = parser.parse_args()
    rows = list(lines(FOLDER / "appraisal.jsonl"))
    rated = np.array([[row[name] for name in VARIABLES] for row in rows]) / 3
    own = pool_of([row["text"] for row in rows])
    unrated = _unrated(options.data, options.seed, options.cache)
    held = _held_out(own, rated, unrated, options.seed)
    weights, grams = fitted(own, rated, unrated, held)
    _keep(weights, grams)
    figures = _figures(
        "own sentences, held-out folds", _stacked(held, rated, options.seed), rated, options.seed
    )
    if options.sealed:
        figures = [*_sealed(options.data, AppraisalModel(NGrams(grams), weights), options.seed),
                   *figures]  # fmt: skip
    write(_card(tuple(figures), len(rows), len(unrated.texts), options.seed))
    for figure in figures:
        print(f"{figure.name:20} {figure.of:52} {figure.value:.3f} [{figure.low}, {figure.high}]")


@dataclass(frozen=True, slots=True)
class Held:
    """What both parts say of sentences that did not teach them, shape (n, 7) each.

    Attributes:
        grams: Words and pairs.
        shares: Emotions, of the transformer and of the fast decoder, shape (2, n, 7).
        events: Signs of events.
    """

    grams: Array
    shares: Array
    events: Array

    def rows(self, at: NDArray[np.int64]) -> Held:
        """Some of the sentences."""
        return Held(self.grams[at], self.shares[:, at], self.events[at])


def fitted(own: Pool, rated: Array, unrated: Pool, held: Held) -> tuple[Weights, list[str]]:
    """The weights that ship, from all sentences; how to join the parts comes from `held`."""
    grams, rarity, values = _grams(own.texts, own.pooled, rated, unrated)
    middle, spread, shares = _shares(own.shares, rated)
    step = np.abs(values).max(axis=0) / 127
    join = _join(held, rated)
    left = rated - sum(_joined(join, held, decoder) for decoder in range(2)) / 2
    events = _events(_signs(own.texts), rated)
    weights = Weights(
        rarity=rarity.astype(np.float32),
        grams=np.round(values / step).astype(np.int8),
        step=step.astype(np.float32),
        middle=middle,
        spread=spread,
        shares=shares.astype(np.float32),
        events=events.astype(np.float32),
        join=join.astype(np.float32),
        deviation=left.std(axis=0).astype(np.float32),
        width=rated.std(axis=0).astype(np.float32),
    )
    return weights, grams


def _held_out(own: Pool, rated: Array, unrated: Pool, seed: int) -> Held:
    folds = np.random.default_rng(seed).permutation(len(rated)) % FOLDS
    grams, events = np.zeros_like(rated), np.zeros_like(rated)
    shares, shown = np.zeros((2, *rated.shape)), _signs(own.texts)
    for fold in range(FOLDS):
        seen, out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        texts = [own.texts[i] for i in seen]
        names, rarity, values = _grams(texts, own.pooled[seen], rated[seen], unrated)
        grams[out] = _features(names, rarity, [own.texts[i] for i in out]) @ values
        middle, spread, weights = _shares(own.shares[:, seen], rated[seen])
        shares[:, out] = _away(own.shares[:, out], middle, spread) @ weights
        events[out] = shown[out] @ _events(shown[seen], rated[seen])
    return Held(grams, shares, events)


def _stacked(held: Held, rated: Array, seed: int) -> Array:
    """Joined by weights from other folds still, so that nothing of a sentence is used on it."""
    folds = np.random.default_rng(seed + 1).permutation(len(rated)) % FOLDS
    found = np.zeros_like(rated)
    for fold in range(FOLDS):
        seen, out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        found[out] = _joined(_join(held.rows(seen), rated[seen]), held.rows(out), 0)
    return found


def _signs(texts: Sequence[str]) -> Array:
    """Which signs of events texts show, zeros and ones of shape (n, signs)."""
    shown = np.zeros((len(texts), n_signs()))
    for row, text in zip(shown, texts, strict=True):
        row[signs(words(text))] = 1
    return shown


def _events(shown: Array, rated: Array) -> Array:
    """Weights of signs, each shrunken by how rare it is."""
    middle, spread = shown.mean(axis=0), shown.std(axis=0) + 0.02
    x = (shown - middle) / spread
    ridge = EVENT_RIDGE * np.eye(x.shape[1])
    weights = np.linalg.solve(x.T @ x + ridge, x.T @ (rated - rated.mean(axis=0)))
    return np.asarray(weights / spread[:, None])


def _grams(
    texts: Sequence[str], pooled: Array, rated: Array, unrated: Pool
) -> tuple[list[str], Array, Array]:
    """Words and pairs, their rarity and weights, from rated and unrated texts."""
    guessed = _taught(pooled, rated)(unrated.pooled)
    guessed -= guessed.mean(axis=0)
    both = [*texts, *unrated.texts]
    grams = choose_grams(both, MOST_GRAMS)
    plain = matrix(NGrams(grams), both, len(grams))
    rarity = np.log(len(both) / (1 + np.asarray(plain.sum(axis=0)).ravel())) + 1
    x = _scaled(plain, rarity)
    y = np.vstack([rated - rated.mean(axis=0), guessed])
    weight = np.sqrt(np.r_[np.full(len(texts), RATED_WEIGHT), np.ones(len(guessed))])
    values = [lsqr(diags(weight) @ x, weight * column, damp=GRAM_RIDGE**0.5, iter_lim=60)[0]
              for column in y.T]  # fmt: skip
    return grams, rarity, np.stack(values, axis=1)


def _taught(pooled: Array, rated: Array) -> Callable[[Array], Array]:
    """A ridge over the transformer's vectors: the larger model."""
    middle, spread, mean = pooled.mean(axis=0), pooled.std(axis=0), rated.mean(axis=0)
    # Signs keep their scale, so that rare ones stay small.
    spread[-n_signs() :] = 1
    x = (pooled - middle) / spread
    dual = np.linalg.solve(x @ x.T + TEACHER_RIDGE * np.eye(len(x)), rated - mean)
    weights = x.T @ dual
    return lambda vectors: np.asarray((vectors - middle) / spread @ weights + mean)


def _shares(
    shares: NDArray[np.float32], rated: Array
) -> tuple[NDArray[np.float32], NDArray[np.float32], Array]:
    """Middle, spread and weights of log-odds, from what both decoders read."""
    odds = log_odds(shares.reshape(-1, shares.shape[-1]))
    judged = ~np.isnan(odds).all(axis=0)
    middle, spread = np.zeros(odds.shape[1], np.float32), np.ones(odds.shape[1], np.float32)
    middle[judged], spread[judged] = odds[:, judged].mean(axis=0), odds[:, judged].std(axis=0)
    x = np.nan_to_num((odds - middle) / spread).astype(float)
    y = np.tile(rated - rated.mean(axis=0), (len(shares), 1))
    ridge = SHARE_RIDGE * np.eye(x.shape[1])
    return middle, spread, np.linalg.solve(x.T @ x + ridge, x.T @ y)


def _away(shares: NDArray[np.float32], middle: Any, spread: Any) -> Array:
    return np.nan_to_num((log_odds(shares) - middle) / spread).astype(float)


def _join(held: Held, rated: Array) -> Array:
    """A constant and two weights, none below 0, for each variable; the decoders count alike."""
    join = np.zeros((4, len(VARIABLES)))
    for i in range(len(VARIABLES)):
        twice = [np.tile(held.grams[:, i], 2), held.shares[:, :, i].ravel()]
        x = np.stack([*twice, np.tile(held.events[:, i], 2)], axis=1)
        y = np.tile(rated[:, i], 2)
        join[1:, i] = nnls(x - x.mean(axis=0), y - y.mean())[0]
        join[0, i] = y.mean() - x.mean(axis=0) @ join[1:, i]
    return join


def _joined(join: Array, held: Held, decoder: int) -> Array:
    parts = (held.grams, held.shares[decoder], held.events)
    return np.asarray(join[0] + sum(by * part for by, part in zip(join[1:], parts, strict=True)))


def _features(grams: list[str], rarity: Array, texts: Sequence[str]) -> csr_matrix:
    return _scaled(matrix(NGrams(grams), texts, len(grams)), rarity)


def _scaled(plain: csr_matrix, rarity: Array) -> csr_matrix:
    x = plain @ diags(rarity)
    length = np.sqrt(np.asarray(x.power(2).sum(axis=1)).ravel())
    return csr_matrix(diags(1 / np.maximum(length, 1e-9)) @ x)


def pool_of(texts: Sequence[str]) -> Pool:
    """What the words decoders make of texts."""
    plain = [told(text) for text in texts]
    large = load_transformer(WORDS_WEIGHTS / "words-v1.onnx", 2)
    fast = load_ngrams(WORDS_WEIGHTS / "words-fast-v1.npz")
    pooled, shares = [], []
    for text in plain:
        parts = passages(words(text)) or [["."]]
        pooled.append(large.states(parts)[1].mean(axis=0))
        shares.append([_read(model, parts) for model in (large, fast)])
    return Pool(plain, _seen(np.array(pooled), plain), np.array(shares, np.float32).swapaxes(0, 1))


def _read(model: Any, parts: list[list[str]]) -> NDArray[np.float32]:
    found = model(parts).shares
    whole = found[0] if len(found) == 1 else strongest(found, labels().index("neutral"))
    size = sum(map(len, parts))
    return np.asarray(judge(model.readout, whole[None], [size]).shares[0], np.float32)


def _unrated(data: Path, seed: int, cache: Path | None) -> Pool:
    texts = [turn["text"] for talk in dialogues() for turn in talk["turns"]
             if turn["emotion"] != "neutral"]  # fmt: skip
    reddit = pq.read_table(data / "goemotions.parquet").to_pylist()
    news = pq.read_table(data / "brighter.parquet").to_pylist()
    first = [row["text"] for row in (*reddit, *news)
             if row["split"] == "train" and row.get("lang", "eng") == "eng"
             and _FIRST.search(row["text"]) and len(row["text"].split()) >= 6]  # fmt: skip
    random.Random(seed).shuffle(first)
    texts += first[:UNRATED]
    if cache and cache.is_file():
        return Pool(texts, _seen(np.load(cache)["pooled"], texts), np.zeros((2, 0, 41), np.float32))
    model = load_transformer(WORDS_WEIGHTS / "words-v1.onnx", 2)
    pooled = np.concatenate([model.states([words(text)[:60] or ["."]])[1] for text in texts])
    if cache:
        np.savez(cache, pooled=pooled.astype(np.float16))
    return Pool(texts, _seen(pooled, texts), np.zeros((2, 0, 41), np.float32))


def _seen(pooled: NDArray[Any], texts: Sequence[str]) -> Array:
    return np.hstack([pooled.astype(float), EVENT_SCALE * _signs(texts)])


def _keep(weights: Weights, grams: list[str]) -> None:
    arrays = {name: getattr(weights, name) for name in weights.__slots__}
    arrays["rarity"] = weights.rarity.astype(np.float16)
    listed = np.frombuffer("\n".join(grams).encode(), np.uint8)
    np.savez_compressed(FILE, words=listed, **arrays)


def _sealed(data: Path, model: AppraisalModel, seed: int) -> list[Figure]:
    rows = pq.read_table(data / "enisear_appraisal.parquet").to_pylist()
    votes = np.array([[[float(row[f"{name}_a{i}"]) for i in (1, 2, 3)] for name in COLUMNS]
                      for row in rows])  # fmt: skip
    pool = pool_of([row["Sentence"] for row in rows])
    figures = []
    for which, shares in zip(("words", "words-fast"), pool.shares, strict=True):
        found = model.rate(pool.texts, Scores.from_rows(shares))
        values = np.array([[getattr(one, name) for name in VARIABLES] for one in found])
        group = "" if which == "words" else "with words-fast"
        of = f"appraisal-enISEAR, text alone, emotions by {which}"
        figures += _figures(of, values, votes.mean(axis=2), seed, group)
    rater = [np.mean([np.corrcoef(votes[:, i, k], np.delete(votes[:, i], k, 1).sum(1))[0, 1]
                      for k in range(3)]) for i in range(len(VARIABLES))]  # fmt: skip
    of = "appraisal-enISEAR, one rater against the other two"
    for name, r in zip((*VARIABLES, "mean"), (*rater, np.mean(rater)), strict=True):
        figures.append(
            Figure(name=f"r, {name}", of=of, value=float(r), n=len(rows), group="people")
        )
    return figures


def _figures(
    of: str, found: Array, rated: Array, seed: int, group: str = "own sentences"
) -> list[Figure]:
    rng = np.random.default_rng(seed)
    draws = [rng.integers(len(rated), size=len(rated)) for _ in range(RESAMPLES)]
    drawn = np.array([_r(found[at], rated[at]) for at in draws])
    value = _r(found, rated)
    rows = [
        *zip(VARIABLES, value, drawn.T, strict=True),
        ("mean", value.mean(), drawn.mean(axis=1)),
    ]
    figures = []
    for name, r, of_draws in rows:
        low, high = np.quantile(of_draws, [0.025, 0.975])
        figures.append(Figure(name=f"r, {name}", of=of, value=float(r), low=float(low),
                              high=float(high), n=len(rated), group=group))  # fmt: skip
    return figures


def _r(found: Array, rated: Array) -> Array:
    one, other = found - found.mean(axis=0), rated - rated.mean(axis=0)
    return np.asarray((one * other).sum(0) / np.sqrt((one**2).sum(0) * (other**2).sum(0)))


def _card(figures: tuple[Figure, ...], n: int, unrated: int, seed: int) -> Card:
    return Card(
        name=NAME,
        title="How an event looks to the person who tells it: seven ratings.",
        command="python -m training.moments.appraisal --sealed",
        seed=seed,
        figures=figures,
        data=(
            Training(name="appraisal.jsonl", use="taught", licence="Apache-2.0", n=n,
                     source="written and rated for this project"),
            Training(name="GoEmotions, BRIGHTER (eng), own dialogues", use="texts alone, rated by "
                     "the larger model", licence="CC BY 4.0; Apache-2.0", n=unrated,
                     source="monologg/GoEmotions-pytorch @ b75f9d3; SemEval2025-Task11 @ 513a7e8"),
            Training(name="appraisal-enISEAR", use="tested", licence="unconfirmed", n=1001,
                     source="bluzukk/appraisal-emotion-classification @ 999f1ff"),
        ),
        limits=(
            "English, and events told in a sentence or two; a chat turn without an event gets "
            "ratings near the mean",
            "Rated by the writer, who imagined three readers: one person's view",
            "Attention, certainty and effort are told by the emotion more than by the words",
            "Valence, arousal and dominance are not asked",
            "appraisal-enISEAR was looked at twice: once by four simple ridges (.295 to .473), "
            "which chose nothing, and once by what ships",
        ),
    )  # fmt: skip


if __name__ == "__main__":
    main()
