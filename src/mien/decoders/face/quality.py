"""How much a crop can tell, from 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mien.core.arrays import Frame
from mien.decoders.face.align import SIDE, Crop, yaw
from mien.decoders.face.detect import Found

SMALLEST = 16.0
"""Side of a face in pixels at which nothing is told: smaller ones were never tested."""

HIDDEN = 0.7
"""What a covered mouth or covered eyes take away: onlookers still agree on most such faces."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What may spoil a reading, each from 0 (useless) to 1 (no harm).

    Attributes:
        size: Pixels of the face before scaling: 0 at 16, 1 at the 48 that the net sees.
        sharpness: Detail, against what crops of the training set have.
        exposure: Free of black and white patches.
        frontal: Turned towards the camera.
        inside: Within the picture.
        visible: Nothing before the mouth or the eyes; 0.3 with something there.
    """

    size: float
    sharpness: float
    exposure: float
    frontal: float
    inside: float
    visible: float

    @property
    def overall(self) -> float:
        """All of them multiplied."""
        return (
            self.size * self.sharpness * self.exposure * self.frontal * self.inside * self.visible
        )


def assess(
    frame: Frame, face: Found, crop: Crop, covered: float, sharpness: tuple[float, float]
) -> Quality:
    """The quality of a face in its picture.

    Args:
        frame: The picture it is in.
        face: Where.
        crop: What was cut out.
        covered: Chance that mouth or eyes are hidden, 0 to 1.
        sharpness: Values of `detail` that count as 0 and as 1, from the training run.
    """
    alone = assess_crop(crop, face.side, covered, sharpness)
    return replace(
        alone,
        frontal=1.0 - _ramp(abs(yaw(face)), 0.35, 0.8),
        inside=_inside(frame, face),
    )


def assess_crop(
    crop: Crop, side_px: float, covered: float, sharpness: tuple[float, float]
) -> Quality:
    """The quality of a crop whose picture is not at hand: frontal, and wholly inside."""
    return Quality(
        size=_ramp(side_px, SMALLEST, SIDE),
        sharpness=_ramp(detail(crop), *sharpness),
        exposure=1.0 - _ramp(_burnt(crop), 0.3, 0.8),
        frontal=1.0,
        inside=1.0,
        visible=1.0 - HIDDEN * covered,
    )


def detail(crop: Crop) -> float:
    """Log variance of the Laplacian by the variance of the crop: contrast cancels out.

    Blur takes it down by about one for each halving of the sharp size; noise lifts it.
    """
    import cv2

    spread = float(crop.var())
    edges = float(cv2.Laplacian(crop, cv2.CV_32F).var())
    return float(np.log((edges + 1.0) / (spread + 25.0)))


def _burnt(crop: Crop) -> float:
    """Part of the pixels that are black or white."""
    return float(((crop < 10) | (crop > 245)).mean())


def _inside(frame: Frame, face: Found) -> float:
    """1 with the box inside the picture, 0 with half of it outside."""
    x, y, width, height = face.box
    rows, columns = frame.shape[:2]
    across = max(0.0, min(x + width, columns) - max(x, 0.0))
    down = max(0.0, min(y + height, rows) - max(y, 0.0))
    return _ramp(across * down / max(width * height, 1e-6), 0.5, 0.9)


def _ramp(value: float, low: float, high: float) -> float:
    """0 below `low`, 1 above `high`, straight between."""
    return float(min(1.0, max(0.0, (value - low) / (high - low))))
