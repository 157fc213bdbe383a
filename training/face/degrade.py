"""Crops as bad cameras and busy scenes give them, to see what a reading is worth then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mien.decoders.face.align import SIDE

Crops = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Harm:
    """A way to spoil crops.

    Attributes:
        name: For tables.
        apply: Takes crops (n, 48, 48) and gives as many.
        side_px: Side the face had in its picture, as far as a decoder could know.
    """

    name: str
    apply: Callable[[Crops], Crops]
    side_px: float = SIDE


def harms() -> tuple[Harm, ...]:
    """What the card reports and what the confidence is fitted on."""
    return (
        Harm("as it is", lambda crops: crops),
        *(Harm(f"{px} px", partial(shrunk_to, side=px), px) for px in (32, 24, 20, 16)),
        Harm("blur, sigma 1.5 px", partial(_blurred, sigma=1.5)),
        Harm("blur, sigma 2.5 px", partial(_blurred, sigma=2.5)),
        Harm("mouth covered", partial(_covered, top=31, bottom=SIDE)),
        Harm("eyes covered", partial(_covered, top=11, bottom=23)),
        Harm("turned 15 degrees", partial(_turned, degrees=15)),
        Harm("turned 30 degrees", partial(_turned, degrees=30)),
        Harm("noise, sigma 10", _noisy),
        Harm("gamma 2", _dark),
        Harm("crop 1.2 times too wide", partial(_zoomed, factor=1.2)),
    )


def _each(crops: Crops, change: Callable[[NDArray[np.uint8]], NDArray[np.generic]]) -> Crops:
    return np.stack([np.asarray(change(crop), dtype=np.uint8) for crop in crops])


def shrunk_to(crops: Crops, side: int) -> Crops:
    """Crops made smaller and enlarged again, as a detector would hand over a small face."""
    import cv2

    def change(crop: NDArray[np.uint8]) -> NDArray[np.generic]:
        small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
        return cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)

    return _each(crops, change)


def _blurred(crops: Crops, sigma: float) -> Crops:
    import cv2

    return _each(crops, lambda crop: cv2.GaussianBlur(crop, (0, 0), sigma))


def _covered(crops: Crops, top: int, bottom: int) -> Crops:
    changed = crops.copy()
    # One even grey a picture, light and dark in turn, like a surgical or a black mask.
    changed[:, top:bottom] = np.resize(np.array([60, 200, 130], dtype=np.uint8), len(crops))[
        :, None, None
    ]
    return changed


def _turned(crops: Crops, degrees: float) -> Crops:
    import cv2

    middle = (SIDE - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), degrees, 1.0)
    return _each(
        crops,
        lambda crop: cv2.warpAffine(crop, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE),
    )


def _zoomed(crops: Crops, factor: float) -> Crops:
    import cv2

    middle = (SIDE - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), 0, 1 / factor)
    return _each(
        crops,
        lambda crop: cv2.warpAffine(crop, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE),
    )


def _noisy(crops: Crops) -> Crops:
    noise = np.random.default_rng(0).normal(0, 10, crops.shape)
    return np.clip(crops + noise, 0, 255).astype(np.uint8)


def _dark(crops: Crops) -> Crops:
    return np.asarray(255 * (crops / 255.0) ** 2, dtype=np.uint8)
