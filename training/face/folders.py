"""Where a training run reads and writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decoders.face.decoder import NAME
from mien.decoders.session import open_session


@dataclass(frozen=True, slots=True)
class Folders:
    """Where things come from and go to.

    Attributes:
        data: `fer2013_ferplus.parquet`, `groups_fairface.parquet`, `photos/`, `detectors/`.
        out: Checkpoints and results of the run.
        ship: The package's folder of weights, or None to leave it alone.
    """

    data: Path
    out: Path
    ship: Path | None = None

    @property
    def weights(self) -> Path:
        """The file that is shipped: integers, both mirror images, every constant inside."""
        return self.out / f"{NAME}.onnx"

    @property
    def verifier(self) -> Path:
        """The face-or-not net."""
        return self.out / f"{NAME}.verifier.onnx"

    @property
    def yunet(self) -> Path:
        """Weights of the detector measured beside the built-in one; they may be missing."""
        return self.data / "detectors" / "face_detection_yunet_2023mar.onnx"


def run_file(path: Path, crops: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Log shares of many crops by a model file, shape (n, 8)."""
    session = open_session(path, threads=1)
    parts = [
        session.run(None, {"crops": crops[i : i + 32][:, None].astype(np.float32)})[0]
        for i in range(0, len(crops), 32)
    ]
    return np.concatenate(parts).astype(np.float64)
