"""One pass over one picture stream, whoever judges the faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from mien.core.arrays import Frame
from mien.decoders.face.detect import Found
from mien.decoders.face.finding import Finder
from mien.decoders.face.quality import Quality
from mien.decoders.face.track import Followed, Seen
from mien.emotions.scores import EMPTY, Scores
from mien.media import Image
from mien.timeline.reading import Adapted, Box, Channel, Reading, Reason, Verdict


class Shown(NamedTuple):
    """One face of one picture, and how much it can tell."""

    frame: Frame
    seen: Seen
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is said of one face; the fields are those of `Reading`."""

    scores: Scores = EMPTY
    scores_sd: Scores = EMPTY
    valence: float | None = None
    valence_sd: float | None = None
    arousal: float | None = None
    arousal_sd: float | None = None
    dominance: float | None = None
    dominance_sd: float | None = None
    confidence: float = 0.0
    reason: Reason | None = None
    adapted: Adapted = Adapted.NONE
    extra: Mapping[str, float] = field(default_factory=dict)


class Judge(Protocol):
    """Says something of each face of a push, in order; no face depends on another."""

    def __call__(self, faces: Sequence[Shown]) -> Sequence[Judged]:
        """As many as there are faces."""


class FaceDecoding:
    """One pass over one picture stream; every picture is answered at once.

    Args:
        finder: Where faces are; its detector is this pass's own.
        judge: What is said of them.
        decoder: Name with version, for the readings.
    """

    def __init__(self, finder: Finder, judge: Judge, decoder: str) -> None:
        self._finder, self._judge, self._decoder = finder, judge, decoder
        self._tracker = finder.tracker()

    def push(self, pieces: Sequence[Image]) -> list[Reading]:
        """One reading for each face of each picture; those of one push are judged together."""
        found = [(image, followed) for image in pieces for followed in self._followed(image)]
        shown = [self._shown(image, followed.seen) for image, followed in found]
        judged = self._judge(shown)
        return [
            self._reading(image, followed, face, said)
            for (image, followed), face, said in zip(found, shown, judged, strict=True)
        ]

    def close(self) -> list[Reading]:
        """Nothing: no reading waits for a later picture."""
        return []

    def _followed(self, image: Image) -> list[Followed]:
        if image.still:
            return self._tracker.still(image.frame)
        return self._tracker.step(image.frame, image.at)

    def _shown(self, image: Image, seen: Seen) -> Shown:
        return Shown(image.frame, seen, self._finder.quality(image.frame, seen))

    def _reading(self, image: Image, followed: Followed, face: Shown, said: Judged) -> Reading:
        return Reading(
            start=image.at,
            end=image.until,
            channel=Channel.FACE,
            person=f"Face {followed.number}",
            scores=said.scores,
            scores_sd=said.scores_sd,
            valence=said.valence,
            valence_sd=said.valence_sd,
            arousal=said.arousal,
            arousal_sd=said.arousal_sd,
            dominance=said.dominance,
            dominance_sd=said.dominance_sd,
            confidence=round(said.confidence, 6),
            quality=round(face.quality.overall, 6),
            verdict=Verdict.TOLD if said.reason is None else Verdict.CANNOT_TELL,
            reason=said.reason,
            box=_as_parts(face.frame, face.seen.found),
            adapted=said.adapted,
            extra={**_extra(face.seen, face.quality), **said.extra},
            decoder=self._decoder,
        )


def _as_parts(frame: Frame, found: Found) -> Box:
    """The box as parts of the picture, cut at its borders."""
    rows, columns = frame.shape[:2]
    x, y, width, height = found.box
    left, right = (min(max(v / columns, 0.0), 1.0) for v in (x, x + width))
    top, bottom = (min(max(v / rows, 0.0), 1.0) for v in (y, y + height))
    return Box(*(round(v, 6) for v in (left, top, right - left, bottom - top)))


def _extra(seen: Seen, quality: Quality) -> dict[str, float]:
    """What a reader may filter by: pixels of the face, the detector's score, what spoils it."""
    return {
        "side_px": round(seen.found.side, 1),
        "is_face": round(seen.judgement.face, 4),
        "sharpness": round(quality.sharpness, 4),
        "visible": round(quality.visible, 4),
    }
