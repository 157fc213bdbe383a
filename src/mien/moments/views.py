"""What one channel shows over a stretch: several readings as one view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.timeline.reading import Channel, Reading

MOST_VOTES = 30.0
"""That any view is worth, however sure its decoder is."""

FEW_VOTES = 3.0
"""That a view is worth whose decoder gives no standard deviations."""

_LEAST = 1e-3  # seconds that an instant counts for, and the least weight of a bad input


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one channel shows over a stretch.

    Attributes:
        channel: Where it comes from.
        shares: Of raters, shape (41,), NaN for what the channel cannot judge.
        quality: Of the input, 0 to 1.
        confidence: Chance that the top emotion is the raters' majority, 0 to 1.
        votes: How many raters' votes the shares are worth, by their standard deviations.
        n: Readings behind it.
    """

    channel: Channel
    shares: NDArray[np.float64]
    quality: float
    confidence: float
    votes: float
    n: int


def views_of(readings: Sequence[Reading]) -> tuple[View, ...]:
    """The view of each channel that tells something, in order of channels."""
    there = {reading.channel for reading in readings if reading.is_told}
    found = (view_of(channel, readings) for channel in Channel if channel in there)
    return tuple(view for view in found if view is not None)


def view_of(channel: Channel, readings: Iterable[Reading]) -> View | None:
    """The mean of a channel's readings, by length and quality; None if none of them is told.

    A category counts over the readings that judge it.
    """
    told = [r for r in readings if r.channel is channel and r.is_told]
    if not told:
        return None
    if len(told) == 1:
        return _alone(told[0])
    lengths = np.array([_length(r) for r in told])
    quality = np.array([r.quality for r in told])
    weights = np.array([weight_of(r) for r in told])
    shares = np.stack([r.scores.to_array() for r in told]).astype(np.float64)
    return View(
        channel=channel,
        shares=_mean(shares, weights),
        quality=float(np.average(quality, weights=lengths)),
        confidence=float(np.average([r.confidence for r in told], weights=weights)),
        votes=_votes(shares, np.stack([r.scores_sd.to_array() for r in told])),
        n=len(told),
    )


def _alone(reading: Reading) -> View:
    """The view of one reading, as the mean would give it: in chats this is every one."""
    shares = reading.scores.to_array().astype(np.float64)
    return View(
        channel=reading.channel,
        shares=shares,
        quality=reading.quality,
        confidence=reading.confidence,
        votes=_votes(shares, reading.scores_sd.to_array()),
        n=1,
    )


def _votes(shares: NDArray[np.float64], deviations: NDArray[np.float32]) -> float:
    # A share p of n votes varies by p (1 - p) / n. Readings of one stretch err alike, so that many
    # are worth no more votes than one.
    known = ~np.isnan(shares) & ~np.isnan(deviations)
    variance = float((deviations[known].astype(np.float64) ** 2).sum())
    spread = float((shares[known] * (1 - shares[known])).sum())
    return min(MOST_VOTES, max(1.0, spread / variance)) if variance > 0 else FEW_VOTES


def weight_of(reading: Reading) -> float:
    """What a reading counts for among others of its channel: its length by its quality."""
    return _length(reading) * max(_LEAST, reading.quality)


def _length(reading: Reading) -> float:
    if reading.start is None or reading.end is None:
        return 1.0
    return max(_LEAST, reading.end - reading.start)


def _mean(shares: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(shares)
    total = (known * weights[:, None]).sum(axis=0)
    summed = (np.where(known, shares, 0.0) * weights[:, None]).sum(axis=0)
    return np.where(total > 0, summed / np.where(total > 0, total, 1.0), np.nan)
