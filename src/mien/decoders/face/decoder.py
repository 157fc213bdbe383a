"""The face decoder: pictures in, one reading a face out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien.core.arrays import Frame
from mien.core.config import Config
from mien.decoders.decoder import Reference
from mien.decoders.face.align import Crop, crop_face
from mien.decoders.face.decoding import FaceDecoding, Judged, Shown
from mien.decoders.face.detect import Found
from mien.decoders.face.finding import Finder, detector, pulled_yunet
from mien.decoders.face.quality import Quality
from mien.decoders.face.readout import Readout, Row
from mien.decoders.face.track import Seen
from mien.decoders.face.verify import Verifier
from mien.decoders.session import metadata, open_session
from mien.emotions.maps import LabelMap, label_map
from mien.emotions.scores import Scores
from mien.media import Image
from mien.timeline.card import Card, read_card
from mien.timeline.reading import Adapted, Reason

if TYPE_CHECKING:
    import onnxruntime

NAME = "face-v1"
WEIGHTS = Path(__file__).parent / "weights"
REST_LOOKS = 3
"""Faces a recording of a resting person must show before it counts; a photo needs one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a loaded decoder is made of, shared by all its passes."""

    finder: Finder
    session: onnxruntime.InferenceSession
    readout: Readout
    labels: LabelMap

    def log_shares(self, crop: Crop) -> Row:
        """What the net says of one crop, mean over both mirror images, shape (8,)."""
        values = crop[None, None].astype(np.float32)
        return np.asarray(self.session.run(None, {"crops": values})[0][0], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Onlookers:
    """Says how onlookers would label each face.

    Attributes:
        parts: The loaded nets.
        reference: Median log shares of the person at rest, shape (8,), or None.
        balanced: Whether scores have part of the class prior taken out.
    """

    parts: Parts
    reference: Reference | None
    balanced: bool

    def __call__(self, faces: Sequence[Shown]) -> list[Judged]:
        """One by one: a batch would save little and round differently."""
        return [self._judged(face) for face in faces]

    def _judged(self, face: Shown) -> Judged:
        parts, readout = self.parts, self.parts.readout
        log_shares = parts.log_shares(face.seen.crop)
        if self.reference is not None:
            log_shares = readout.adapted(log_shares, self.reference)
        shares = readout.balanced(log_shares) if self.balanced else readout.shares(log_shares)
        deviations = readout.deviations(shares)
        affect, affect_sd = _affect(parts.labels, shares, deviations)
        confidence = readout.confidence(log_shares, face.quality, balanced=self.balanced)
        return Judged(
            scores=Scores.from_array(parts.labels.spread(shares[None])[0]),
            scores_sd=Scores.from_array(parts.labels.spread(deviations[None])[0]),
            valence=affect[0],
            valence_sd=affect_sd[0],
            arousal=affect[1],
            arousal_sd=affect_sd[1],
            dominance=affect[2],
            dominance_sd=affect_sd[2],
            confidence=confidence,
            reason=_doubt(readout, face.quality, confidence),
            adapted=Adapted.NONE if self.reference is None else Adapted.BASELINE,
        )


class FaceDecoder:
    """Reads faces as onlookers would label them.

    It says how a face looks, not what a person feels, and never who the person is: no face
    is compared with a stored one, and no template of a face leaves it.

    Args:
        parts: The loaded nets.
        card: What they are worth.
        balanced: Take part of the class prior out of the scores, so that disgust, fear and
            contempt are found oftener and less precisely; scores are then no vote shares.
    """

    name = NAME

    def __init__(self, parts: Parts, card: Card, *, balanced: bool = False) -> None:
        self._parts, self._balanced = parts, balanced
        self.card = card

    def open(self, reference: Reference | None = None) -> FaceDecoding:
        """Begin a pass over one picture stream."""
        judge = Onlookers(self._parts, reference, self._balanced)
        return FaceDecoding(self._parts.finder.again(), judge, self.name)

    def look(self, frame: Frame) -> Scores:
        """Scores of a picture that shows a face and nothing else, such as an item of a data set.

        No face is looked for and quality is not judged: a detector wants more around a face.

        Args:
            frame: From forehead to chin and from ear to ear.
        """
        height, width = frame.shape[:2]
        parts, readout = self._parts, self._parts.readout
        log_shares = parts.log_shares(crop_face(frame, Found((0.0, 0.0, width, height), 1.0)))
        shares = readout.balanced(log_shares) if self._balanced else readout.shares(log_shares)
        return Scores.from_array(parts.labels.spread(shares[None])[0])

    def refer(self, pieces: Iterable[Image]) -> Reference | None:
        """Median log shares of a person at rest, shape (8,), from the largest face of each picture.

        None if fewer than three pictures of a video, or no photo, show a face well enough.
        """
        tracker = self._parts.finder.again().tracker()
        looks: list[Row] = []
        least = REST_LOOKS
        for picture in pieces:
            faces = (
                tracker.still(picture.frame)
                if picture.still
                else tracker.step(picture.frame, picture.at)
            )
            least = 1 if picture.still else least
            seen = max((face.seen for face in faces), key=lambda s: s.found.side, default=None)
            if seen is not None and self._is_fit(picture.frame, seen):
                looks.append(self._parts.log_shares(seen.crop))
        if len(looks) < least:
            return None
        return np.median(np.stack(looks), axis=0).astype(np.float32)

    def _is_fit(self, frame: Frame, seen: Seen) -> bool:
        least = self._parts.readout.least_quality
        return self._parts.finder.quality(frame, seen).overall >= least


def load(config: Config, *, balanced: bool = False) -> FaceDecoder:
    """The decoder with its nets and a detector.

    Args:
        config: Its `detector` and `threads` are used.
        balanced: As in `FaceDecoder`.

    Raises:
        MissingWeights: If a file is missing, or YuNet is asked for and not here.
        BadWeights: If one is damaged.
    """
    return FaceDecoder(load_parts(config, WEIGHTS, pulled_yunet(config)), card(), balanced=balanced)


def load_parts(config: Config, weights: Path, yunet: Path | None) -> Parts:
    """The nets of a folder of weights, before there is a card.

    Args:
        config: Its `detector` and `threads` are used.
        weights: Holds `face-v1.onnx` and `face-v1.verifier.onnx`.
        yunet: YuNet's weights, if they are here.
    """
    session = open_session(weights / f"{NAME}.onnx", config.threads)
    readout = Readout.from_metadata(metadata(session))
    finder = Finder(
        detector=detector(config, yunet),
        verifier=Verifier(weights / f"{NAME}.verifier.onnx", config.threads),
        box=readout.box,
        sharpness=readout.sharpness,
    )
    return Parts(finder, session, readout, label_map("ferplus"))


def card(weights: Path = WEIGHTS) -> Card:
    """What the decoder is worth, without loading it."""
    return read_card(weights / f"{NAME}.card.json")


def _affect(labels: LabelMap, shares: Row, deviations: Row) -> tuple[list[float], list[float]]:
    """Valence, arousal and dominance expected over the shares, and their standard deviations.

    Derived from priors: the deviation holds the error of the shares, not that of the priors.
    """
    expected = labels.affect(shares[None])[0]
    lever = (labels.priors - expected) * deviations[:, None]
    spread = np.sqrt((lever**2).sum(axis=0))
    return [round(float(v), 6) for v in expected], [round(float(v), 6) for v in spread]


def _doubt(readout: Readout, quality: Quality, confidence: float) -> Reason | None:
    """Why nothing can be told, if so."""
    if quality.overall < readout.least_quality:
        return Reason.LOW_QUALITY
    if confidence < readout.least_confidence:
        return Reason.LOW_CONFIDENCE
    return None
