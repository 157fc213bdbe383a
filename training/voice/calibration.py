"""Constants of the readout, fitted on speakers that the nets never heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.decoders.calibrate import expected_calibration_error, softmax
from mien.decoders.voice.readout import Readout, meaning
from mien.emotions.maps import label_map
from training.voice.corpora import LABELS
from training.voice.gather import Said
from training.voice.measure import indices

_TEMPERATURES = np.geomspace(0.5, 4.0, 43)
_DOUBTS = np.linspace(0.0, 3.0, 31)
_RIGHT_ENOUGH = 2 / 3


@dataclass(frozen=True)
class Sure:
    """Confidence and whether it was right, for clips in several conditions."""

    confidence: NDArray[np.float64]
    is_right: NDArray[np.bool_]

    @property
    def error(self) -> float:
        """Expected calibration error, 15 equal-mass bins."""
        return expected_calibration_error(self.confidence, self.is_right)


def log_loss(logits: NDArray[np.float32], truth: NDArray[np.int64], heat: NDArray) -> float:
    """Mean negative log probability of the truth at one temperature a row."""
    shares = softmax(logits / heat[:, None].astype(np.float32))
    return float(-np.log(shares[np.arange(len(truth)), truth] + 1e-9).mean())


def fit_temperature(logits: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """The temperature with the least log loss."""
    losses = [log_loss(logits, truth, np.full(len(truth), t)) for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def fit_doubt(
    logits: NDArray[np.float32],
    truth: NDArray[np.int64],
    quality: NDArray[np.float64],
    temperature: float,
) -> float:
    """By how much temperature grows as quality falls, least log loss over all conditions."""
    losses = [
        log_loss(logits, truth, temperature * (1 + doubt * (1 - quality))) for doubt in _DOUBTS
    ]
    return float(_DOUBTS[int(np.argmin(losses))])


def sureness(
    logits: NDArray[np.float32],
    truth: NDArray[np.int64],
    quality: NDArray[np.float64],
    temperature: float,
    doubt: float,
) -> Sure:
    """Confidence as the decoder gives it, and whether the strongest emotion was meant."""
    labels = label_map("voice")
    readout = Readout(LABELS, temperature, doubt, 0.0, 0.0, (), (1.0, 1.0))
    tops = meaning(labels, labels.spread(readout.shares(logits)))
    confidence = readout.confidence(logits, quality.astype(np.float32), tops)
    return Sure(confidence.astype(np.float64), tops[np.arange(len(truth)), truth])


def least_confidence(sure: Sure) -> float:
    """The lowest threshold at which two thirds of what is told are right, one third to one half.

    Below a third a confidence says little of nine labels, whatever speech like that of the
    training made of it.
    """
    for least in np.arange(0.34, 0.5, 0.02):
        told = sure.confidence >= least
        if told.any() and sure.is_right[told].mean() >= _RIGHT_ENOUGH:
            return round(float(least), 2)
    return 0.5


def affect_scale(said: Said, priors: NDArray[np.float32]) -> tuple[float, float]:
    """What the nets' spreads of valence and arousal must be multiplied by to hold."""
    rows = np.flatnonzero(said.there & (indices(said.clips) >= 0))
    wanted = priors[indices(said.clips)[rows], :2]
    told = said.affect[0, rows]
    ratio = (wanted - told[:, :2]) / np.exp(np.clip(told[:, 2:], -3, 1))
    valence, arousal = np.sqrt(np.square(ratio).mean(axis=0))
    return float(valence), float(arousal)


def disagreement(said: Said, temperature: float) -> float:
    """Half the standard deviation between seeds, as a part of a binomial's at the same share."""
    rows = np.flatnonzero(said.there)
    shares = softmax(said.labels[:, rows], temperature).astype(np.float64)
    mean = shares.mean(axis=0)
    return float(0.5 * np.sqrt(shares.var(axis=0, ddof=1).mean() / (mean * (1 - mean)).mean()))


def typical_neutral(said: Said) -> tuple[float, ...]:
    """What the nets say of neutral speech: logits of labels and high arousal, mean of corpora."""
    label = indices(said.clips)
    corpora = np.array([clip.corpus for clip in said.clips])
    outputs = np.concatenate([said.labels[0], said.high[0][:, None]], axis=1)
    neutral = said.there & (label == LABELS.index("neutral"))
    means = [
        outputs[neutral & (corpora == corpus)].mean(axis=0) for corpus in set(corpora[neutral])
    ]
    return tuple(float(value) for value in np.mean(means, axis=0))


def adapted(
    plain: Said, given: Said, references: NDArray[np.bool_], neutral: tuple[float, ...]
) -> Said:
    """What the decoder says with a reference: the nets' answer, then `Readout.adapted`.

    Args:
        plain: Without a reference, one row of seeds.
        given: With one, likewise.
        references: Which clips serve as references, shape (clips,).
        neutral: From `typical_neutral`.
    """
    readout = Readout(LABELS, 1.0, 0.0, 0.0, 0.0, neutral, (1.0, 1.0))
    at_rest = np.concatenate([plain.labels[0], plain.high[0][:, None]], axis=1)
    said = np.concatenate([given.labels[0], given.high[0][:, None]], axis=1)
    people = np.array([clip.speaker for clip in plain.clips])
    for person in np.unique(people[references & plain.there]):
        own = people == person
        said[own] = readout.adapted(said[own], at_rest[own & references].mean(axis=0))
    return Said(plain.clips, plain.there, said[None, :, :-1], said[None, :, -1], given.affect)
