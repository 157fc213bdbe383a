"""One still picture, upright, judged by its header before anything is decoded."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien.core.arrays import Frame
from mien.core.errors import TooLarge, UnreadableSource
from mien.media import limits

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")

ANIMATED = ("GIF", "WEBP", "PNG")

_DAMAGED = "the picture is damaged or cut off"
_DAMAGE = (OSError, ValueError, SyntaxError, IndexError, EOFError, struct.error)
"""What Pillow's readers raise on damaged files: all but EOFError came from 6,000 of them, in six
formats, and that one is documented."""

_ON_ITS_SIDE = (5, 6, 7, 8)
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class PhotoHeader:
    """What the header of a picture says.

    Attributes:
        form: Such as `jpeg`.
        width_px: Of the upright picture.
        height_px: Likewise.
        n_frames: More than one in animations.
    """

    form: str
    width_px: int
    height_px: int
    n_frames: int


def read_header(path: Path) -> PhotoHeader:
    """The size and form of a picture, without decoding it.

    Raises:
        TooLarge: If it has more pixels than `limits.PHOTO_PIXELS`.
        UnreadableSource: If it is no picture.
    """
    with _quiet(), _open(path) as picture:
        width, height = picture.size
        try:
            is_on_its_side = picture.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
            n_frames = int(getattr(picture, "n_frames", 1)) if picture.format in ANIMATED else 1
        except _DAMAGE as error:
            raise UnreadableSource(path, _DAMAGED) from error
        if is_on_its_side:
            width, height = height, width
        return PhotoHeader(str(picture.format).lower(), width, height, n_frames)


def read_photo(path: Path) -> Frame:
    """The picture as upright RGB, long side at most 2048 px, the first frame of an animation.

    Transparent parts become white.

    Raises:
        TooLarge: If it has more pixels than `limits.PHOTO_PIXELS`.
        UnreadableSource: If it is damaged or cut off.
    """
    from PIL import ImageOps

    side = limits.PHOTO_LONG_PX
    with _quiet(), _open(path) as picture:
        # JPEG can leave out resolution while it decodes, which saves most of the memory.
        picture.draft("RGB", (side, side))
        try:
            picture.load()
            small = _to_rgb(picture)
            small.thumbnail((side, side), reducing_gap=3.0)
            small.getexif()[_ORIENTATION] = picture.getexif().get(_ORIENTATION, 1)
            upright = ImageOps.exif_transpose(small)
        except _DAMAGE as error:
            raise UnreadableSource(path, _DAMAGED) from error
        return np.ascontiguousarray(np.asarray(upright, dtype=np.uint8))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Pillow's warnings off a user's screen: its limit is not ours, its EXIF talk no help."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _open(path: Path) -> Picture:
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(path, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise TooLarge(path, f"a picture of too many pixels, {_allowed()}") from error
    except (UnidentifiedImageError, *_DAMAGE) as error:
        raise UnreadableSource(path, _DAMAGED) from error
    width, height = picture.size
    if width * height > limits.PHOTO_PIXELS:
        picture.close()
        raise TooLarge(path, f"a picture of {width} x {height} pixels, {_allowed()}")
    return picture


def _allowed() -> str:
    return f"at most {limits.PHOTO_PIXELS:,} are read"


def _to_rgb(picture: Picture) -> Picture:
    from PIL import Image

    if picture.mode.startswith("I;16"):
        gray = np.asarray(picture).astype(np.uint16) >> 8
        return Image.fromarray(gray.astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        over = picture.convert("RGBA")
        white = Image.new("RGBA", over.size, "white")
        return Image.alpha_composite(white, over).convert("RGB")
    return picture.convert("RGB")
