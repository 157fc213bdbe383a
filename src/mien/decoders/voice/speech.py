"""Where someone speaks: a small causal net on log-mel frames, state carried along."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien.core.arrays import Samples
from mien.decoders.calibrate import sigmoid
from mien.decoders.session import open_session
from mien.decoders.voice.features import BANDS, FRAME_HZ, Floats

if TYPE_CHECKING:
    import onnxruntime

STEP_FRAMES = 2
"""Frames a probability stands for: 20 ms."""
SMOOTH = 9
"""Steps whose logits are averaged: noise makes single steps flicker, speech does not."""
STEPS_AHEAD = 7
"""Steps heard beyond the one that is judged: half the average, and three for the net itself."""
UNHEARD = -4.0
"""The logit of what was not heard."""
BLOCK = 40
"""Frames that are judged at once: .4 s, or a live reading came more than a second late.
Fixed, so that sums run in one order for any cut."""

_REACH = 6  # frames of the first convolution
_WANTED_DB = -20.0
_EXPECTED_DB = -30.0  # before anything was heard
_QUIETEST_DB = -50.0  # what is softer is not raised to the level of speech
_FALL_DB = 1.0 / FRAME_HZ  # the running level falls by 1 dB a second
_LEVEL_FRAMES = 10
# Parseval: half the FFT's 512 bins times the sum of the squared window, 150, of which the
# bands see 94 %; 10 log10(256 * 150 * 0.94) dB above the mean square of the samples.
_SUM_TO_DB = 45.6
_MUTE = 10 ** (-70 / 20)
_PER_DB = np.float32(np.log(10) / 10)


class Leveler:
    """Brings running speech to about -20 dBFS, judging by what was heard so far.

    The level is the loudest 100 ms so far, falling by 1 dB a second, at least -50 dBFS; a
    stream begins as if its speech were at -30 dBFS, so that a quiet room stays quiet.
    """

    def __init__(self) -> None:
        self._level_db = _EXPECTED_DB
        self._last = np.zeros(_LEVEL_FRAMES - 1, dtype=np.float64)

    def skip(self, n: int) -> None:
        """Let `n` frames of silence pass."""
        self._level_db = max(self._level_db - n * _FALL_DB, _QUIETEST_DB)
        self._last = np.zeros(_LEVEL_FRAMES - 1, dtype=np.float64)

    def __call__(self, mel: Floats) -> Floats:
        """Leveled frames, shape of `mel` (frames, 64)."""
        if not len(mel):
            return mel
        energy = np.concatenate([self._last, np.exp(mel).sum(axis=1, dtype=np.float64)])
        self._last = energy[-(_LEVEL_FRAMES - 1) :]
        sums = np.convolve(energy, np.full(_LEVEL_FRAMES, 1 / _LEVEL_FRAMES), "valid")
        heard_db = np.maximum(10 * np.log10(sums + 1e-9) - _SUM_TO_DB, _QUIETEST_DB)
        fallen = _FALL_DB * np.arange(1, len(mel) + 1)
        highest = np.maximum.accumulate(np.concatenate([[self._level_db], heard_db + fallen]))
        level_db = np.maximum(highest[1:] - fallen, _QUIETEST_DB)
        self._level_db = float(level_db[-1])
        gain = (_WANTED_DB - level_db).astype(np.float32) * _PER_DB
        leveled: Floats = mel + gain[:, None]
        return leveled


class SpeechNet:
    """The loaded net; it holds no state of any source."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Load the weights.

        Raises:
            MissingWeights: If they are not there.
            BadWeights: If they cannot be loaded.
        """
        self._session: onnxruntime.InferenceSession = open_session(path, threads)
        self._state: tuple[int, ...] = tuple(self._session.get_inputs()[1].shape)

    def begin(self) -> Floats:
        """The state before a stream, shape (nets, 1, 64)."""
        return np.zeros(self._state, dtype=np.float32)

    def judge(self, frames: Floats, hidden: Floats) -> tuple[Floats, Floats]:
        """Logits of the steps in leveled frames, and the state after them.

        Args:
            frames: Leveled, led by the 4 frames before them, shape (BLOCK + 4, 64).
            hidden: State before, from `begin` or the last call.

        Returns:
            Shape (BLOCK / 2,), and the state after.
        """
        told, after = self._session.run(None, {"frames": frames[None], "hidden": hidden})
        return told[0], after


class SpeechTracker:
    """Speech probabilities of one stream, block by block."""

    def __init__(self, net: SpeechNet) -> None:
        self._net = net
        self._level = Leveler()
        self._lead = silence(_REACH - STEP_FRAMES)
        self._hidden = net.begin()
        self._logits = _unheard()
        self._to_drop = STEPS_AHEAD
        self._latest = 0.0

    @staticmethod
    def is_audible(samples: Samples) -> bool:
        """Whether a block is louder than -70 dBFS anywhere; else nobody speaks in it."""
        return bool(np.abs(samples).max(initial=0.0) > _MUTE)

    @staticmethod
    def mute() -> Floats:
        """The frames of a mute block."""
        return silence(BLOCK)

    def skip(self) -> Floats:
        """What `push` would give for a mute block, without asking the net."""
        self._lead = silence(_REACH - STEP_FRAMES)
        self._hidden = self._net.begin()
        self._logits = _unheard()
        self._level.skip(BLOCK)
        told = np.zeros(BLOCK // STEP_FRAMES, dtype=np.float32)
        # The first steps judge the end of the block before: as it was judged last.
        told[:STEPS_AHEAD] = self._latest
        self._latest = 0.0
        drop, self._to_drop = self._to_drop, 0
        return told[drop:]

    def push(self, mel: Floats) -> Floats:
        """Probabilities that are known after one more block of `BLOCK` frames.

        Returns:
            Shape (BLOCK / 2,), less the first `STEPS_AHEAD` of a stream.
        """
        frames = np.concatenate([self._lead, self._level(mel)])
        self._lead = frames[-(_REACH - STEP_FRAMES) :]
        logits, self._hidden = self._net.judge(frames, self._hidden)
        logits = np.concatenate([self._logits, logits])
        self._logits = logits[-(SMOOTH - 1) :]
        told = sigmoid(np.convolve(logits, np.full(SMOOTH, 1 / SMOOTH), "valid"))
        self._latest = float(told[-1])
        drop, self._to_drop = self._to_drop, 0
        return told[drop:]


def _unheard() -> Floats:
    """What stands for logits before a stream begins: surely no speech."""
    return np.full(SMOOTH - 1, UNHEARD, dtype=np.float32)


@cache
def silence(n: int) -> Floats:
    """`n` frames of digital silence."""
    return np.full((n, BANDS), np.log(1e-6), dtype=np.float32)
