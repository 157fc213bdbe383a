"""BUD-E-Whisper's encoder: what the EmoNet voice heads read of a window of sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import Samples
from mien.core.config import Config
from mien.decoders.emonet.whisper.convert import HALF, INT8
from mien.decoders.emonet.whisper.files import CONFIG, Geometry, read_geometry
from mien.decoders.emonet.whisper.graph import MEL
from mien.decoders.emonet.whisper.log_mel import HOP, log_mel
from mien.decoders.session import CUDA, open_session, providers

__all__ = ["Encoder", "Plan", "plan"]

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Plan:
    """How an encoder runs on a machine.

    Attributes:
        file: Which graph.
        device: As in `Config.device`.
        workers: Windows at a time.
    """

    file: str
    device: str
    workers: int


def plan(config: Config, providers: Callable[[str], list[str]] = providers) -> Plan:
    """Half floats on a GPU, window by window; what was asked for on a CPU, a window a thread.

    A window fills a thread for a second, and its 4,000 steps part badly: two threads on one
    window are 1.3 times as slow as one on each of two.

    Args:
        config: Device, precision and threads.
        providers: What onnxruntime runs on, for a device.

    Raises:
        ConfigError: If CUDA is asked for and there is none.
    """
    if CUDA in providers(config.device):
        return Plan(HALF, config.device, 1)
    return Plan(HALF if config.precision == "half" else INT8, "cpu", config.threads)


class Encoder:
    """A loaded encoder; safe in threads.

    Args:
        run: From a window's log-mel, shape (bands, 2 x frames), to its hidden states after the
            final norm, shape (frames, width).
        geometry: What it measures.
        workers: Windows at a time.
    """

    def __init__(self, run: Callable[[Floats], Floats], geometry: Geometry, workers: int) -> None:
        self._run = run
        self._geometry = geometry
        self._workers = workers

    @classmethod
    def open(cls, folder: Path, config: Config) -> Encoder:
        """The encoder that `convert_encoder` wrote into a folder.

        Raises:
            MissingWeights: If it is not there.
            BadWeights: If it is damaged.
            ConfigError: If the device is not there.
        """
        chosen = plan(config)
        geometry = read_geometry(folder / CONFIG)
        session = open_session(folder / chosen.file, device=chosen.device)

        def run(mel: Floats) -> Floats:
            found: Floats = session.run(None, {MEL: mel})[0]
            return found

        return cls(run, geometry, chosen.workers)

    @property
    def width(self) -> int:
        """Numbers a moment."""
        return self._geometry.width

    @property
    def frames(self) -> int:
        """Moments of a window, 20 ms each."""
        return self._geometry.encoder.positions

    @property
    def longest(self) -> int:
        """Samples of a whole window."""
        return 2 * self.frames * HOP

    def embed(self, windows: Sequence[Samples]) -> Floats:
        """The last hidden states of some windows, shape (n, frames, width).

        A window costs the same however short it is, and none depends on the others.

        Args:
            windows: Mono sound at 16 kHz, up to 480,000 samples each; what is shorter is padded
                with silence.

        Raises:
            ConfigError: If a window is longer, or empty, or holds what is not finite.
        """
        embedded = np.empty((len(windows), self.frames, self.width), dtype=np.float32)

        def fill(i: int) -> None:
            mel = log_mel(windows[i], self._geometry.bands, 2 * self.frames)
            embedded[i] = self._run(mel)

        workers = min(self._workers, len(windows))
        if workers <= 1:
            for i in range(len(windows)):
                fill(i)
            return embedded
        with ThreadPoolExecutor(workers, thread_name_prefix="whisper") as pool:
            for _ in pool.map(fill, range(len(windows))):
                pass
        return embedded
