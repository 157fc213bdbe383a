"""Silero's sequence model (MIT), which teaches the net and is no part of the package."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import Samples

_HOP = 512
_CONTEXT = 64
WHEEL = "silero_vad-6.2.3-py3-none-any.whl"
WHEEL_SHA256 = "7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8"
_MODEL = "silero_vad/data/silero_vad_16k_sequence.onnx"
_LEVEL_DB = -20.0


class Teacher:
    """Speech probabilities by Silero, from the wheel that `pip download --no-deps` fetches."""

    def __init__(self, wheel: Path) -> None:
        import onnxruntime

        with zipfile.ZipFile(wheel) as archive:
            model = archive.read(_MODEL)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )

    def probabilities(self, samples: Samples, level: bool = True) -> NDArray[np.float32]:
        """One probability for every 512 samples.

        Args:
            samples: Mono at 16 kHz.
            level: Bring the loud parts to -20 dBFS first; Silero misses soft speech.
        """
        if level:
            samples = samples * _level_factor(samples)
        count = -(-len(samples) // _HOP)
        padded = np.zeros(_CONTEXT + count * _HOP, dtype=np.float32)
        padded[_CONTEXT : _CONTEXT + len(samples)] = samples
        windows = np.lib.stride_tricks.sliding_window_view(padded, _CONTEXT + _HOP)[::_HOP]
        state = np.zeros((1, 1, 128), dtype=np.float32)
        inputs = {"input": np.ascontiguousarray(windows), "h": state, "c": state}
        told: NDArray[np.float32] = self._session.run(["speech_probs"], inputs)[0]
        return told.reshape(-1)

    def __call__(self, samples: Samples, steps: int, step: int) -> NDArray[np.float32]:
        """Probabilities at the middles of `steps` steps of `step` samples each."""
        told = self.probabilities(samples)
        at = (np.arange(len(told)) + 0.5) * _HOP
        return np.interp((np.arange(steps) + 0.5) * step, at, told).astype(np.float32)


def _level_factor(samples: Samples) -> np.float32:
    n = len(samples) // 320 * 320
    if n == 0:
        return np.float32(1)
    power = np.square(samples[:n]).reshape(-1, 320).mean(axis=1)
    loud = np.percentile(power, 95)
    return np.float32(10 ** (_LEVEL_DB / 20) / np.sqrt(loud)) if loud > 1e-10 else np.float32(1)
