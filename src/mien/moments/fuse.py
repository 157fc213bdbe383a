"""Several channels as one: a log-opinion pool whose weights were fitted on people's votes.

    p(e) ~ exp(b_e + sum over channels of w_ce q_c log p_c(e))

(Genest & Zidek 1986), fitted on CREMA-D, where people judged the voice alone, the face alone and
both. It is a pool of people's votes, not of decoders, which are assumed to be calibrated to votes.
Three rules stand beside it, for what those votes cannot teach:

- **One view** passes unchanged, and a second one comes in gradually with its quality: the result
  is a mixture of the best view and the pool, by the second quality over the first.
- **Words** weigh as much as the mean of voice and face. Emotions other than the six of CREMA-D have
  the channel's mean weight and the mean offset of those that are not neutral.
- **Coverage**: an emotion that only some views judge is pooled over those, as a weighted mean of
  logarithms times the weight of all, so that nothing wins or loses by absence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights
from mien.emotions.emotion import Emotion
from mien.emotions.scores import EMPTY, Scores
from mien.moments.views import View
from mien.timeline.reading import Channel

NAME = "pool-v1"
FLOOR = 0.01
"""Least part of a view that an emotion has: no channel can rule one out."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fused:
    """What all channels show together.

    Attributes:
        scores: Shares of raters.
        confidence: Chance that the top emotion is the raters' winner, 0 to 1.
        weights: Each channel's part, adding up to one; empty where nothing is told.
    """

    scores: Scores
    confidence: float
    weights: Mapping[Channel, float]


NOTHING = Fused(scores=EMPTY, confidence=0.0, weights={})


@dataclass(frozen=True, slots=True)
class Pool:
    """The fitted pool.

    Attributes:
        weights: Of each channel and emotion, shape (41,), at least 0.
        offsets: Of each emotion, shape (41,).
        temperature: What the winner's logits are divided by to give shares.
        name: With version.
    """

    weights: Mapping[Channel, Array]
    offsets: Array
    temperature: float
    name: str = NAME

    def fuse(self, views: Sequence[View]) -> Fused:
        """One view of all; with a single one, that one."""
        known = [view for view in views if view.quality > 0 and np.nansum(view.shares) > 0]
        if not known:
            return NOTHING
        best = max(known, key=lambda view: view.quality)
        if len(known) == 1:
            scores = Scores.from_array(best.shares.astype(np.float32))
            return Fused(scores=scores, confidence=best.confidence, weights={best.channel: 1.0})
        quality = [view.quality for view in known]
        logits = self.logits([_parts(v) for v in known], [v.channel for v in known], quality)
        mixed = sorted(quality)[-2] / best.quality
        mass = float(np.average([np.nansum(v.shares) for v in known], weights=quality))
        pooled = softmax(logits / self.temperature) * mass
        shares = _mixture(pooled, best.shares, mixed)
        confidence = mixed * float(softmax(logits)[_top(shares)]) + (1 - mixed) * best.confidence
        return Fused(
            scores=Scores.from_array(np.minimum(shares, 1.0).astype(np.float32)),
            confidence=confidence,
            weights=self.parts(known),
        )

    def logits(
        self, parts: Sequence[Array], channels: Sequence[Channel], quality: Sequence[float]
    ) -> Array:
        """Log-odds of each emotion to win, shape (..., 41); -inf where nobody judges it.

        Args:
            parts: Of each view: shares that add up to one, shape (..., 41), NaN for None.
            channels: Of each view.
            quality: Of each view, 0 to 1.
        """
        weighed = [self.weights[c] * q for c, q in zip(channels, quality, strict=True)]
        logs = [np.log(np.maximum(part, FLOOR)) for part in parts]
        known = [~np.isnan(log) for log in logs]
        whole = sum(weighed)
        there = sum(np.where(k, w, 0.0) for k, w in zip(known, weighed, strict=True))
        total = sum(np.where(k, w * np.nan_to_num(x), 0.0)
                    for k, w, x in zip(known, weighed, logs, strict=True))  # fmt: skip
        judged = there > 0
        pooled = np.asarray(total) / np.where(judged, there, 1.0) * whole + self.offsets
        return np.where(judged, pooled, -np.inf)

    def parts(self, views: Sequence[View]) -> dict[Channel, float]:
        """Each channel's part in the pool, adding up to one."""
        weighed = {v.channel: float(self.weights[v.channel].mean()) * v.quality for v in views}
        total = sum(weighed.values())
        return {channel: weight / total for channel, weight in weighed.items()}


@cache
def load_pool() -> Pool:
    """The pool as shipped.

    Raises:
        BadWeights: If its file is missing or damaged.
    """
    path = files("mien.moments").joinpath("weights", f"{NAME}.json")
    try:
        return pool_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadWeights(f"{path} is no readable pool: reinstall Mien") from error


def pool_of(told: Mapping[str, Any]) -> Pool:
    """The pool behind a weight file, spread over all emotions and channels by the rules above."""
    taught = {Channel(c): _spread(row, _mean(row)) for c, row in told["weights"].items()}
    offsets = told["offsets"]
    unasked = _mean({slug: b for slug, b in offsets.items() if slug != Emotion.NEUTRAL})
    every = {**taught, Channel.WORDS: np.mean(list(taught.values()), axis=0)}
    every[Channel.WORDS][:] = every[Channel.WORDS].mean()
    return Pool(every, _spread(offsets, unasked), float(told["temperature"]))


def softmax(logits: Array) -> Array:
    """Chances of log-odds, over the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _mean(row: Mapping[str, float]) -> float:
    return float(np.mean(list(row.values())))


def _spread(row: Mapping[str, float], other: float) -> Array:
    return np.array([row.get(emotion.value, other) for emotion in Emotion], dtype=np.float64)


def _parts(view: View) -> Array:
    return np.asarray(view.shares / np.nansum(view.shares))


def _mixture(pooled: Array, best: Array, mixed: float) -> Array:
    # What the best view cannot judge is told by the others alone.
    both = np.where(np.isnan(best), pooled, mixed * pooled + (1 - mixed) * np.nan_to_num(best))
    return np.where(pooled > 0, both, best)


def _top(shares: Array) -> int:
    return int(np.nanargmax(shares))
