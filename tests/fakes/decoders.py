"""Small real decoders that need no weights: loudness, brightness and length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from mien.core.arrays import RATE_HZ
from mien.decoders.decoder import Offer, Reference
from mien.emotions import Emotion, Scores
from mien.media import Block, Image
from mien.timeline import Adapted, Box, Card, Channel, Reading, Turn


def fake_card(name: str, channel: Channel, *, commercial: bool = True) -> Card:
    """A card of a decoder that judges anger and neutral."""
    return Card(
        decoder=name,
        channel=channel,
        title=f"A {channel} decoder for tests",
        covers=(Emotion.ANGER, Emotion.NEUTRAL),
        licence="CC0-1.0" if commercial else "CC-BY-NC-SA-4.0",
        commercial=commercial,
        calibration="uncalibrated as shares",
    )


class Loudness:
    """A reading for every second of sound that is not silent; the louder, the angrier."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.card = fake_card(name, Channel.VOICE)

    def open(self, reference: Reference | None = None) -> _Seconds:
        return _Seconds(self.name, 0.0 if reference is None else float(reference[0]))

    def refer(self, pieces: Iterable[Block]) -> Reference | None:
        samples = [piece.samples for piece in pieces]
        return np.array([np.abs(np.concatenate(samples)).mean()], np.float32) if samples else None


class _Seconds:
    def __init__(self, name: str, usual: float) -> None:
        self._name = name
        self._usual = usual
        self._held = np.zeros(0, np.float32)
        self._at = 0.0

    def push(self, pieces: Sequence[Block]) -> list[Reading]:
        found: list[Reading] = []
        for piece in pieces:
            if piece.start > self._at + len(self._held) / RATE_HZ + 1e-3:
                found += self.close()
                self._at = piece.start
            self._held = np.concatenate([self._held, piece.samples])
            while len(self._held) >= RATE_HZ:
                found += self._read(self._held[:RATE_HZ])
                self._held = self._held[RATE_HZ:]
        return found

    def close(self) -> list[Reading]:
        found = self._read(self._held) if len(self._held) else []
        self._held = np.zeros(0, np.float32)
        return found

    def _read(self, samples: np.ndarray) -> list[Reading]:
        start, self._at = self._at, self._at + len(samples) / RATE_HZ
        level = float(np.abs(samples).mean())
        if level < 1e-3:
            return []
        return [
            Reading(
                start=start,
                end=self._at,
                channel=Channel.VOICE,
                scores=Scores({Emotion.ANGER: min(1.0, max(0.0, level - self._usual))}),
                confidence=0.5,
                adapted=Adapted.BASELINE if self._usual else Adapted.NONE,
                decoder=self._name,
            )
        ]


class Brightness:
    """One face in the middle of every picture that is not black; no commercial use."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.card = fake_card(name, Channel.FACE, commercial=False)

    def open(self, reference: Reference | None = None) -> Brightness:
        return self

    def refer(self, pieces: Iterable[Image]) -> None:
        return None

    def push(self, pieces: Sequence[Image]) -> list[Reading]:
        return [
            Reading(
                start=piece.at,
                end=piece.until,
                channel=Channel.FACE,
                person="Face 1",
                scores=Scores({Emotion.ANGER: float(piece.frame.mean()) / 255}),
                confidence=0.9,
                box=Box(0.25, 0.25, 0.5, 0.5),
                decoder=self.name,
            )
            for piece in pieces
            if piece.frame.any()
        ]

    def close(self) -> list[Reading]:
        return []


class Length:
    """A message is angry in proportion to its length."""

    def __init__(self, name: str, *, commercial: bool = True) -> None:
        self.name = name
        self.card = fake_card(name, Channel.WORDS, commercial=commercial)

    def open(self, reference: Reference | None = None) -> Length:
        return self

    def refer(self, pieces: Iterable[Turn]) -> None:
        return None

    def push(self, pieces: Sequence[Turn]) -> list[Reading]:
        return [
            Reading(
                start=turn.start,
                end=turn.end,
                turn=turn.index,
                person=turn.speaker,
                channel=Channel.WORDS,
                scores=Scores({Emotion.ANGER: min(1.0, len(turn.text) / 100)}),
                confidence=0.5,
                text=turn.text,
                decoder=self.name,
            )
            for turn in pieces
        ]

    def close(self) -> list[Reading]:
        return []


def _offer(decoder: Any) -> Offer:
    return Offer(decoder.name, decoder.card.channel, lambda: decoder.card, lambda config: decoder)


def fake_offers() -> dict[str, Offer]:
    """One decoder a channel, a second version of one, and one without commercial use."""
    decoders = [
        Loudness("voice-v1"),
        Brightness("face-v1"),
        Length("words-v1"),
        Length("words-v2", commercial=False),
        Length("words-open-v1"),
    ]
    return {decoder.name: _offer(decoder) for decoder in decoders}
