"""EmoNet's faces: pictures in, one reading a face out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien.core.arrays import Frame
from mien.core.config import Config
from mien.core.errors import BadWeights, MissingWeights
from mien.decoders.calibration_file import Calibration, load_calibration
from mien.decoders.decoder import Reference
from mien.decoders.emonet.embeddings import Embeddings, shared_embeddings
from mien.decoders.emonet.face_readout import DIMENSIONS, Floats, Readout, is_sensible, readout
from mien.decoders.emonet.heads.face import FaceHeads
from mien.decoders.emonet.install import encoder_folder, installed
from mien.decoders.emonet.suites import Suite
from mien.decoders.face.decoder import NAME as FINDER
from mien.decoders.face.decoder import WEIGHTS
from mien.decoders.face.decoding import FaceDecoding, Judged, Shown
from mien.decoders.face.detect import cut
from mien.decoders.face.finding import Finder, detector, pulled_yunet
from mien.decoders.face.verify import Verifier
from mien.emotions.emotion import EMONET_40, Emotion
from mien.emotions.scores import Scores
from mien.media import Image
from mien.timeline.card import Card, read_card
from mien.timeline.reading import Reason

if TYPE_CHECKING:
    from mien.decoders.emonet.siglip import Tower

CARDS = Path(__file__).parent / "cards"

REACH = 1.6
"""Side of a crop by the longer side of the face's box. LAION's training pictures are square
close-ups of a whole head; the box ends at forehead and chin, and this takes in the hair and a
little of the neck. LAION publishes no margin, so this one is Mien's choice."""

_log = logging.getLogger("mien.decoders.emonet")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a loaded decoder is made of, shared by all its passes."""

    suite: Suite
    finder: Finder
    tower: Tower
    heads: FaceHeads
    readout: Readout
    embeddings: Embeddings
    calibration: Calibration | None = None

    @property
    def emotions(self) -> tuple[Emotion, ...]:
        """Those whose heads are here, in LAION's order."""
        return tuple(head.emotion for head in self.heads.heads if head.emotion is not None)

    def score(self, crops: Sequence[Frame]) -> Floats:
        """What each head says of each crop, shape (n, heads)."""
        embedded = self.embeddings.embed(self.suite.encoder, crops, self.tower.embed)
        return self.heads.score(embedded)


@dataclass(slots=True)
class HeadsJudge:
    """What the heads say of the faces of one pass.

    Attributes:
        parts: The loaded nets.
        has_warned: Whether scores that cannot be were met in this pass.
    """

    parts: Parts
    has_warned: bool = field(default=False, init=False)

    def __call__(self, faces: Sequence[Shown]) -> list[Judged]:
        """All faces that can tell something in one batch; no pass through the tower for others."""
        least = self.parts.readout.least_quality
        fit = [i for i, face in enumerate(faces) if face.quality.overall >= least]
        judged = [Judged(reason=Reason.LOW_QUALITY) for _ in faces]
        if fit:
            raw = self.parts.score([whole_face(faces[i]) for i in fit])
            self._warn(raw[~is_sensible(raw)])
            for i, row in zip(fit, raw, strict=True):
                judged[i] = judge(self.parts, row)
        return judged

    def _warn(self, strange: Floats) -> None:
        """Once a pass."""
        if len(strange) and not self.has_warned:
            self.has_warned = True
            _log.warning(
                "%s gives scores from %.1f to %.1f where published ones lie between -3 and 8: "
                "the embedding is fed wrongly (colors swapped, not normalized, or another tower), "
                "or the weights are not LAION's",
                self.parts.suite.decoder,
                strange.min(),
                strange.max(),
            )


class EmoNetFaceDecoder:
    """Reads faces with the heads of a published EmoNet set.

    It says how a face looks, not what a person feels, and never who the person is. Shares are
    provisional until a user's own ratings calibrate them.

    Args:
        parts: The loaded nets.
        card: What they are worth.
    """

    def __init__(self, parts: Parts, card: Card) -> None:
        self._parts, self._shipped = parts, card
        keys = {head.key for head in parts.heads.heads}
        fitted = parts.calibration if parts.calibration and parts.calibration.maps else None
        covers = tuple(e for e in card.covers if e in parts.emotions)
        self.card = replace(
            card,
            covers=covers,
            dimensions=tuple(name for name in card.dimensions if name in keys),
            calibration=fitted.summary if fitted else card.calibration,
            fitted=tuple(e for e in covers if fitted and e in fitted.maps),
        )

    @property
    def name(self) -> str:
        """Name with version."""
        return self._parts.suite.decoder

    def uncalibrated(self) -> EmoNetFaceDecoder:
        """The same with provisional shares, whatever was fitted on this machine."""
        return EmoNetFaceDecoder(replace(self._parts, calibration=None), self._shipped)

    def open(self, reference: Reference | None = None) -> FaceDecoding:
        """Begin a pass over one picture stream; a reference changes nothing."""
        return FaceDecoding(self._parts.finder.again(), HeadsJudge(self._parts), self.name)

    def look(self, frame: Frame) -> Scores:
        """Scores of a picture that shows a whole head and nothing else, such as a data set's item.

        No face is looked for and quality is not judged.
        """
        [row] = self._parts.score([frame])
        return judge(self._parts, row).scores

    def refer(self, pieces: Iterable[Image]) -> Reference | None:
        """None: the heads compare a face with the average neutral one, not with itself."""
        return None


def load(suite: Suite, config: Config) -> EmoNetFaceDecoder:
    """The decoder over the heads of a set that are on this machine.

    Args:
        suite: A face set.
        config: Its `detector`, `threads`, `device` and `commercial` are used.

    Raises:
        MissingWeights: If heads, tower or a detector that is asked for are not here.
        BadWeights: If a file is damaged, or heads and tower do not belong together.
        MissingExtra: If `mien[emonet]` is not installed.
        ConfigError: If a calibration is damaged.
    """
    here = installed(suite, config)
    heads, tower = FaceHeads.open(here, config), _tower(suite.encoder, config)
    if heads.width != tower.width:
        raise BadWeights(
            f"the heads of {suite.name} read {heads.width} numbers, and the tower of "
            f"{suite.encoder} gives {tower.width}: pull both again"
        )
    constants = readout()
    parts = Parts(
        suite=suite,
        finder=_finder(constants, config),
        tower=tower,
        heads=heads,
        readout=constants,
        embeddings=shared_embeddings(config),
        calibration=load_calibration(suite.decoder, config),
    )
    return EmoNetFaceDecoder(parts, card(suite))


def card(suite: Suite) -> Card:
    """What the decoder is worth, without loading it."""
    return read_card(CARDS / f"{suite.decoder}.card.json")


def whole_face(face: Shown) -> Frame:
    """The square around a head as RGB, edge pixels repeated beyond the picture; not turned."""
    return cut(face.frame, face.seen.found.box, REACH)[0]


def judge(parts: Parts, raw: Floats) -> Judged:
    """What the raw scores of one face say.

    Args:
        parts: The loaded nets.
        raw: One score a head, shape (heads,).
    """
    told = dict(zip((head.key for head in parts.heads.heads), raw.tolist(), strict=True))
    row = np.array([told.get(e.value, np.nan) for e in EMONET_40], dtype=np.float32)
    shares = parts.readout.shares(row)
    is_possible = bool(is_sensible(raw))
    confidence = parts.readout.confidence(shares) if is_possible else 0.0
    affect = {n: parts.readout.dimension(n, told[n]) if n in told else None for n in DIMENSIONS}
    return Judged(
        scores=_scores(parts, shares),
        valence=affect["valence"],
        arousal=affect["arousal"],
        dominance=affect["dominance"],
        confidence=confidence,
        reason=_doubt(parts.readout, confidence) if is_possible else Reason.OUT_OF_DOMAIN,
        extra=_extra(told),
    )


def _scores(parts: Parts, shares: Floats) -> Scores:
    row = np.append(shares, np.float32(np.nan))  # there is no head for neutral
    return Scores.from_array(parts.calibration.apply(row) if parts.calibration else row)


def _doubt(constants: Readout, confidence: float) -> Reason | None:
    return Reason.LOW_CONFIDENCE if confidence < constants.least_confidence else None


def _extra(told: dict[str, float]) -> dict[str, float]:
    """Raw scores of emotions and dimensions; vulnerability has no other place."""
    return {
        key if key == "vulnerability" else f"raw_{key}": round(value, 4)
        for key, value in told.items()
    }


@cache
def _tower(name: str, config: Config) -> Tower:
    """One tower for all sets over it."""
    from mien.decoders.emonet.siglip import Tower

    return Tower.open(encoder_folder(name, config), config)


def _finder(constants: Readout, config: Config) -> Finder:
    """Where faces are; the verifier, which is not for commercial use, only where that is allowed.

    Raises:
        MissingWeights: If use is commercial and YuNet, which needs no verifier, is not here.
    """
    found = detector(config, pulled_yunet(config))
    if config.commercial and not found.is_sure:
        raise MissingWeights(
            "with `commercial` set, EmoNet's faces are found by YuNet alone, and it is not in use: "
            "run `mien models pull yunet` and leave `detector` at auto"
        )
    path = WEIGHTS / f"{FINDER}.verifier.onnx"
    verifier = None if config.commercial else Verifier(path, config.threads)
    return Finder(found, verifier, constants.box, constants.sharpness)
