"""A few small pictures of each person at the moments that tell most."""

from __future__ import annotations

import io
from collections import deque
from typing import NamedTuple

import numpy as np

from mien.core.arrays import Frame
from mien.emotions.emotion import Emotion
from mien.timeline.origin import Thumbnail
from mien.timeline.reading import Box, Reading

A_PERSON = 4
"""Pictures kept of each person."""

_FACE_PX = 160
_PHOTO_PX = 960
_HELD = 24  # frames; a tracker may confirm a face a few pictures late
_MARGIN = 0.35  # of the face's box, on each side


class _Kept(NamedTuple):
    strength: float
    emotion: Emotion
    thumbnail: Thumbnail


class Gallery:
    """Collects thumbnails while a source is read; memory is bounded by people, not by length."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, Frame]] = deque(maxlen=_HELD)
        self._kept: dict[str | None, list[_Kept]] = {}
        self._photo: Thumbnail | None = None

    def see(self, frame: Frame, at: float, *, still: bool) -> None:
        """Remember a picture for the readings that it will give."""
        self._frames.append((at, frame))
        if still:
            self._photo = Thumbnail(person=None, at=at, jpeg=_jpeg(frame, _PHOTO_PX), reading="")

    def take(self, readings: list[Reading]) -> None:
        """Keep what is stronger than what is kept."""
        for reading in readings:
            if reading.box is not None and reading.is_told and reading.start is not None:
                self._consider(reading, reading.box, reading.start)

    def thumbnails(self) -> tuple[Thumbnail, ...]:
        """The whole photo, if it was one, then faces in order of person and time."""
        faces = [kept.thumbnail for person in self._kept.values() for kept in person]
        faces.sort(key=lambda thumbnail: (thumbnail.person or "", thumbnail.at))
        return (self._photo, *faces) if self._photo is not None else tuple(faces)

    def _consider(self, reading: Reading, box: Box, at: float) -> None:
        strength, emotion = _strength(reading)
        kept = self._kept.setdefault(reading.person, [])
        # One picture an emotion: four of the same smile tell no more than one.
        rival = next((k for k in kept if k.emotion is emotion), None)
        if rival is None and len(kept) >= A_PERSON:
            rival = min(kept, key=lambda k: k.strength)
        if rival is not None and rival.strength >= strength:
            return
        frame = next((frame for seen, frame in self._frames if abs(seen - at) < 1e-6), None)
        if frame is None:
            return
        if rival is not None:
            kept.remove(rival)
        thumbnail = Thumbnail(
            person=reading.person,
            at=at,
            jpeg=_jpeg(_crop(frame, box), _FACE_PX),
            reading=reading.id,
        )
        kept.append(_Kept(strength, emotion, thumbnail))


def _strength(reading: Reading) -> tuple[float, Emotion]:
    top = next(
        (top for top in reading.scores.strongest(2) if top.emotion is not Emotion.NEUTRAL), None
    )
    if top is None:
        return 0.0, Emotion.NEUTRAL
    # Thumbnails are for faces that can be seen, so quality counts as much as the share.
    return top.share * reading.confidence * reading.quality, top.emotion


def _crop(frame: Frame, box: Box) -> Frame:
    height, width = frame.shape[:2]
    side_x, side_y = box.width * (1 + 2 * _MARGIN), box.height * (1 + 2 * _MARGIN)
    left, top = box.x - box.width * _MARGIN, box.y - box.height * _MARGIN
    x0, x1 = (int(np.clip(part * width, 0, width)) for part in (left, left + side_x))
    y0, y1 = (int(np.clip(part * height, 0, height)) for part in (top, top + side_y))
    return frame[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]


def _jpeg(frame: Frame, long_side_px: int) -> bytes:
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(frame))
    picture.thumbnail((long_side_px, long_side_px))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()
