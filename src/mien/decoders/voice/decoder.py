"""The voice decoder: sound in, one reading an utterance out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien.core.config import Config
from mien.decoders.calibrate import sigmoid
from mien.decoders.decoder import Reference
from mien.decoders.session import metadata, open_session
from mien.decoders.voice.features import N_STATISTICS, Floats, pitch, statistics
from mien.decoders.voice.quality import Quality, assess
from mien.decoders.voice.readout import Readout, meaning
from mien.decoders.voice.speech import SpeechNet
from mien.decoders.voice.stream import Heard, Listener, Utterance
from mien.decoders.voice.utterances import CutRule
from mien.emotions.maps import LabelMap, label_map
from mien.emotions.scores import Scores
from mien.media import Block
from mien.timeline.card import Card, read_card
from mien.timeline.reading import Adapted, Channel, Reading, Reason, Verdict

if TYPE_CHECKING:
    import onnxruntime

WEIGHTS = Path(__file__).parent / "weights"
SPEECH = {"voice-v1": "speech-v1", "voice-open-v1": "speech-open-v1"}
"""Which speech net a decoder uses: the open one only what everyone may use."""
TAUGHT = {
    "voice-v1": label_map("voice").labels,
    "voice-open-v1": ("angry", "happy", "sad", "neutral", "fearful", "disgust", "boredom"),
}
"""Labels that the corpora behind each decoder hold; a net knows nothing of the others."""

_NEVER = -30.0  # a logit that leaves no share
BRIEF = 0.5
"""Seconds of speech that a reading needs."""
_BURST_VOICING = 0.45
_REST_SECONDS = 1.5  # of speech that a reference needs


@dataclass(frozen=True, slots=True)
class Parts:
    """What a loaded decoder is made of, shared by all its passes."""

    name: str
    speech: SpeechNet
    session: onnxruntime.InferenceSession
    readout: Readout
    labels: LabelMap
    untaught: list[int]
    rule: CutRule

    def judge(self, utterance: Utterance, pitches: Floats, reference: Reference | None) -> Told:
        """What the net says of an utterance, compared with a reference if there is one."""
        whole = statistics(utterance.mel, pitches)
        if reference is None:
            return self._ask(utterance, pitches, whole, np.zeros_like(whole), is_known=False)
        relative = whole - reference[:N_STATISTICS]
        told = self._ask(utterance, pitches, whole, relative, is_known=True)
        return replace(told, said=self.readout.adapted(told.said, reference[N_STATISTICS:]))

    def rest(self, utterance: Utterance) -> Reference:
        """What is remembered of a neutral utterance: its statistics and what the net says."""
        pitches = pitch(utterance.samples)
        whole = statistics(utterance.mel, pitches)
        told = self._ask(utterance, pitches, whole, np.zeros_like(whole), is_known=False)
        return np.concatenate([whole, told.said])

    def _ask(
        self,
        utterance: Utterance,
        pitches: Floats,
        whole: Floats,
        relative: Floats,
        *,
        is_known: bool,
    ) -> Told:
        given = {
            "mel": utterance.mel[None],
            "pitch": pitches[None],
            "statistics": whole[None],
            "relative": relative[None],
            "known": np.full((1, 1), is_known, dtype=np.float32),
        }
        logits, high, affect = self.session.run(None, given)
        logits[:, self.untaught] = _NEVER
        return Told(np.concatenate([logits[0], high]), affect[0])


@dataclass(frozen=True, slots=True)
class Told:
    """The net's outputs for one utterance.

    Attributes:
        said: Logits of the labels, then of high arousal, shape (labels + 1,).
        affect: Valence and arousal, then the logarithm of their spreads, shape (4,).
    """

    said: Floats
    affect: Floats

    @property
    def logits(self) -> Floats:
        """Of the labels, a single row, shape (1, labels)."""
        return self.said[None, :-1]

    @property
    def high(self) -> Floats:
        """Of high arousal, shape (1,)."""
        return self.said[-1:]


class VoiceDecoding:
    """One pass over one party's sound.

    Args:
        parts: The loaded nets.
        reference: The person's neutral speech, as `VoiceDecoder.refer` gives it, or None.
    """

    def __init__(self, parts: Parts, reference: Reference | None) -> None:
        self._parts, self._reference = parts, reference
        self._listener = Listener(parts.speech, parts.rule)

    def push(self, pieces: Sequence[Block]) -> list[Reading]:
        """Readings of utterances that ended; a jump in time ends what was open."""
        return self._read(self._listener.push(pieces))

    def close(self) -> list[Reading]:
        """The utterance that was open at the end of the sound."""
        return self._read(self._listener.close())

    def _read(self, found: Iterable[Heard]) -> list[Reading]:
        readings = (self._reading(heard) for heard in found)
        return [reading for reading in readings if reading is not None]

    def _reading(self, heard: Heard) -> Reading | None:
        utterance = heard.utterance
        pitches = pitch(utterance.samples)
        quality = assess(utterance.samples, utterance.mel, utterance.piece.seconds)
        silent = self._silent(heard, quality)
        if not utterance.piece.is_speech:
            return _as_burst(silent, pitches, quality)
        if quality.is_hopeless:
            return replace(silent, reason=Reason.LOW_QUALITY)
        if utterance.piece.seconds < BRIEF:
            return replace(silent, reason=Reason.TOO_SHORT)
        told = self._parts.judge(utterance, pitches, self._reference)
        return self._told(silent, told, quality)

    def _silent(self, heard: Heard, quality: Quality) -> Reading:
        """A reading that says where and how clear, but not yet what."""
        return Reading(
            start=heard.start,
            end=heard.end,
            channel=Channel.VOICE,
            quality=round(quality.overall, 6),
            verdict=Verdict.CANNOT_TELL,
            reason=Reason.NO_DATA,
            adapted=Adapted.NONE if self._reference is None else Adapted.BASELINE,
            extra={"speech": round(heard.utterance.piece.speech, 6)},
            decoder=self._parts.name,
        )

    def _told(self, reading: Reading, told: Told, quality: Quality) -> Reading:
        """The reading with what the net says."""
        readout, labels = self._parts.readout, self._parts.labels
        shares = readout.shares(told.logits)
        scores, deviations = labels.spread(shares), readout.deviations(shares)
        spreads = np.exp(np.clip(told.affect[2:], -3, 1)) * readout.affect_scale
        valence, arousal = np.clip(told.affect[:2], -1, 1).tolist()
        level = np.array([quality.overall], dtype=np.float32)
        tops = meaning(labels, scores)
        confidence = float(readout.confidence(told.logits, level, tops)[0])
        is_sure = confidence >= readout.least_confidence
        return replace(
            reading,
            scores=Scores.from_array(scores[0]),
            scores_sd=Scores.from_array(labels.spread(deviations)[0]),
            valence=round(valence, 6),
            valence_sd=round(float(spreads[0]), 6),
            arousal=round(arousal, 6),
            arousal_sd=round(float(spreads[1]), 6),
            confidence=round(confidence, 6),
            verdict=Verdict.TOLD if is_sure else Verdict.CANNOT_TELL,
            reason=None if is_sure else Reason.LOW_CONFIDENCE,
            extra={**reading.extra, "aroused": round(float(sigmoid(told.high)[0]), 6)},
        )


class VoiceDecoder:
    """Reads voices as listeners would label them, one utterance at a time.

    It says how speech sounds, not what a person feels. Valence comes mostly from words; from
    the voice alone it is weak.

    Args:
        parts: The loaded nets.
        card: What they are worth.
    """

    def __init__(self, parts: Parts, card: Card) -> None:
        self._parts, self._card = parts, card

    @property
    def name(self) -> str:
        """Name with version."""
        return self._parts.name

    @property
    def card(self) -> Card:
        """What it is worth."""
        return self._card

    def open(self, reference: Reference | None = None) -> VoiceDecoding:
        """Begin a pass over one party's sound."""
        return VoiceDecoding(self._parts, reference)

    def refer(self, pieces: Iterable[Block]) -> Reference | None:
        """How a person sounds when neutral, shape (N_STATISTICS + labels + 1,).

        Args:
            pieces: Two or more neutral sentences, by the microphone that is used later.

        Returns:
            The mean over utterances of their statistics and of what the net says of them;
            None for less than 1.5 s of speech.
        """
        listener = Listener(self._parts.speech, self._parts.rule)
        heard = [*listener.push(pieces), *listener.close()]
        found = [u for _, _, u in heard if u.piece.is_speech and u.piece.seconds >= BRIEF]
        if sum(u.piece.seconds for u in found) < _REST_SECONDS:
            return None
        mean: Reference = np.stack([self._parts.rest(u) for u in found]).mean(axis=0)
        return mean


def _as_burst(reading: Reading, pitches: Floats, quality: Quality) -> Reading | None:
    """A candidate of a laugh, sob or sigh, if it is voiced: a tap or a hiss is not."""
    voicing = float(pitches[:, 1].mean()) if len(pitches) else 0.0
    if voicing < _BURST_VOICING or quality.is_hopeless:
        return None
    extra = {**reading.extra, "burst": round(voicing, 6)}
    return replace(reading, reason=Reason.OUT_OF_DOMAIN, extra=extra)


def card(name: str) -> Card:
    """The card beside the weights."""
    return read_card(WEIGHTS / f"{name}.card.json")


def load(name: str, config: Config) -> VoiceDecoder:
    """Load the decoder of that name.

    Raises:
        MissingWeights: If its files are not there.
        BadWeights: If they cannot be used.
    """
    session = open_session(WEIGHTS / f"{name}.onnx", config.threads)
    parts = Parts(
        name=name,
        speech=SpeechNet(WEIGHTS / f"{SPEECH[name]}.onnx", config.threads),
        session=session,
        readout=Readout.from_metadata(metadata(session)),
        labels=label_map("voice").taught(TAUGHT[name]),
        untaught=[
            i for i, label in enumerate(label_map("voice").labels) if label not in TAUGHT[name]
        ],
        rule=CutRule(),
    )
    return VoiceDecoder(parts, card(name))
