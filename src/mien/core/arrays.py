"""Names for the arrays that travel between rooms; the shape is part of the name's meaning."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]
"""Mono sound at 16 kHz, shape (n,), in [-1, 1]."""

Frame: TypeAlias = NDArray[np.uint8]
"""One upright picture, shape (height, width, 3), RGB."""

ScoresArray: TypeAlias = NDArray[np.float32]
"""Shares in the order of `Emotion`, shape (n, 41); NaN where a decoder cannot judge."""

RATE_HZ = 16_000
"""The one sample rate inside Mien."""
