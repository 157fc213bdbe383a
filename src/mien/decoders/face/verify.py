"""Face or not, and whether something hides it: a small net that doubts the detector."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mien.decoders.calibrate import sigmoid
from mien.decoders.face.align import Crop
from mien.decoders.session import metadata, open_session


class Judgement(NamedTuple):
    """What the verifier thinks of a crop.

    Attributes:
        face: Chance that it is a face, 0 to 1.
        covered: Chance that mouth or eyes are hidden, 0 to 1.
    """

    face: float
    covered: float


class Verifier:
    """The face-or-not net. It tells faces from other things, never one face from another.

    Args:
        weights: Its ONNX file.
        threads: Threads it may use.
    """

    def __init__(self, weights: Path, threads: int = 1) -> None:
        self._session = open_session(weights, threads)
        found = metadata(self._session)
        self.least: dict[str, float] = json.loads(found["least"])
        """Least chance of being a face at `first` sight, for a `weak` find and to `stay`."""

    def judge(self, crop: Crop) -> Judgement:
        """Both chances for one crop."""
        values = crop[None, None].astype(np.float32)
        face, covered = sigmoid(self._session.run(None, {"crops": values})[0])[0]
        return Judgement(float(face), float(covered))
