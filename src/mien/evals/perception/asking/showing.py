"""What a model gets to see or hear of an item."""

from __future__ import annotations

import base64
import hashlib
import io
import wave

import numpy as np

from mien.core.arrays import RATE_HZ, Frame, Samples
from mien.core.errors import SourceError
from mien.evals.perception.items import Item, Picture, Sound, Text

LONG_PX = 1024
"""Pictures are shrunk to this: more only costs tokens."""

_JPEG_QUALITY = 95


def shown(item: Item) -> bytes:
    """What a model gets to see or hear of an item: a JPEG, a WAV file, UTF-8.

    Raises:
        SourceError: If its file cannot be read.
    """
    if isinstance(item.media, Text):
        return item.media.text.encode("utf-8", "replace")
    if isinstance(item.media, Picture):
        return _jpeg(item.media.load())
    if isinstance(item.media, Sound):
        return _wav(item.media.load())
    raise SourceError(item.id, "there are only labels of it")


def digest(content: bytes) -> str:
    """A hash by which the same content is known again."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def data_url(kind: str, content: bytes) -> str:
    """Content in the form that models take, such as `data:image/jpeg;base64,...`."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _jpeg(frame: Frame) -> bytes:
    from PIL import Image

    picture = Image.fromarray(frame)
    picture.thumbnail((LONG_PX, LONG_PX))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_JPEG_QUALITY)
    return file.getvalue()


def _wav(samples: Samples) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()
