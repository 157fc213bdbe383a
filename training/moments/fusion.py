"""`python -m training.moments.fusion`: the pool's weights, from votes to card.

Everything that is reported is read on actors that the weights, their shrinkage and the temperature
have not seen: the shrinkage is chosen on folds inside the four that teach.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from mien.moments.fuse import NAME, softmax
from mien.timeline.card import Figure, Training
from training.moments.cards import WEIGHTS, Card, write
from training.moments.votes import EMOTIONS, FOLDS, Array, Votes, load, smoothed

SHRINKAGES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
BINS = 15
RESAMPLES = 1_000
START = 1.4  # of the search alone

Clips = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights and offsets: shapes (2, 6), voice before face, and (6,)."""

    weights: Array
    offsets: Array

    def logits(self, logs: Array) -> Array:
        """Log-odds of clips whose logarithms have shape (n, 2, 6)."""
        return np.asarray((logs * self.weights).sum(axis=1) + self.offsets)


def main() -> None:
    """Fit, measure on held-out actors, write weights and card."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder `fusion` of the data")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    votes = load(options.data / "crema_d_votes")
    logs = np.log(np.stack([smoothed(votes.voice), smoothed(votes.face)], axis=1))
    held = _held_out(logs, votes, options.seed)
    fit = fitted(logs, votes.winner, _chosen(logs, votes, options.seed))
    figures = _figures(votes, logs, held, options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    told = _told(fit, temperature(fit.logits(logs), votes.joint))
    (options.out / f"{NAME}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    write(_card(figures, votes, options.seed), options.out)
    for figure in figures:
        print(f"{figure.name:10} {figure.of:60} {figure.value:.4f} [{figure.low}, {figure.high}]")


def fitted(logs: Array, winner: NDArray[np.int64], shrinkage: float) -> Fit:
    """Weights a class and channel, drawn toward the channel's mean; never below 0."""
    n, channels, classes = logs.shape
    chosen = np.eye(classes)[winner]

    def loss(flat: Array) -> tuple[float, Array]:
        weights = flat[: channels * classes].reshape(channels, classes)
        away = weights - weights.mean(axis=1, keepdims=True)
        logits = (logs * weights).sum(axis=1) + flat[channels * classes :]
        chances = softmax(logits)
        value = -np.log(chances[np.arange(n), winner]).mean() + shrinkage * (away**2).sum()
        slope = (chances - chosen) / n
        by_weight = np.einsum("nk,nck->ck", slope, logs) + 2 * shrinkage * away
        return float(value), np.concatenate([by_weight.ravel(), slope.sum(axis=0)])

    start = np.concatenate([np.full(channels * classes, START), np.zeros(classes)])
    bounds = [(0.0, None)] * (channels * classes) + [(None, None)] * classes
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = found[: channels * classes].reshape(channels, classes)
    return Fit(weights, found[channels * classes :])


def temperature(logits: Array, votes: Array) -> float:
    """What logits of the winner are divided by to give the shares of raters."""
    shares = votes / votes.sum(axis=1, keepdims=True)

    def loss(log_t: float) -> float:
        chances = softmax(logits / np.exp(log_t))
        return float(-(shares * np.log(chances)).sum(axis=1).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-1, 3), method="bounded").x))


def calibration_error(chances: Array, winner: NDArray[np.int64]) -> float:
    """Expected calibration error of the top class, in equal bins."""
    top, right = chances.max(axis=1), chances.argmax(axis=1) == winner
    place = np.minimum((top * BINS).astype(int), BINS - 1)
    of_bin = [place == i for i in range(BINS) if (place == i).any()]
    return float(sum(abs(top[b].mean() - right[b].mean()) * b.mean() for b in of_bin))


def _held_out(logs: Array, votes: Votes, seed: int) -> Array:
    logits = np.zeros_like(votes.joint)
    folds = votes.folds(seed)
    for fold in range(FOLDS):
        seen = folds != fold
        part = Votes(*(getattr(votes, name)[seen] for name in votes.__slots__))
        fit = fitted(logs[seen], votes.winner[seen], _chosen(logs[seen], part, seed + 1))
        logits[~seen] = fit.logits(logs[~seen])
    return logits


def _chosen(logs: Array, votes: Votes, seed: int) -> float:
    """The shrinkage with the least loss on held-out actors."""
    folds = votes.folds(seed)
    losses = dict.fromkeys(SHRINKAGES, 0.0)
    for shrinkage in SHRINKAGES:
        for fold in range(FOLDS):
            seen = folds != fold
            fit = fitted(logs[seen], votes.winner[seen], shrinkage)
            chances = softmax(fit.logits(logs[~seen]))
            right = chances[np.arange(len(chances)), votes.winner[~seen]]
            losses[shrinkage] -= float(np.log(right).sum())
    return min(losses, key=lambda shrinkage: losses[shrinkage])


def _figures(votes: Votes, logs: Array, held: Array, seed: int) -> tuple[Figure, ...]:
    chances = softmax(held)
    product = logs.sum(axis=1)
    linear = np.exp(logs).mean(axis=1)
    rows = []
    for of, answer in (
        ("the pool", held),
        ("the face alone", logs[:, 1]),
        ("the voice alone", logs[:, 0]),
        ("the product of shares", product),
        ("the mean of shares", linear),
    ):
        right = answer.argmax(axis=1) == votes.winner
        for clips, where in (("all", np.ones(len(held), bool)), ("conflict", votes.conflict)):
            rows.append(_accuracy(f"{of}, {clips} clips", right[where], votes.actor[where], seed))
    low, high = _interval(
        votes.actor, lambda at: calibration_error(chances[at], votes.winner[at]), seed
    )
    rows.append(
        Figure(
            name="ECE",
            of="confidence of the pool, all clips",
            value=calibration_error(chances, votes.winner),
            low=low,
            high=high,
            n=len(held),
            clusters="91 actors",
        )
    )
    return tuple(rows)


def _accuracy(of: str, right: Clips, actor: NDArray[np.int64], seed: int) -> Figure:
    low, high = _interval(actor, lambda at: float(right[at].mean()), seed)
    return Figure(
        name="accuracy",
        of=of,
        value=float(right.mean()),
        low=low,
        high=high,
        n=len(right),
        clusters="91 actors",
        group="" if of.startswith("the pool") else "simple rules",
    )


def _interval(
    actor: NDArray[np.int64], value: Callable[[NDArray[np.int64]], float], seed: int
) -> tuple[float, float]:
    """95 %, resampling actors."""
    rng = np.random.default_rng(seed)
    places = [np.flatnonzero(actor == one) for one in np.unique(actor)]
    drawn = [
        value(np.concatenate([places[i] for i in rng.integers(len(places), size=len(places))]))
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def _told(fit: Fit, by: float) -> dict[str, object]:
    names = [emotion.value for emotion in EMOTIONS]
    rows = [dict(zip(names, np.round(row, 4).tolist(), strict=True)) for row in fit.weights]
    offsets = dict(zip(names, np.round(fit.offsets, 4).tolist(), strict=True))
    return {
        "weights": {"voice": rows[0], "face": rows[1]},
        "offsets": offsets,
        "temperature": round(by, 4),
    }


def _card(figures: tuple[Figure, ...], votes: Votes, seed: int) -> Card:
    return Card(
        name=NAME,
        title="A log-opinion pool of voice and face, fitted on people's votes.",
        command="python -m training.moments.fusion",
        seed=seed,
        figures=figures,
        data=(
            Training(
                name="CREMA-D, tabulated votes",
                use="fitted and tested, actors split in five folds",
                licence="ODbL-1.0 AND DbCL-1.0",
                n=len(votes.winner),
                source="CheyneyComputerScience/CREMA-D @ 1658cd3",
            ),
        ),
        limits=(
            "A pool of human votes of about ten people, not of decoders: it holds for a decoder as "
            "far as its shares are what raters would say",
            "Acted single sentences by American actors; six emotions, and the rest by the mean "
            "weight",
            "Words weigh as the mean of voice and face: a rule, since the sentences carry nothing",
        ),
    )


if __name__ == "__main__":
    main()
