"""From the channels of a recording to one voice a line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.media.pieces import Side
from mien.media.resample import zero_what_is_no_number

Stereo: TypeAlias = Literal["mixed", "left only", "sides"]
"""What to do with two channels."""

SIDES: tuple[Side, ...] = ("left", "right")

_SURROUND = ("FL", "FR", "FC", "LFE", "BL", "BR")
_DIALOGUE = {"FC": 0.6, "FL": 0.2, "FR": 0.2}
_QUIET = 1e-3
_APART = 0.3
_TOGETHER = 0.5
_OPPOSITE = -0.7


def weights(names: tuple[str, ...], stereo: Stereo = "mixed") -> NDArray[np.float32]:
    """How much each channel gives to each line, shape (channels, lines).

    Dialogue of a film is in the front center, and a plain mean would bury it under the rest.

    Args:
        names: FFmpeg's names of the channels; `NONE` where the file does not say.
        stereo: What to do with two channels.
    """
    n = len(names)
    if stereo == "sides":
        return np.eye(n, 2, dtype=np.float32)
    if n == 2 and stereo == "left only":
        return np.array([[1.0], [0.0]], dtype=np.float32)
    if n == len(_SURROUND) and set(names) == {"NONE"}:
        names = _SURROUND
    if "FC" in names and n > 1:
        given = np.array([_DIALOGUE.get(name, 0.0) for name in names], dtype=np.float32)
    else:
        given = np.array([name != "LFE" for name in names], dtype=np.float32)
    total = given.sum()
    return (given / total if total else np.full(n, 1.0 / n, np.float32))[:, None].astype(np.float32)


@dataclass(slots=True)
class StereoProbe:
    """Decides from samples of a stereo recording whether each channel holds one party.

    Two parties on one line each share neither waveform nor rhythm. Spaced microphones in one
    room share no waveform either, but they get loud together: hence both are asked.
    """

    _moments: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    _count: int = 0
    _levels: list[NDArray[np.float32]] = field(default_factory=list)

    def add(self, pair: NDArray[np.float32], rate_hz: int) -> None:
        """Take in samples, shape (2, n), a few seconds at a time."""
        fine, _ = zero_what_is_no_number(pair)
        left, right = fine
        self._moments += (left @ left, right @ right, left @ right)
        self._count += len(left)
        hop = max(1, rate_hz // 20)
        whole = len(left) // hop * hop
        power = (fine[:, :whole].reshape(2, -1, hop) ** 2).mean(axis=2)
        self._levels.append(np.log(power + 1e-8).T)

    def judge(self) -> Stereo:
        """What to do with the two channels, by all that was seen."""
        if not self._count:
            return "mixed"
        left, right, both = self._moments / self._count
        if min(left, right) < _QUIET**2 or not 1e-3 < left / right < 1e3:
            return "mixed"
        waveform = both / np.sqrt(left * right)
        if waveform < _OPPOSITE:
            return "left only"  # one channel is upside down: a mean would cancel the voice
        if abs(waveform) >= _APART:
            return "mixed"
        return "sides" if self._rhythm() < _TOGETHER else "mixed"

    def _rhythm(self) -> float:
        levels = np.concatenate(self._levels)
        spread = levels.std(axis=0)
        if len(levels) < 20 or spread.min() < 1e-6:
            return 1.0
        centered = levels - levels.mean(axis=0)
        return float((centered[:, 0] * centered[:, 1]).mean() / (spread[0] * spread[1]))
