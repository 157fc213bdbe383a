"""From raw scores of the voice heads to what a reading says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.decoders.emonet.suites import constants
from mien.emotions.emotion import EMONET_40, Emotion

Floats = NDArray[np.float32]

LEAST_SPREAD = 0.3
"""Below it a spread says that hardly any voice showed the emotion, not that voices agree: z-scores
of 5 to 10 would come cheaply (awe, jealousy, infatuation, pain)."""

LEAST_RAW = 0.5
"""Of the published 0 to 4: a top emotion below it is told of nobody."""

NOTABLE, EXTREME = 1.0, 2.0
"""LAION's words for z-scores from 1 and from 2; between 0 and `EXTREME` trust grows evenly."""

SHARE_PER_DEVIATION = 0.25


@dataclass(frozen=True, slots=True)
class Average:
    """The average voice of 722 clips in six languages, row by row as `EMONET_40`.

    Attributes:
        median: Of each raw score, shape (40,).
        spread: 1.4826 times the median absolute deviation, or the standard deviation where that
            is less than half of it, shape (40,).
        agreement: Published rank correlation of the model with raters, shape (40,).
    """

    median: Floats
    spread: Floats
    agreement: Floats

    def z(self, raw: Floats) -> Floats:
        """Deviations from the average voice, as LAION's captioner computes them; same shape."""
        return np.asarray((raw - self.median) / (self.spread + 1e-6), dtype=np.float32)

    def standing(self, raw: Floats) -> Floats:
        """The same with no spread below `LEAST_SPREAD`: what emotions are ranked by."""
        spread = np.maximum(self.spread, LEAST_SPREAD)
        return np.asarray((raw - self.median) / spread, dtype=np.float32)

    def shares(self, raw: Floats) -> Floats:
        """Provisional shares, 0 to 1: a quarter for each deviation above the average voice.

        They rank emotions as z-scores do. Raw scores would not: Interest and Concentration are
        high in every voice. No human shares taught them; see `mien models calibrate`.
        """
        shares: Floats = np.clip(SHARE_PER_DEVIATION * self.standing(raw), 0.0, 1.0)
        return shares.astype(np.float32, copy=False)

    def confidence(self, raw: Floats) -> float:
        """How far the top emotion of one utterance may be trusted, 0 to 1; not calibrated.

        The published rank correlation with raters for that emotion, in full from two deviations.

        Args:
            raw: One utterance, shape (40,), NaN for heads that are not here.
        """
        standing = self.standing(raw)
        if np.isnan(standing).all():
            return 0.0
        top = int(np.nanargmax(standing))
        strength = float(np.clip(standing[top] / EXTREME, 0.0, 1.0))
        return float(self.agreement[top]) * strength

    def is_clear(self, raw: Floats) -> bool:
        """Whether the top emotion of one utterance stands out enough to be told, shape (40,)."""
        standing = self.standing(raw)
        if np.isnan(standing).all():
            return False
        top = int(np.nanargmax(standing))
        return bool(standing[top] >= NOTABLE and raw[top] >= LEAST_RAW)


@cache
def average(size: str) -> Average:
    """The average voice and how well a size of the heads agrees with raters.

    Args:
        size: `small`, `plus` (the same heads) or `large`.
    """
    rows = constants()["voice"]["average"]
    column = "large" if size == "large" else "small"
    agreement = constants()["voice"]["agreement"]
    return Average(_row(rows, "median"), _row(rows, "spread"), _row(agreement, column))


def affect(key: str, raw: float) -> float:
    """Valence, arousal or dominance on -1 to 1, from its published range around its neutral."""
    row = next(row for row in constants()["voice"]["heads"].values() if row["key"] == key)
    reach = (row["high"] - row["low"]) / 2
    return float(np.clip((raw - row["neutral"]) / reach, -1.0, 1.0))


def _row(rows: dict[str, Any], column: str) -> Floats:
    return np.array([rows[e.value][column] for e in EMONET_40], dtype=np.float32)


def spread_out(values: Floats, emotions: tuple[Emotion, ...]) -> Floats:
    """Scores of some heads as rows of the forty with NaN elsewhere, shape (n, 40).

    Args:
        values: Shape (n, len(emotions)).
        emotions: What the columns are.
    """
    rows = np.full((len(values), len(EMONET_40)), np.nan, dtype=np.float32)
    rows[:, [EMONET_40.index(emotion) for emotion in emotions]] = values
    return rows
