"""From a face in a picture to the crop that the nets were taught on."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import Frame
from mien.decoders.face.detect import Box, Found, cut

SIDE = 48
"""Side of a crop in pixels."""

UPRIGHT = math.radians(12)
"""Turns below this are left alone: the net was taught with a deviation of ten degrees."""

Crop = NDArray[np.uint8]
"""One grey crop, shape (48, 48)."""


def crop_face(frame: Frame, face: Found) -> Crop:
    """The square around a face as 48 x 48 grey values, upright.

    FER2013's crops have the side of YuNet's longer box side (median .98 over 582 pictures),
    and are not aligned; wider crops cost the net about three points.

    Args:
        frame: The picture, RGB.
        face: With the box in the geometry of YuNet (`like_yunet` for others).
    """
    import cv2

    turn = roll(face)
    wide = abs(turn) > UPRIGHT
    square, _, _ = cut(frame, face.box, 1.5 if wide else 1.0)
    grey = np.asarray(cv2.cvtColor(square, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    if wide:
        grey = _turned(grey, turn, round(len(grey) / 1.5))
    kernel = cv2.INTER_AREA if len(grey) > SIDE else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, (SIDE, SIDE), interpolation=kernel), dtype=np.uint8)


def like_yunet(face: Found, scale: float, down: float) -> Found:
    """A square box of a cascade as YuNet would draw its longer side.

    Args:
        face: As the cascade gives it.
        scale: Side of YuNet's square by the cascade's.
        down: How far YuNet's middle lies lower, in sides of the cascade's box.
    """
    x, y, width, height = face.box
    side = max(width, height) * scale
    middle_x, middle_y = x + width / 2, y + height / 2 + down * height
    box: Box = (middle_x - side / 2, middle_y - side / 2, side, side)
    return face._replace(box=box)


def roll(face: Found) -> float:
    """How far the line of the eyes is turned, radians, clockwise in the picture; 0 if unknown."""
    if face.points is None:
        return 0.0
    across, down = face.points[1] - face.points[0]
    if abs(across) + abs(down) < 1e-3:
        return 0.0
    return float(math.atan2(down, across))


def yaw(face: Found) -> float:
    """How far the nose is off the middle of the eyes, in eye distances; 0 if unknown.

    Beyond about .35 either way the head is turned by more than 35 degrees.
    """
    if face.points is None:
        return 0.0
    eyes = face.points[:2]
    distance = float(np.hypot(*(eyes[1] - eyes[0])))
    if distance < 1e-3:
        return 1.0
    along = (eyes[1] - eyes[0]) / distance
    return float((face.points[2] - eyes.mean(axis=0)) @ along / distance)


def _turned(grey: Crop, turn: float, side: int) -> Crop:
    """The middle of a square, turned back by an angle."""
    import cv2

    half = len(grey) / 2
    matrix = np.asarray(cv2.getRotationMatrix2D((half, half), math.degrees(turn), 1.0))
    matrix = matrix + np.array([[0, 0, side / 2 - half]] * 2)
    return np.asarray(
        cv2.warpAffine(grey, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE),
        dtype=np.uint8,
    )
