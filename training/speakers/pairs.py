"""Whether two windows are of one voice: equal error rates, also from neutral to angry speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mien.core.arrays import Samples
from mien.decoders.voice.diarize import WINDOW
from mien.decoders.voice.embedding import SpeakerNet
from mien.decoders.voice.features import FRAME_HZ, Floats, log_mel
from mien.timeline.card import Figure
from training.cards import bootstrap
from training.speakers.mixtures import Voice

REST = ("neutral", "calm")
CASES: dict[str, tuple[Sequence[str] | None, Sequence[str] | None]] = {
    "neutral against neutral": (REST, REST),
    "neutral against angry": (REST, ("angry",)),
    "any emotion against any": (None, None),
}
_EACH = 12  # windows of a speaker and a way of speaking


def equal_error_rates(
    voices: Mapping[str, Voice], of: str, net: SpeakerNet, seed: int
) -> list[Figure]:
    """The rate at which as many windows of one voice are parted as of two are joined.

    Args:
        voices: Clips by speaker and by what they express.
        of: The set's name.
        net: Gives vectors.
        seed: Of the windows.
    """
    rng = np.random.default_rng([seed, 3])
    rows = [
        (who, way, net.embed(window))
        for who, ways in sorted(voices.items())
        for way, clips in sorted(ways.items())
        for window in _windows(clips, rng)
    ]
    found = []
    for case, (left, right) in CASES.items():
        a = [(who, v) for who, way, v in rows if left is None or way in left]
        b = [(who, v) for who, way, v in rows if right is None or way in right]
        found.append(_figure(f"{of}, windows of 1.5 s, {case}", a, b))
    return found


def eer(same: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Equal error rate of likenesses of one voice and of two."""
    at = np.quantile(np.concatenate([same, other]), np.linspace(0, 1, 501))
    parted = np.searchsorted(np.sort(same), at) / len(same)
    joined = 1 - np.searchsorted(np.sort(other), at) / len(other)
    best = int(np.abs(parted - joined).argmin())
    return float((parted[best] + joined[best]) / 2)


Row = tuple[str, Floats]


def _figure(of: str, a: Sequence[Row], b: Sequence[Row]) -> Figure:
    speakers = sorted({who for who, _ in a} & {who for who, _ in b})
    alike = np.stack([v for _, v in a]) @ np.stack([v for _, v in b]).T
    left, right = (np.array([who for who, _ in rows]) for rows in (a, b))
    corpus = np.vectorize(lambda who: who.split("_")[0])
    is_near = corpus(left)[:, None] == corpus(right)[None]
    is_same = (left[:, None] == right[None]) & (alike < 1 - 1e-6)  # never a window with itself
    is_other = (left[:, None] != right[None]) & is_near

    def rate(rows: NDArray[np.int64]) -> float:
        near = alike[rows]
        return eer(near[is_same[rows]], near[is_other[rows]])

    low, high = bootstrap(rate, left, draws=200)
    return Figure(
        name="EER",
        of=of,
        value=round(rate(np.arange(len(left))), 4),
        low=round(low, 4),
        high=round(high, 4),
        n=int(is_same.sum() + is_other.sum()),
        clusters=f"{len(speakers)} speakers",
        chance=0.5,
        note="pairs are of one corpus",
    )


def _windows(clips: Sequence[Samples], rng: Generator) -> list[Floats]:
    size = round(WINDOW * FRAME_HZ)
    found = []
    for i in rng.permutation(len(clips))[:_EACH]:
        mel = log_mel(clips[i])
        if len(mel) >= size:
            start = int(rng.integers(0, len(mel) - size + 1))
            found.append(mel[start : start + size])
    return found
