"""How a voice sounds whatever it says: a vector for each second and a half of speech.

Vectors of one voice lie close together and those of two further apart, which is all that they
are used for. They live in memory during one pass and are never written anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien.decoders.session import metadata, open_session
from mien.decoders.voice.features import Floats

if TYPE_CHECKING:
    import onnxruntime

DIMENSIONS = 96
"""Length of a vector."""

_DEEPEST = -9.0  # nepers of power below the mean: what is fainter is the room, not the voice
_SPREAD = 3.0


def evened(mel: Floats) -> Floats:
    """Frames without their loudness, floored at what a room would show, shape of `mel`.

    Args:
        mel: Log energy in bands, shape (frames, 64), at least one frame.
    """
    level = np.log(np.exp(mel).mean())
    even: Floats = np.maximum(mel - level, np.float32(_DEEPEST)) / np.float32(_SPREAD)
    return even


class SpeakerNet:
    """The loaded net; it holds no state of any source.

    Attributes:
        facts: What the training run wrote into the file: thresholds and certainty.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        """Load the weights.

        Raises:
            MissingWeights: If they are not there.
            BadWeights: If they cannot be loaded.
        """
        self._session: onnxruntime.InferenceSession = open_session(path, threads)
        self.facts: Mapping[str, str] = metadata(self._session)

    def embed(self, mel: Floats) -> Floats:
        """A vector of length one, shape (DIMENSIONS,).

        Args:
            mel: Frames of one stretch of speech, shape (frames, 64), at least a third of a second.
        """
        told = self._session.run(None, {"mel": evened(mel)[None]})[0][0]
        unit: Floats = told / max(float(np.linalg.norm(told)), 1e-9)
        return unit
