"""Where faces are in a picture: YuNet when its weights are here, else OpenCV's cascades."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import Frame
from mien.core.errors import BadWeights, ConfigError, MissingWeights

YUNET_SCORE = 0.7
"""Below this YuNet answers to grilles and hands; at OpenCV's .9 it loses three faces in ten."""

LONG_SIDES = (640, 320, 1280)
"""Sizes a whole picture is tried at, in order: YuNet sees faces of about 10 to 300 px."""

SMALLEST = 16
"""Side in pixels, at the size that is searched, below which nothing is looked for."""

HALF_SURE = 4
"""Raw hits of a cascade that count as a score of one half: faces have ten, chance has one."""

WINDOW = 160
"""Side of the scaled window in which a known face is searched again."""

REACH = 2.5
"""Side of that window in face sides."""

Box = tuple[float, float, float, float]
"""x, y, width and height in pixels of the picture; may reach outside."""


class Found(NamedTuple):
    """One face as a detector gives it.

    Attributes:
        box: In pixels of the picture.
        score: 0 to 1; a cascade's grows with the raw hits that agree.
        points: Right eye, left eye, nose tip, right and left mouth corner in pixels,
            shape (5, 2); None from a cascade. The person's own right is left in the picture.
    """

    box: Box
    score: float
    points: NDArray[np.float32] | None = None

    @property
    def side(self) -> float:
        """The longer side of the box in pixels."""
        return max(self.box[2], self.box[3])

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the box in pixels."""
        return self.box[0] + self.box[2] / 2, self.box[1] + self.box[3] / 2


class Detector(Protocol):
    """Finds faces in a whole picture, or near a place where one was."""

    @property
    def name(self) -> str:
        """`yunet` or `haar`."""

    @property
    def is_sure(self) -> bool:
        """Whether its finds need no verifier beyond a hint."""

    def find(self, frame: Frame, long_side: int) -> list[Found]:
        """All faces, the picture shrunk to that long side first; it is never enlarged."""

    def search(self, frame: Frame, box: Box) -> list[Found]:
        """Faces in a window around a box."""

    def again(self) -> Detector:
        """Another of its kind: OpenCV's hold state while they look, so each pass has its own."""


class YuNet:
    """YuNet (Wu, Peng, Yu 2023) by OpenCV.

    Args:
        weights: `face_detection_yunet_2023mar.onnx`.
        score: Least score of a face.

    Raises:
        MissingWeights: If there is no such file.
        BadWeights: If OpenCV cannot load it.
    """

    name = "yunet"
    is_sure = True

    def __init__(self, weights: Path, score: float = YUNET_SCORE) -> None:
        import cv2

        if not weights.is_file():
            raise MissingWeights(f"no face detector at {weights}: pull or import yunet again")
        try:
            self._whole, self._window = (
                cv2.FaceDetectorYN.create(str(weights), "", (WINDOW, WINDOW), score, 0.3, 500)
                for _ in range(2)
            )
        except cv2.error as error:
            raise BadWeights(f"cannot load {weights}: {error}") from error
        self._size = (WINDOW, WINDOW)
        self._weights, self._score = weights, score

    def again(self) -> YuNet:
        """Another of its kind."""
        return YuNet(self._weights, self._score)

    def find(self, frame: Frame, long_side: int) -> list[Found]:
        """All faces of the picture at that size."""
        small, factor = shrunk(frame, long_side)
        size = (small.shape[1], small.shape[0])
        if size != self._size:  # a new size makes OpenCV plan the net again
            self._whole.setInputSize(size)
            self._size = size
        return [_from_row(row, factor, 0.0, 0.0) for row in _rows(self._whole, small)]

    def search(self, frame: Frame, box: Box) -> list[Found]:
        """Faces in a window of `REACH` face sides, scaled to `WINDOW` pixels."""
        window, left, top = cut(frame, box, REACH)
        scaled = _quickly_resized(window, WINDOW)
        factor = len(window) / WINDOW
        return [_from_row(row, factor, left, top) for row in _rows(self._window, scaled)]


class Haar:
    """The cascades that come with OpenCV 4: slow, and in need of a verifier.

    Args:
        names: Cascade files; boxes of several are merged.
        neighbors: Raw hits a box needs; 1 finds most faces and many things besides.
    """

    name = "haar"
    is_sure = False

    def __init__(
        self, names: Iterable[str] = ("haarcascade_frontalface_alt2.xml",), neighbors: int = 1
    ) -> None:
        import cv2

        if not hasattr(cv2, "CascadeClassifier"):
            raise MissingWeights(
                "OpenCV 5 has no cascades: install opencv-python-headless<5 or pull yunet"
            )
        folder = Path(cv2.__file__).parent / "data"
        self._cascades = [cv2.CascadeClassifier(str(folder / name)) for name in names]
        self._neighbors = neighbors

    def again(self) -> Haar:
        """Another of its kind."""
        return Haar()

    def find(self, frame: Frame, long_side: int) -> list[Found]:
        """All boxes of the picture at that size, faces or not."""
        small, factor = shrunk(frame, long_side)
        return self._hits(small, factor, 0.0, 0.0, SMALLEST, max(small.shape[:2]))

    def search(self, frame: Frame, box: Box) -> list[Found]:
        """Boxes of a like size in a window of `REACH` face sides."""
        window, left, top = cut(frame, box, REACH)
        scaled = resized(window, WINDOW, WINDOW)
        face = WINDOW / REACH
        return self._hits(
            scaled, len(window) / WINDOW, left, top, round(0.7 * face), round(1.4 * face)
        )

    def _hits(
        self, picture: Frame, factor: float, left: float, top: float, least: int, most: int
    ) -> list[Found]:
        import cv2

        grey = cv2.equalizeHist(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
        found: list[Found] = []
        for cascade in self._cascades:
            boxes, counts = cascade.detectMultiScale2(
                grey, 1.1, self._neighbors, minSize=(least, least), maxSize=(most, most)
            )
            for (x, y, width, height), count in zip(boxes, np.ravel(counts), strict=True):
                box = (
                    left + float(x) * factor,
                    top + float(y) * factor,
                    float(width) * factor,
                    float(height) * factor,
                )
                found.append(Found(box, float(count) / (float(count) + HALF_SURE)))
        return found


def open_detector(kind: str, yunet: Path | None) -> Detector:
    """The detector of a setting.

    Args:
        kind: `auto`, `yunet` or `haar`.
        yunet: YuNet's weights, if they are here.

    Raises:
        MissingWeights: If YuNet is asked for and is not here, or OpenCV lacks its cascades.
        ConfigError: If the kind is unknown.
    """
    if kind not in ("auto", "yunet", "haar"):
        raise ConfigError(f"detector must be auto, yunet or haar, not {kind!r}")
    if yunet is not None and kind != "haar":
        return YuNet(yunet)
    if kind == "yunet":
        raise MissingWeights("the detector yunet is not here: mien models pull yunet")
    return Haar()


def shrunk(frame: Frame, long_side: int) -> tuple[Frame, float]:
    """The picture with at most that long side, and how many of its pixels one of them holds."""
    height, width = frame.shape[:2]
    factor = max(height, width) / long_side
    if factor <= 1:
        return np.ascontiguousarray(frame), 1.0
    return resized(frame, max(1, round(width / factor)), max(1, round(height / factor))), factor


def resized(frame: Frame, width: int, height: int) -> Frame:
    """The picture in another size: by areas when it shrinks, else linearly."""
    import cv2

    # Areas of a whole 720p picture cost 1 ms; four by four pixels of each are mean enough.
    step = max(1, min(frame.shape[1] // width, frame.shape[0] // height) // 4)
    thinned = np.ascontiguousarray(frame[::step, ::step])
    kernel = cv2.INTER_AREA if thinned.shape[1] > width else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(thinned, (width, height), interpolation=kernel), dtype=np.uint8)


def _quickly_resized(square: Frame, side: int) -> Frame:
    """A square in another size, for finding again what is known to be there.

    Areas of a factor that is not whole cost .8 ms a face, an eighth of all there is for a
    picture at ten times real time; up to three to one linear reading finds the same.
    """
    import cv2

    if len(square) > 3 * side:
        return resized(square, side, side)
    flat = cv2.resize(square, (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(flat, dtype=np.uint8)


def cut(frame: Frame, box: Box, reach: float) -> tuple[Frame, float, float]:
    """A square around a box, its edge pixels repeated where it leaves the picture.

    Args:
        frame: The picture.
        box: In its pixels.
        reach: Side of the square in longer sides of the box.

    Returns:
        The square and the place of its left upper corner in the picture.
    """
    import cv2

    x, y, width, height = box
    side = max(2, round(reach * max(width, height)))
    left = round(x + width / 2 - side / 2)
    top = round(y + height / 2 - side / 2)
    rows, columns = frame.shape[:2]
    # A box wholly outside still gives a square: of the nearest edge.
    y0, y1 = min(max(top, 0), rows - 1), max(min(top + side, rows), 1)
    x0, x1 = min(max(left, 0), columns - 1), max(min(left + side, columns), 1)
    inner = frame[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    if inner.shape[0] == side and inner.shape[1] == side:
        return np.ascontiguousarray(inner), float(left), float(top)
    above = min(max(y0 - top, 0), side - inner.shape[0])
    before = min(max(x0 - left, 0), side - inner.shape[1])
    padded = cv2.copyMakeBorder(
        inner,
        above,
        side - inner.shape[0] - above,
        before,
        side - inner.shape[1] - before,
        cv2.BORDER_REPLICATE,
    )
    return np.asarray(padded, dtype=np.uint8), float(left), float(top)


def overlap(one: Box, other: Box) -> float:
    """Shared area of two boxes as a part of their joint area."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def without_doubles(found: Iterable[Found], limit: float = 0.4) -> list[Found]:
    """The best of boxes that overlap, ordered from left to right."""
    kept: list[Found] = []
    for face in sorted(found, key=lambda face: (-face.score, face.box)):
        if all(overlap(face.box, other.box) < limit for other in kept):
            kept.append(face)
    return sorted(kept, key=lambda face: face.box)


def _rows(detector: Any, picture: Frame) -> NDArray[np.float32]:
    """Rows of 15 numbers; none for pictures too small to hold a face."""
    if min(picture.shape[:2]) < SMALLEST:
        return np.zeros((0, 15), dtype=np.float32)
    # Trained on BGR; fed RGB it loses faces without a word.
    rows = detector.detect(np.ascontiguousarray(picture[:, :, ::-1]))[1]
    return np.zeros((0, 15), dtype=np.float32) if rows is None else rows


def _from_row(row: NDArray[np.float32], factor: float, left: float, top: float) -> Found:
    shift = np.array([left, top], dtype=np.float32)
    x, y, width, height = (float(v) * factor for v in row[:4])
    points = row[4:14].reshape(5, 2) * factor + shift
    return Found((x + left, y + top, width, height), float(row[14]), points.astype(np.float32))
