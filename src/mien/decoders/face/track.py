"""Who is who from picture to picture, for the length of a shot and no longer.

People are matched by place and by the look of the region around the face in the last
picture they were seen in. Nothing of it outlives two seconds without the face, a cut of
the film, or the source: no face is ever compared with a stored one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import Frame
from mien.decoders.face.align import Crop
from mien.decoders.face.detect import LONG_SIDES, Detector, Found, cut, resized, without_doubles
from mien.decoders.face.verify import Judgement

LOST_AFTER = 2.0
"""Seconds without a face after which its person is forgotten."""

WEAK = 0.5
"""A find with no better score makes no new person in a film: a better look at a face follows."""


class Seen(NamedTuple):
    """A find with what was cut out and what the verifier thinks of it."""

    found: Found
    crop: Crop
    judgement: Judgement


class Followed(NamedTuple):
    """A face with the number of its person, from 1 in order of appearance."""

    number: int
    seen: Seen


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the whole picture is searched, in seconds, and at which long sides, in pixels.

    Attributes:
        known: While faces are followed.
        empty: While there is none, or one was lost.
        far: While there is none, at `far_side`, for small faces.
        side: Where every whole search begins.
        near_side: Tried when nothing is found, for very large faces; None to leave it out.
        far_side: Of the search for small faces.
    """

    known: float = 1.0
    empty: float = 0.5
    far: float = 10.0
    side: int = LONG_SIDES[0]
    near_side: int | None = LONG_SIDES[1]
    far_side: int = LONG_SIDES[2]


PACES = {"yunet": Pace(), "haar": Pace(empty=1.0, side=480, near_side=None, far_side=960)}
"""Cascades cost ten times what YuNet does: they look less often and coarser, and faces too
large for them are unknown."""


@dataclass(slots=True)
class _Track:
    number: int
    found: Found
    at: float
    look: NDArray[np.float32]


class Tracker:
    """Follows the faces of one picture stream.

    Args:
        detector: Where faces may be.
        examine: Cuts out a find and has it judged.
        is_face: Whether a find is one; told whether it continues a track.
        pace: How often the whole picture is searched.
    """

    def __init__(
        self,
        detector: Detector,
        examine: Callable[[Frame, Found], Seen],
        is_face: Callable[[Seen, bool], bool],
        pace: Pace,
    ) -> None:
        self._detector, self._examine, self._is_face = detector, examine, is_face
        self._pace = pace
        self._tracks: list[_Track] = []
        self._people = 0
        self._shot: NDArray[np.float32] | None = None
        self._whole_at = self._far_at = -np.inf

    def still(self, frame: Frame) -> list[Followed]:
        """All faces of a photo, from left to right, with new numbers."""
        for side in LONG_SIDES:
            finds = without_doubles(self._detector.find(frame, side))
            seen = [self._examine(frame, found) for found in finds]
            faces = [face for face in seen if self._is_face(face, False)]
            if faces:
                return [self._named(face) for face in faces]
        return []

    def step(self, frame: Frame, at: float) -> list[Followed]:
        """The faces of the next picture of a video, from left to right.

        Args:
            frame: The picture.
            at: Its time in seconds; must not go back.
        """
        shot = glance(frame)
        if self._shot is not None and is_cut(self._shot, shot):
            self._tracks, self._whole_at = [], -np.inf
        self._shot = shot
        self._tracks = [track for track in self._tracks if at - track.at <= LOST_AFTER]
        finds = without_doubles(self._finds(frame, at))
        seen = [self._examine(frame, found) for found in finds]
        return self._match(frame, seen, at)

    def _finds(self, frame: Frame, at: float) -> list[Found]:
        finds = [
            found
            for track in self._tracks
            for found in self._detector.search(frame, track.found.box)
        ]
        is_missing = any(not _near(track, finds) for track in self._tracks)
        wait = self._pace.empty if is_missing or not self._tracks else self._pace.known
        if at - self._whole_at < wait - 1e-6:
            return finds
        self._whole_at = at
        finds += self._detector.find(frame, self._pace.side)
        if not finds and self._pace.near_side is not None:
            finds = self._detector.find(frame, self._pace.near_side)
        if not finds and at - self._far_at >= self._pace.far:
            self._far_at = at
            finds = self._detector.find(frame, self._pace.far_side)
        return finds

    def _match(self, frame: Frame, seen: Sequence[Seen], at: float) -> list[Followed]:
        looks = [look(frame, face.found) for face in seen]
        partners = pair(self._tracks, [face.found for face in seen], looks, at)
        followed: list[Followed] = []
        for index, face in enumerate(seen):
            track = partners.get(index)
            is_weak = track is None and face.found.score <= WEAK
            if is_weak or not self._is_face(face, track is not None):
                continue
            if track is None:
                followed.append(self._named(face))
                number = followed[-1].number
                self._tracks.append(_Track(number, face.found, at, looks[index]))
            else:
                track.found, track.at, track.look = face.found, at, looks[index]
                followed.append(Followed(track.number, face))
        return followed

    def _named(self, face: Seen) -> Followed:
        self._people += 1
        return Followed(self._people, face)


def pair(
    tracks: Sequence[_Track],
    finds: Sequence[Found],
    looks: Sequence[NDArray[np.float32]],
    at: float,
) -> dict[int, _Track]:
    """The track each find continues, best pairs first; finds without one are left out."""
    costs = [
        (cost, index, t)
        for index, (found, seen_look) in enumerate(zip(finds, looks, strict=True))
        for t, track in enumerate(tracks)
        if (cost := _cost(track, found, seen_look, at)) is not None
    ]
    partners: dict[int, _Track] = {}
    taken: set[int] = set()
    for _, index, t in sorted(costs):
        if index not in partners and t not in taken:
            partners[index] = tracks[t]
            taken.add(t)
    return partners


def _cost(track: _Track, found: Found, seen_look: NDArray[np.float32], at: float) -> float | None:
    """How unlike a find is to a track; None if it cannot be the same person."""
    (x0, y0), (x1, y1) = track.found.middle, found.middle
    side = max(track.found.side, found.side, 1e-6)
    distance = float(np.hypot(x1 - x0, y1 - y0)) / side
    change = min(track.found.side, found.side) / side
    likeness = float(track.look @ seen_look)
    # After a gap the place says less, so the look has to say more.
    is_gap = at - track.at > 0.5
    if distance > (1.5 if is_gap else 1.0) or change < 0.5 or likeness < (0.5 if is_gap else 0.2):
        return None
    return distance + (1 - likeness) / 2


def _near(track: _Track, finds: Sequence[Found]) -> bool:
    (x, y), side = track.found.middle, track.found.side
    return any(np.hypot(f.middle[0] - x, f.middle[1] - y) < side for f in finds)


def look(frame: Frame, found: Found) -> NDArray[np.float32]:
    """The colours around a face (hair, collar, ground), length 1, so that products compare them."""
    around, _, _ = cut(frame, found.box, 2.0)
    return _unit(resized(around, 16, 16).astype(np.float32).ravel())


def glance(frame: Frame) -> NDArray[np.float32]:
    """A picture as 64 color shares and 32 x 18 standardised greys, shape (640,)."""
    import cv2

    small = resized(frame, 64, 36)
    codes = (small >> 6).astype(np.int64) @ np.array([16, 4, 1])
    colors = np.bincount(codes.ravel(), minlength=64) / codes.size
    grey = resized(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8), 32, 18)
    return np.concatenate([colors, _unit(grey.astype(np.float32).ravel())]).astype(np.float32)


def is_cut(before: NDArray[np.float32], after: NDArray[np.float32]) -> bool:
    """Whether two neighboring pictures belong to different shots.

    Colours must change and shapes must not match: a pan keeps the one, a flash the other.
    """
    colors = 0.5 * float(np.abs(before[:64] - after[:64]).sum())
    likeness = float(before[64:] @ after[64:])
    return (colors > 0.25 and likeness < 0.5) or colors > 0.75


def _unit(values: NDArray[np.float32]) -> NDArray[np.float32]:
    centred = values - values.mean()
    return np.asarray(centred / (float(np.linalg.norm(centred)) + 1e-6), dtype=np.float32)
