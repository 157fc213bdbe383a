"""From raw scores of the face heads to what a reading says."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import ConfigError
from mien.decoders.calibrate import MonotoneMap, softmax
from mien.decoders.emonet.suites import constants
from mien.emotions.emotion import EMONET_40

Floats = NDArray[np.float32]

DATA = Path(__file__).parent / "data" / "face.toml"

SCALE = 7.0
"""The heads were taught on grades from 0 to 7."""

SENSIBLE = (-3.0, 8.0)
"""Between these lies every published raw score (-2.1 to 6.9). An embedding that was not brought to
length 1 gives -42 to 77."""

DIMENSIONS = ("valence", "arousal", "dominance")


@dataclass(frozen=True, slots=True)
class Readout:
    """Constants of the face readings, from published scores of 152 faces.

    Attributes:
        neutral: What each head says of a neutral face, shape (40,). LAION does not say whether
            these are of Small or of Large; both are read with them.
        affect: Of each dimension, what a neutral face gets, and how far from it counts as 1.
        chance: From the top share to the chance that its emotion's class is the label.
        least_confidence: Below it the verdict is `cannot_tell`.
        least_quality: Below it a face is not judged at all.
        sharpness: Values of `quality.detail` that count as 0 and as 1.
        box: Scale and downward shift that turn a cascade's box into YuNet's geometry.
    """

    neutral: NDArray[np.float64]
    affect: dict[str, tuple[float, float]]
    chance: MonotoneMap
    least_confidence: float
    least_quality: float
    sharpness: tuple[float, float]
    box: tuple[float, float]

    def above_neutral(self, raw: NDArray[Any]) -> NDArray[np.float64]:
        """Raw scores without what a neutral face gets, shape (..., 40); NaN stays."""
        found: NDArray[np.float64] = np.asarray(raw, dtype=np.float64) - self.neutral
        return found

    def shares(self, raw: Floats) -> Floats:
        """Provisional shares, 0 to 1: how much of the scale of 7 lies above a neutral face.

        No human shares taught them; see `mien models calibrate`. The published softmax is no
        share either: it makes forty emotions compete that LAION's raters graded apart.

        Args:
            raw: Shape (..., 40), NaN for heads that are not here.
        """
        return np.clip(self.above_neutral(raw) / SCALE, 0.0, 1.0).astype(np.float32)

    def softmax(self, raw: NDArray[Any]) -> Floats:
        """The published probabilities: a softmax over exactly the forty, shape (..., 40).

        Args:
            raw: Shape (..., 40); the heads of valence and its like have no part in it.

        Raises:
            ConfigError: If a head is missing: over fewer the numbers would mean something else.
        """
        scores = self.above_neutral(raw)
        missing = int(np.isnan(scores).reshape(-1, len(EMONET_40)).any(axis=0).sum())
        if missing:
            raise ConfigError(
                f"the published softmax needs all forty heads, and {missing} are not here: "
                "pull the set without --emotions"
            )
        return softmax(scores.astype(np.float32))

    def dimension(self, name: str, raw: float) -> float:
        """Valence, arousal or dominance, -1 to 1; 0 is what a neutral face gets."""
        neutral, reach = self.affect[name]
        return float(np.clip((raw - neutral) / reach, -1.0, 1.0))

    def confidence(self, shares: Floats) -> float:
        """Chance that the class of the top emotion is the label, among eight classes.

        Args:
            shares: Of one face, shape (40,), NaN for heads that are not here.
        """
        if np.isnan(shares).all():
            return 0.0
        return float(self.chance(np.nanmax(shares, keepdims=True))[0])


def is_sensible(raw: Floats) -> NDArray[np.bool_]:
    """Whether all scores of each face lie where published ones do, shape (n,).

    Args:
        raw: Of any heads, shape (n, heads).
    """
    low, high = SENSIBLE
    return np.asarray(((raw >= low) & (raw <= high)).all(axis=-1), dtype=np.bool_)


@cache
def readout() -> Readout:
    """The shipped constants; `python -m training.emonet.face_card` writes those it fits."""
    fitted = tomllib.loads(DATA.read_text(encoding="utf-8"))
    face = constants()["face"]
    neutral = np.array([face["neutral"][emotion.value] for emotion in EMONET_40])
    affect = {name: (face["dimensions"][name], fitted["reach"][name]) for name in DIMENSIONS}
    chance = fitted["chance"]
    return Readout(
        neutral=neutral,
        affect=affect,
        chance=MonotoneMap(tuple(chance["share"]), tuple(chance["right"])),
        least_confidence=float(chance["least"]),
        least_quality=float(fitted["finding"]["least_quality"]),
        sharpness=_pair(fitted["finding"]["sharpness"]),
        box=_pair(fitted["finding"]["box"]),
    )


def _pair(values: list[float]) -> tuple[float, float]:
    first, second = values
    return float(first), float(second)
