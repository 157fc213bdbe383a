"""EmoNet's voices: sound in, one reading an utterance out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien.core.arrays import Samples
from mien.core.config import Config
from mien.decoders.calibration_file import Calibration, load_calibration
from mien.decoders.decoder import Reference
from mien.decoders.emonet.attributes import given, is_said
from mien.decoders.emonet.embeddings import Embeddings, shared_embeddings
from mien.decoders.emonet.heads.voice import VoiceHeads
from mien.decoders.emonet.install import encoder_folder, installed
from mien.decoders.emonet.suites import Head, Suite
from mien.decoders.emonet.voice_readout import Average, Floats, affect, average, spread_out
from mien.decoders.emonet.whisper import Encoder
from mien.decoders.voice.decoder import BRIEF, WEIGHTS
from mien.decoders.voice.quality import Quality, assess
from mien.decoders.voice.speech import SpeechNet
from mien.decoders.voice.stream import Heard, Listener
from mien.decoders.voice.utterances import CutRule
from mien.emotions.emotion import EMONET_40, Emotion
from mien.emotions.scores import Scores
from mien.media import Block
from mien.timeline.card import Card, read_card
from mien.timeline.reading import Channel, Reading, Reason, Verdict

if TYPE_CHECKING:
    from mien.decoders.emonet.whisper.captions import Captioner

CARDS = Path(__file__).parent / "cards"
SPEECH = WEIGHTS / "speech-open-v1.onnx"
"""The speech net that everyone may use, as everyone may use the heads."""

RULE = CutRule(gap=0.8, longest=12.0, shortest=3.0, margin=1.0)
"""The heads were taught on 3 to 12 s of speech. Pauses below .8 s do not part an utterance, since
each costs a pass over 30 s whatever its length; what is heard of a long stretch overlaps by 2 s."""

AT_ONCE = 8
"""Utterances in one pass: the heads' weights are read once for all of them."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a loaded decoder is made of, shared by all its passes."""

    suite: Suite
    speech: SpeechNet
    encoder: Encoder
    heads: VoiceHeads
    average: Average
    given: frozenset[str]
    embeddings: Embeddings
    captioner: Captioner | None = None
    calibration: Calibration | None = None

    @property
    def emotion_heads(self) -> tuple[Emotion, ...]:
        """The emotions that are here, in LAION's order."""
        return tuple(head.emotion for head in self.heads.heads if head.emotion is not None)

    def score(self, windows: Sequence[Samples]) -> list[Mapping[str, float]]:
        """What each head says of each window, by the heads' keys."""
        embedded = self.embeddings.embed(self.suite.encoder, windows, self.encoder.embed)
        raw = self.heads.score(embedded)
        keys = [head.key for head in self.heads.heads]
        return [dict(zip(keys, row.tolist(), strict=True)) for row in raw]

    def describe(self, windows: Sequence[Samples]) -> Sequence[str | None]:
        """A caption for each window; None where nobody asked for any."""
        return self.captioner.describe(windows) if self.captioner else [None] * len(windows)


class EmoNetVoiceDecoding:
    """One pass over one party's sound.

    Args:
        parts: The loaded nets.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._listener = Listener(parts.speech, RULE)

    def push(self, pieces: Sequence[Block]) -> list[Reading]:
        """Readings of utterances that ended; those of one push go through the nets together."""
        return self._read(self._listener.push(pieces))

    def close(self) -> list[Reading]:
        """The utterance that was open at the end of the sound."""
        return self._read(self._listener.close())

    def _read(self, found: Iterable[Heard]) -> list[Reading]:
        spoken = [heard for heard in found if heard.utterance.piece.is_speech]
        readings = [self._untold(heard) for heard in spoken]
        fit = [i for i, reading in enumerate(readings) if reading.reason is Reason.NO_DATA]
        for first in range(0, len(fit), AT_ONCE):
            chosen = fit[first : first + AT_ONCE]
            windows = [spoken[i].utterance.samples for i in chosen]
            told = zip(self._parts.score(windows), self._parts.describe(windows), strict=True)
            for i, (raw, caption) in zip(chosen, told, strict=True):
                readings[i] = _told(self._parts, readings[i], raw, caption)
        return readings

    def _untold(self, heard: Heard) -> Reading:
        """A reading that says where and how clear; its reason is `no_data` if it can be judged."""
        utterance = heard.utterance
        quality = assess(utterance.samples, utterance.mel, utterance.piece.seconds)
        return Reading(
            start=heard.start,
            end=heard.end,
            channel=Channel.VOICE,
            quality=round(quality.overall, 6),
            verdict=Verdict.CANNOT_TELL,
            reason=_obstacle(quality, utterance.piece.seconds),
            extra={"speech": round(utterance.piece.speech, 6)},
            decoder=self._parts.suite.decoder,
        )


class EmoNetVoiceDecoder:
    """Reads voices with the heads of a published EmoNet set.

    The heads imitate a language model that heard mostly synthetic speech; their shares are
    provisional until a user's own ratings calibrate them.

    Args:
        parts: The loaded nets.
        card: What they are worth.
    """

    def __init__(self, parts: Parts, card: Card) -> None:
        self._parts, self._shipped = parts, card
        covers = tuple(e for e in card.covers if e in parts.emotion_heads)
        fitted = parts.calibration if parts.calibration and parts.calibration.maps else None
        self.card = replace(
            card,
            covers=covers,
            calibration=fitted.summary if fitted else card.calibration,
            fitted=tuple(e for e in covers if fitted and e in fitted.maps),
        )

    @property
    def name(self) -> str:
        """Name with version."""
        return self._parts.suite.decoder

    def uncalibrated(self) -> EmoNetVoiceDecoder:
        """The same with provisional shares, whatever was fitted on this machine."""
        return EmoNetVoiceDecoder(replace(self._parts, calibration=None), self._shipped)

    def open(self, reference: Reference | None = None) -> EmoNetVoiceDecoding:
        """Begin a pass over one party's sound; a reference changes nothing."""
        return EmoNetVoiceDecoding(self._parts)

    def refer(self, pieces: Iterable[Block]) -> Reference | None:
        """None: the heads compare a voice with the average one, not with itself."""
        return None


def load(suite: Suite, config: Config) -> EmoNetVoiceDecoder:
    """The decoder over the heads of a set that are on this machine.

    Raises:
        MissingWeights: If there are none, or their encoder is missing.
        BadWeights: If a file is damaged.
        MissingExtra: If `mien[emonet]` is not installed.
        ConfigError: If an attribute is asked for that does not exist.
    """
    here = installed(suite, config)
    parts = Parts(
        suite=suite,
        speech=SpeechNet(SPEECH, config.threads),
        encoder=_encoder(suite.encoder, config),
        heads=VoiceHeads.open(here, config),
        average=average(suite.name.rsplit("-", 1)[-1]),
        given=given(config.attributes),
        embeddings=shared_embeddings(config),
        captioner=_captioner(config) if config.captions else None,
        calibration=load_calibration(suite.decoder, config),
    )
    return EmoNetVoiceDecoder(parts, card(suite))


def card(suite: Suite) -> Card:
    """What the decoder is worth, without loading it."""
    return read_card(CARDS / f"{suite.decoder}.card.json")


@cache
def _encoder(name: str, config: Config) -> Encoder:
    """One encoder for all sets over it."""
    return Encoder.open(encoder_folder(name, config), config)


def _captioner(config: Config) -> Captioner:
    from mien.decoders.emonet.whisper.captions import Captioner

    return Captioner.open(encoder_folder("emonet-captions", config), config)


def _obstacle(quality: Quality, seconds: float) -> Reason:
    if quality.is_hopeless:
        return Reason.LOW_QUALITY
    return Reason.TOO_SHORT if seconds < BRIEF else Reason.NO_DATA


def _told(parts: Parts, reading: Reading, raw: Mapping[str, float], caption: str | None) -> Reading:
    """The reading with what the heads say."""
    emotions = parts.emotion_heads
    values = np.array([[raw[e.value] for e in emotions]], dtype=np.float32)
    row = spread_out(values, emotions)[0]
    is_clear = parts.average.is_clear(row)
    return replace(
        reading,
        scores=_scores(parts, row),
        valence=_affect("valence", raw),
        arousal=_affect("arousal", raw),
        dominance=_affect("dominance", raw),
        confidence=round(parts.average.confidence(row), 6),
        verdict=Verdict.TOLD if is_clear else Verdict.CANNOT_TELL,
        reason=None if is_clear else Reason.LOW_CONFIDENCE,
        caption=caption or None,
        extra={**reading.extra, **_extra(parts, row, raw)},
    )


def _scores(parts: Parts, row: Floats) -> Scores:
    shares = np.full(len(EMONET_40) + 1, np.nan, dtype=np.float32)
    shares[:-1] = parts.average.shares(row)
    return Scores.from_array(parts.calibration.apply(shares) if parts.calibration else shares)


def _affect(key: str, raw: Mapping[str, float]) -> float | None:
    return round(affect(key, raw[key]), 6) if key in raw else None


def _extra(parts: Parts, row: Floats, raw: Mapping[str, float]) -> dict[str, float]:
    """Raw scores and z-scores of emotions, attributes that may be said, quality."""
    z = parts.average.z(row)
    found: dict[str, float] = {}
    for i, emotion in enumerate(EMONET_40):
        if emotion.value in raw:
            found[f"raw_{emotion.value}"] = float(row[i])
            found[f"z_{emotion.value}"] = float(z[i])
    for head in parts.heads.heads:
        if _may_say(parts, head, raw[head.key]):
            found[head.key] = raw[head.key]
    return {key: round(value, 4) for key, value in found.items()}


def _may_say(parts: Parts, head: Head, score: float) -> bool:
    if head.role == "attribute":
        return head.key in parts.given and is_said(head.key, score)
    return head.role == "quality"
