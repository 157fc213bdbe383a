"""Crops that are no faces: what a cascade takes for one, parts and heaps of faces, textures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mien.decoders.face.align import SIDE, crop_face, like_yunet
from mien.decoders.face.detect import Haar

Crops = NDArray[np.uint8]
"""Shape (n, 48, 48)."""

ALARMS = 1500
"""Different false alarms: a canvas of a third of a second gives about eight."""


def negatives(faces: Crops, box: tuple[float, float], seed: int, each: int = 5000) -> Crops:
    """A pool of non-faces made of training pictures, two free photographs and arithmetic.

    Args:
        faces: FER2013's training crops.
        box: From a cascade's box to a crop (`geometry`).
        seed: Of every draw.
        each: How many of each kind; there are fewer false alarms, each four times.
    """
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [
            _parts(faces, each, rng),
            _junctions(faces, each, rng),
            _heaps(faces, each, rng),
            _textures(each, rng),
            _scenes(each, rng),
            np.repeat(false_alarms(faces, box, ALARMS, rng), 4, axis=0),
        ]
    )


def geometry(faces: Crops, limit: int = 400) -> tuple[float, float]:
    """What takes a cascade's box to the geometry of FER2013's crops: scale and downward shift.

    Args:
        faces: Crops; each is enlarged four times with its borders repeated around it.
        limit: How many to look at.
    """
    import cv2

    haar = Haar(neighbors=3)
    sides, downs = [], []
    for face in faces[:limit]:
        big = cv2.resize(face, (192, 192), interpolation=cv2.INTER_CUBIC)
        framed = cv2.copyMakeBorder(big, 48, 48, 48, 48, cv2.BORDER_REPLICATE)
        found = haar.find(np.repeat(framed[:, :, None], 3, axis=2), 640)
        for x, y, width, height in (hit.box for hit in found):
            middle = np.array([x + width / 2 - 144, y + height / 2 - 144])
            if np.hypot(*middle) < 48 and width > 96:
                sides.append(192 / width)
                downs.append(-middle[1] / height)
    return float(np.median(sides)), float(np.median(downs))


def false_alarms(faces: Crops, box: tuple[float, float], n: int, rng: np.random.Generator) -> Crops:
    """What Haar's cascade takes for faces on canvases of shuffled and turned patches."""
    haar, found = Haar(), []
    while len(found) < n:
        canvas = np.repeat(_canvas(faces, rng)[:, :, None], 3, axis=2)
        hits = haar.find(canvas, 640)
        found += [crop_face(canvas, like_yunet(hit, *box)) for hit in hits]
    return np.stack(found[:n])


def _canvas(faces: Crops, rng: np.random.Generator) -> NDArray[np.uint8]:
    """480 x 640 greys tiled with patches that hold no whole face."""
    import cv2

    patch = int(rng.choice([16, 24, 32, SIDE]))
    rows, columns = -(-480 // patch), -(-640 // patch)
    picks = faces[rng.integers(0, len(faces), rows * columns)]
    corners = rng.integers(0, SIDE - patch + 1, (rows * columns, 2))
    # Upright patches of half a face can meet to make a whole one, so those are turned.
    least = 1 if patch > 24 else 0
    tiles = [
        np.rot90(face[y : y + patch, x : x + patch], rng.integers(least, 4))
        for face, (y, x) in zip(picks, corners, strict=True)
    ]
    lines = [np.concatenate(tiles[r * columns : (r + 1) * columns], 1) for r in range(rows)]
    canvas = np.concatenate(lines, 0)
    scale = float(rng.choice([1.0, 2.0, 3.0]))
    canvas = cv2.resize(canvas, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    return np.asarray(canvas[:480, :640], dtype=np.uint8)


def _parts(faces: Crops, n: int, rng: np.random.Generator) -> Crops:
    """Enlarged quarters and less of faces: an eye, a mouth, a forehead."""
    return np.stack(
        [
            _resized(face[y : y + side, x : x + side])
            for face, side, y, x in _windows(faces, n, 12, 27, rng)
        ]
    )


def _windows(
    faces: Crops, n: int, least: int, most: int, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.uint8], int, int, int]]:
    for index in rng.integers(0, len(faces), n):
        side = int(rng.integers(least, most))
        y, x = rng.integers(0, SIDE - side + 1, 2)
        yield faces[index], side, int(y), int(x)


def _junctions(faces: Crops, n: int, rng: np.random.Generator) -> Crops:
    """Windows that are half a face or more beside the middle of any."""
    crops = []
    for _ in range(n):
        four = faces[rng.integers(0, len(faces), 4)]
        sheet = np.concatenate([np.concatenate(four[:2], 1), np.concatenate(four[2:], 1)], 0)
        # Either coordinate alone may be centered on a face; both never are.
        y, x = int(rng.integers(17, 32)), int(rng.integers(0, 49))
        crop = sheet[y : y + SIDE, x : x + SIDE]
        crops.append(crop.T if rng.random() < 0.5 and 17 <= x < 32 else crop)
    return np.stack(crops)


def _heaps(faces: Crops, n: int, rng: np.random.Generator) -> Crops:
    """Several small faces in one window: a crop far too wide."""
    crops = []
    for _ in range(n):
        count = int(rng.integers(2, 5))
        sheet = faces[rng.integers(0, len(faces), count * count)]
        lines = [np.concatenate(sheet[r * count : (r + 1) * count], 1) for r in range(count)]
        whole = np.concatenate(lines, 0)
        y, x = rng.integers(0, SIDE, 2)
        side = len(whole) - SIDE
        crops.append(_resized(whole[y : y + side, x : x + side]) if count > 2 else _resized(whole))
    return np.stack(crops)


def _textures(n: int, rng: np.random.Generator) -> Crops:
    """Stripes, blobs, steps and noise of many grains."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    crops = []
    for _ in range(n):
        field = np.zeros((SIDE, SIDE))
        for _ in range(int(rng.integers(1, 5))):
            angle, waves, phase = rng.random() * np.pi, rng.exponential(4), rng.random() * 7
            along = np.cos(angle) * columns + np.sin(angle) * rows
            wave = np.sin(2 * np.pi * waves * along + phase)
            field += rng.normal() * (np.sign(wave) if rng.random() < 0.4 else wave)
        grain = int(rng.choice([3, 6, 12, 24, 48]))
        noise = _resized((rng.random((grain, grain)) * 255).astype(np.uint8)) / 255 - 0.5
        field += 3 * rng.random() * noise
        field = (field - field.min()) / (np.ptp(field) + 1e-6)
        low, high = np.sort(rng.random(2) * 255)
        crops.append((low + field * (high - low)).astype(np.uint8))
    return np.stack(crops)


def _scenes(n: int, rng: np.random.Generator) -> Crops:
    """Windows of the two photographs that come with scikit-learn: a temple and a flower."""
    import cv2
    from sklearn.datasets import load_sample_images

    greys = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in load_sample_images().images]
    crops = []
    for _ in range(n):
        grey = greys[int(rng.integers(0, len(greys)))]
        side = int(np.exp(rng.uniform(np.log(20), np.log(380))))
        y = int(rng.integers(0, grey.shape[0] - side + 1))
        x = int(rng.integers(0, grey.shape[1] - side + 1))
        crop = _resized(np.asarray(grey[y : y + side, x : x + side], dtype=np.uint8))
        crops.append(np.rot90(crop, rng.integers(0, 4)))
    return np.stack(crops)


def _resized(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    kernel = cv2.INTER_AREA if len(crop) > SIDE else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, (SIDE, SIDE), interpolation=kernel), dtype=np.uint8)
