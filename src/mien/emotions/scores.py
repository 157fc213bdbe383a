"""How many raters would name each emotion."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from mien.core.arrays import ScoresArray
from mien.emotions.emotion import Emotion, Group

N = len(Emotion)

_EMOTIONS = tuple(Emotion)


def _settled(array: ScoresArray) -> ScoresArray:
    # Six digits survive JSON and CSV to the bit, and nobody's share is known to the seventh.
    settled = np.round(np.asarray(array, dtype=np.float32), 6).astype(np.float32, copy=False)
    settled.setflags(write=False)
    return settled


class Top(NamedTuple):
    """The strongest emotion of some scores and its share."""

    emotion: Emotion
    share: float


class Scores(Mapping[Emotion, float | None]):
    """Shares of raters per emotion, 0 to 1, or None where the decoder cannot judge.

    Shares are not exclusive and need not sum to one. Immutable; backed by an array of
    41 float32 with NaN for None.

    >>> Scores({Emotion.ANGER: 0.7, Emotion.NEUTRAL: 0.2}).top
    Top(emotion=<Emotion.ANGER: 'anger'>, share=0.7)
    """

    __slots__ = ("_array",)
    _array: ScoresArray

    def __init__(self, shares: Mapping[Emotion, float | None] | None = None) -> None:
        array = np.full(N, np.nan, dtype=np.float32)
        for emotion, share in (shares or {}).items():
            if share is not None:
                array[emotion.position] = share
        self._array = _settled(array)

    @classmethod
    def from_array(cls, array: ScoresArray) -> Scores:
        """Scores of an array of shape (41,), NaN for None."""
        return cls._of(_settled(array))

    @classmethod
    def from_rows(cls, rows: ScoresArray) -> list[Scores]:
        """Scores of every row of an array of shape (n, 41); far cheaper than one by one."""
        return [cls._of(row) for row in _settled(rows)]

    @classmethod
    def _of(cls, settled: ScoresArray) -> Scores:
        scores = cls.__new__(cls)
        scores._array = settled
        return scores

    def to_array(self) -> ScoresArray:
        """The shares as a read-only array of shape (41,), NaN for None."""
        return self._array

    def __getitem__(self, emotion: Emotion) -> float | None:
        value = float(self._array[emotion.position])
        return None if math.isnan(value) else round(value, 6)

    def __iter__(self) -> Iterator[Emotion]:
        return iter(Emotion)

    def __len__(self) -> int:
        return N

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scores):
            return NotImplemented
        return bool(np.array_equal(self._array, other._array, equal_nan=True))

    def __hash__(self) -> int:
        return hash(self._array.tobytes())

    def __repr__(self) -> str:
        told = ", ".join(f"{e.value}: {v:.3f}" for e, v in self.items() if v is not None)
        return f"Scores({told})"

    @property
    def covered(self) -> tuple[Emotion, ...]:
        """The emotions that were judged, in order."""
        missing = np.isnan(self._array).tolist()
        return tuple(e for e, none in zip(_EMOTIONS, missing, strict=True) if not none)

    @property
    def top(self) -> Top | None:
        """The emotion with the largest share, or None if nothing was judged."""
        if bool(np.isnan(self._array).all()):
            return None
        emotion = _EMOTIONS[int(np.nanargmax(self._array))]
        return Top(emotion, self[emotion] or 0.0)

    def strongest(self, n: int) -> list[Top]:
        """The `n` emotions with the largest shares, strongest first."""
        tops = [Top(e, v) for e, v in self.items() if v is not None]
        return sorted(tops, key=lambda top: -top.share)[:n]

    def by_group(self) -> dict[Group, float]:
        """The sum of shares of each group that has a judged emotion."""
        sums: dict[Group, float] = {}
        for emotion in self.covered:
            sums[emotion.group] = sums.get(emotion.group, 0.0) + (self[emotion] or 0.0)
        return sums

    def parts(self) -> ScoresArray:
        """Shares divided by their sum, shape (41,), NaN kept; all zero if the sum is zero.

        This is what a ribbon draws, since shares themselves don't add up to one.
        """
        total = float(np.nansum(self._array))
        return self._array / total if total > 0 else self._array


EMPTY = Scores()
"""Nothing judged: what a reading holds whose verdict is `cannot_tell` for want of data."""
