"""Fits what turns log shares into shares and confidence, on validation pictures only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax

from mien.decoders.calibrate import fit_monotone
from mien.decoders.face.quality import Quality, assess_crop, detail
from mien.decoders.face.readout import Readout
from mien.decoders.face.verify import Verifier
from training.face.data import LABELS, Pictures
from training.face.degrade import Harm

Array = NDArray[np.float64]
DOUBTS = ("size", "sharpness", "exposure", "visible")
TAUS = tuple(round(0.05 * i, 2) for i in range(17))
SHIFT_COST = 0.005
"""Accuracy on validation that a prior shift may cost against the best shift."""

TOLD_RIGHT = 0.65
"""Nothing is told of pictures so bad that fewer than this part would be right."""

LEAST_QUALITY = 0.02
"""Nor of pictures worse than any that was tested."""

LEAST_CONFIDENCE = 0.4
"""Below it the strongest emotion is more likely wrong than right by half."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Validation crops under one harm, as the nets see them.

    Attributes:
        harm: What was done to them.
        log_shares: Shape (n, 8).
        qualities: One a crop.
    """

    harm: Harm
    log_shares: Array
    qualities: tuple[Quality, ...]

    @property
    def flaws(self) -> Array:
        """One minus each quality that may lower the confidence, shape (n, len(DOUBTS))."""
        return np.array([[1 - getattr(q, name) for name in DOUBTS] for q in self.qualities])


def sharpness_range(crops: NDArray[np.uint8], small: NDArray[np.uint8]) -> tuple[float, float]:
    """Values of `detail` that count as 0 (12 px) and as 1 (three quarters of clean crops)."""
    low = float(np.median([detail(crop) for crop in small]))
    high = float(np.quantile([detail(crop) for crop in crops], 0.25))
    return low, high


def judged(
    verifier: Verifier, crops: NDArray[np.uint8], side_px: float, sharpness: tuple[float, float]
) -> tuple[Quality, ...]:
    """The quality of crops of which only the side in the picture is known."""
    return tuple(
        assess_crop(crop, side_px, verifier.judge(crop).covered, sharpness) for crop in crops
    )


def fit_readout(
    seen: Sequence[Seen],
    valid: Pictures,
    prior: Array,
    sharpness: tuple[float, float],
    box: tuple[float, float],
) -> tuple[Readout, dict[str, float]]:
    """All constants of the decoder.

    Args:
        seen: Validation crops under every harm; the first is the clean one.
        valid: The same rows.
        prior: Share of each majority label in training, shape (8,).
        sharpness: From `sharpness_range`.
        box: From a cascade's box to a crop.

    Returns:
        The constants, and the shift's tau with its validation figures.
    """
    clean, majority = seen[0].log_shares, valid.majority
    confidence_temperature = _by_majority(clean, majority)
    share_temperature = _by_votes(clean, valid.shares.astype(np.float64))
    doubt = _fit_doubt(seen, majority, confidence_temperature)
    tau, told = choose_shift(clean / confidence_temperature, majority, prior)
    shift = confidence_temperature * tau * (np.log(prior) - np.log(prior).mean())
    shares = np.exp(log_softmax(clean / share_temperature, axis=1))
    readout = Readout(
        labels=LABELS,
        share_temperature=share_temperature,
        confidence_temperature=confidence_temperature,
        doubt=dict(zip(DOUBTS, doubt, strict=True)),
        shift=tuple(round(float(v), 5) for v in shift),
        shift_temperature=_by_majority(clean - shift, majority),
        spread=_spread(shares, valid.shares),
        sharpness=sharpness,
        neutral=tuple(np.median(clean[majority == 0], axis=0).round(5).tolist()),
        least_quality=_least_quality(seen, majority),
        least_confidence=LEAST_CONFIDENCE,
        box=box,
    )
    return readout, {"tau": tau, **told}


def to_metadata(readout: Readout) -> dict[str, object]:
    """What goes into the model file."""
    return {"readout": asdict(readout)}


def choose_shift(
    logits: Array, majority: NDArray[np.int64], prior: Array
) -> tuple[float, dict[str, float]]:
    """The largest tau whose accuracy is within `SHIFT_COST` of the best (rule set beforehand)."""
    rows = []
    for tau in TAUS:
        is_right = (logits - tau * np.log(prior)).argmax(1) == majority
        recalls = [is_right[majority == label].mean() for label in range(len(LABELS))]
        rows.append((tau, float(is_right.mean()), float(np.mean(recalls))))
    best = max(row[1] for row in rows)
    tau, accuracy, uar = [row for row in rows if row[1] >= best - SHIFT_COST][-1]
    return tau, {"valid_accuracy": accuracy, "valid_uar": uar}


def _by_majority(logits: Array, majority: NDArray[np.int64]) -> float:
    rows = np.arange(len(majority))

    def loss(log_t: float) -> float:
        return -float(log_softmax(logits / np.exp(log_t), axis=1)[rows, majority].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x))


def _by_votes(logits: Array, shares: Array) -> float:
    def loss(log_t: float) -> float:
        return -float((shares * log_softmax(logits / np.exp(log_t), axis=1)).sum(1).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x))


def _fit_doubt(seen: Sequence[Seen], majority: NDArray[np.int64], base: float) -> list[float]:
    """Weights of the flaws in the log temperature, none negative, by likelihood.

    The clean pictures weigh as much as all harmed ones together.
    """
    logits = np.concatenate([s.log_shares for s in seen])
    flaws = np.concatenate([s.flaws for s in seen])
    labels = np.tile(majority, len(seen))
    weights = np.ones(len(labels))
    weights[: len(majority)] = max(1, len(seen) - 1)
    rows = np.arange(len(labels))

    def loss(doubt: Array) -> float:
        told = logits / (base * np.exp(flaws @ doubt))[:, None]
        return -float(np.average(log_softmax(told, axis=1)[rows, labels], weights=weights))

    found = minimize(loss, np.full(len(DOUBTS), 0.1), bounds=[(0, 3)] * len(DOUBTS))
    return [round(float(v), 4) for v in found.x]


def _least_quality(seen: Sequence[Seen], majority: NDArray[np.int64]) -> float:
    quality = np.concatenate([[q.overall for q in s.qualities] for s in seen])
    is_right = np.concatenate([s.log_shares.argmax(1) == majority for s in seen])
    rising = fit_monotone(quality, is_right.astype(np.float64), knots=60)
    grid = np.linspace(0, 1, 501)
    enough = rising(grid.astype(np.float32)) >= TOLD_RIGHT
    return max(LEAST_QUALITY, round(float(grid[enough][0]), 4))


def _spread(
    shares: Array, votes: NDArray[np.float32], bins: int = 16
) -> tuple[tuple[float, float], ...]:
    """Root mean square error of a share by its size, against what ten raters said."""
    told, error = shares.ravel(), (shares - votes).ravel()
    parts = np.array_split(np.argsort(told, kind="stable"), bins)
    return tuple(
        (round(float(told[p].mean()), 5), round(float(np.sqrt((error[p] ** 2).mean())), 5))
        for p in parts
    )
