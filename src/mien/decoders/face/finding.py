"""Finds the faces of a picture stream, whatever is then said of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from mien.core.arrays import Frame
from mien.core.config import Config
from mien.decoders.face.align import crop_face, like_yunet
from mien.decoders.face.detect import Detector, Found, open_detector
from mien.decoders.face.quality import Quality, assess
from mien.decoders.face.track import PACES, Seen, Tracker
from mien.decoders.face.verify import Judgement, Verifier

UNDOUBTED = Judgement(face=1.0, covered=0.0)
"""What stands for the verifier's judgement where there is none."""


@dataclass(frozen=True, slots=True)
class Finder:
    """A detector, the net that doubts it, and what their finds are measured by.

    Attributes:
        detector: Where faces may be.
        verifier: Face or not; None believes the detector.
        box: Scale and downward shift that turn a cascade's box into YuNet's geometry.
        sharpness: Values of `quality.detail` that count as 0 and as 1.
    """

    detector: Detector
    verifier: Verifier | None
    box: tuple[float, float]
    sharpness: tuple[float, float]

    def again(self) -> Finder:
        """The same nets with a detector of its own; the rest may be used by many at once."""
        return replace(self, detector=self.detector.again())

    def tracker(self) -> Tracker:
        """A tracker for one picture stream."""
        return Tracker(self.detector, self.examine, self.is_face, PACES[self.detector.name])

    def examine(self, frame: Frame, found: Found) -> Seen:
        """A find with its crop and the verifier's judgement."""
        shaped = found if self.detector.is_sure else like_yunet(found, *self.box)
        crop = crop_face(frame, shaped)
        return Seen(shaped, crop, self.verifier.judge(crop) if self.verifier else UNDOUBTED)

    def is_face(self, seen: Seen, is_known: bool) -> bool:
        """Whether a find is a face: one that continues a track is believed more readily.

        A new find of which the detector is less than half sure needs more from the verifier.
        """
        if self.verifier is None:
            return True
        need = "stay" if is_known else "first" if seen.found.score > 0.5 else "weak"
        return seen.judgement.face >= self.verifier.least[f"{self.detector.name}_{need}"]

    def quality(self, frame: Frame, seen: Seen) -> Quality:
        """How much a crop can tell."""
        return assess(frame, seen.found, seen.crop, seen.judgement.covered, self.sharpness)


def detector(config: Config, yunet: Path | None) -> Detector:
    """The detector of the settings, on their threads.

    Args:
        config: Its `detector` and `threads` are used.
        yunet: YuNet's weights, if they are here.

    Raises:
        MissingWeights: If YuNet is asked for and is not here, or OpenCV lacks its cascades.
        BadWeights: If YuNet's weights are damaged.
    """
    import cv2

    cv2.setNumThreads(config.threads)
    return open_detector(config.detector, yunet)


def pulled_yunet(config: Config) -> Path | None:
    """YuNet's weights, if they are on this machine."""
    from mien.assets import installed

    return installed("yunet", config)
