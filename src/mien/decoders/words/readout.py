"""From a model's numbers to what is said: shares, confidence, and when to keep silent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import ScoresArray
from mien.decoders.calibrate import MonotoneMap
from mien.emotions.emotion import Emotion
from mien.emotions.maps import LabelMap, label_map
from mien.timeline.reading import Reason

RATERS = 3.64
"""Raters a text had on average in GoEmotions: how far a share from so few may stray."""

ENOUGH_WORDS = 5
TOLD_EXTRA = 0.1
"""Shares of labels outside the forty are told from here on."""


@cache
def labels() -> LabelMap:
    """The label set that both words models were taught."""
    return label_map("goemotions")


@dataclass(frozen=True, slots=True)
class Readout:
    """What training found out about a model's numbers.

    Attributes:
        confidence: Weights of the constant, the log odds of the strongest and of the second
            emotion, and the log of the number of words.
        x: Knots of the isotonic map behind them.
        y: Its values, chances of being right.
        floor: Below this confidence the verdict is `cannot_tell`.
        thresholds: Share from which a label counts as named, for scoring, in label order.
    """

    confidence: tuple[float, float, float, float]
    x: tuple[float, ...]
    y: tuple[float, ...]
    floor: float
    thresholds: tuple[float, ...]

    def to_json(self) -> str:
        """For the metadata of a weight file."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Readout:
        """What `to_json` wrote."""
        plain = json.loads(text)
        one, two, three, four = map(float, plain["confidence"])
        return cls(
            confidence=(one, two, three, four),
            x=tuple(map(float, plain["x"])),
            y=tuple(map(float, plain["y"])),
            floor=float(plain["floor"]),
            thresholds=tuple(map(float, plain["thresholds"])),
        )

    def sureness(self, shares: ScoresArray, sizes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated chance that the strongest emotion is the raters' majority, shape (n,).

        Args:
            shares: Of emotions, NaN where not covered, shape (n, 41).
            sizes: Words in each text, shape (n,).
        """
        raw = confidence_features(shares, sizes) @ np.array(self.confidence, np.float32)
        return MonotoneMap(self.x, self.y)(raw)


def confidence_features(shares: ScoresArray, sizes: NDArray[np.float32]) -> NDArray[np.float32]:
    """What confidence is made of, shape (n, 4); see `Readout.confidence`."""
    known = np.nan_to_num(shares, nan=0.0)
    two = np.clip(np.partition(known, -2, axis=1)[:, -2:], 1e-4, 1 - 1e-4)
    odds = np.log(two / (1 - two))
    columns = [np.ones(len(shares)), odds[:, 1], odds[:, 0], np.log(np.maximum(sizes, 1))]
    return np.stack(columns, 1).astype(np.float32)


class Judgement(NamedTuple):
    """What is said of each of n texts.

    Attributes:
        shares: Shape (n, 41), NaN where not covered.
        deviations: Their standard deviations, same shape.
        confidence: Shape (n,).
        reasons: Why nothing is told, or None.
        extra: Shares of labels that none of the forty stands for.
    """

    shares: ScoresArray
    deviations: ScoresArray
    confidence: NDArray[np.float32]
    reasons: list[Reason | None]
    extra: list[dict[str, float]]


def judge(readout: Readout, shares: NDArray[np.float32], sizes: Sequence[int]) -> Judgement:
    """Shares of emotions with their doubts, from shares of labels.

    Args:
        readout: Of the model that gave them.
        shares: Shape (n, labels).
        sizes: Words in each text.
    """
    counts = np.array(sizes, np.float32)
    spread = labels().spread(shares)
    sure = readout.sureness(spread, counts)
    tops = np.nanargmax(spread, axis=1) if len(spread) else np.zeros(0, int)
    reasons = [
        _doubt(size, top == Emotion.NEUTRAL.position, is_sure)
        for size, top, is_sure in zip(
            sizes, tops.tolist(), (sure >= readout.floor).tolist(), strict=True
        )
    ]
    return Judgement(spread, _deviations(spread, counts), sure, reasons, _extra(shares))


def _doubt(size: int, is_neutral: bool, is_sure: bool) -> Reason | None:
    # "ok" or "fine." may mean anything; "congratulations" and a laughing emoji do not.
    if size <= 1 and (is_neutral or not is_sure):
        return Reason.TOO_SHORT
    return None if is_sure else Reason.LOW_CONFIDENCE


def _deviations(shares: ScoresArray, sizes: NDArray[np.float32]) -> ScoresArray:
    # As many raters as the training set had, fewer the shorter a text is: a single word
    # is read as if one person had read it.
    raters = 1 + (RATERS - 1) * np.minimum(1, np.maximum(0, sizes - 1) / (ENOUGH_WORDS - 1))
    spread: ScoresArray = np.sqrt((shares * (1 - shares) + 0.01) / (1 + raters[:, None]))
    return spread.astype(np.float32)


@cache
def _outside() -> tuple[tuple[int, str], ...]:
    """Labels whose meaning lies mostly outside the covered emotions."""
    found = labels()
    covered = [emotion.position for emotion in found.covers]
    inside = found.matrix[:, covered].max(axis=1)
    return tuple((i, label) for i, label in enumerate(found.labels) if inside[i] < 0.6)


def _extra(shares: NDArray[np.float32]) -> list[dict[str, float]]:
    columns = _outside()
    rows = shares[:, [i for i, _ in columns]]
    found: list[dict[str, float]] = [{} for _ in rows]
    for row in np.flatnonzero((rows >= TOLD_EXTRA).any(axis=1)).tolist():
        told = zip(columns, rows[row].tolist(), strict=True)
        found[row] = {name: share for (_, name), share in told if share >= TOLD_EXTRA}
    return found
