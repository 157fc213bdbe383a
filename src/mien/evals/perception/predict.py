"""Whoever answers for items: a decoder of Mien, or anything else with the same one method."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Protocol, runtime_checkable

import numpy as np

from mien.core.arrays import RATE_HZ, Frame, ScoresArray
from mien.core.config import Config
from mien.core.errors import ConfigError, SourceError
from mien.decoders.decoder import Decoder
from mien.emotions.emotion import Emotion
from mien.emotions.scores import Scores
from mien.evals.perception.items import Item, Picture, Sound, Text
from mien.timeline.reading import Reading

UNREADABLE = "unreadable"
"""Begins the note of an item whose file could not be read: no fault of who predicts."""

BLOCK_SECONDS = 1.0
_TEXTS = 64


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was answered for one item.

    Attributes:
        id: Of the item.
        scores: In the order of `Emotion`, float32, shape (41,); NaN where nothing was said.
        refused: Whether there was no answer; then all scores are NaN.
        note: Why, or how unsure: a word or two.
    """

    id: str
    scores: ScoresArray
    refused: bool = False
    note: str = ""


class Predictor(Protocol):
    """Answers for items, one prediction each, in order."""

    @property
    def name(self) -> str:
        """How it is called in tables and cached answers; it changes when the answers may."""

    def predict(self, items: Iterable[Item]) -> Iterator[Prediction]:
        """Predictions as they become known; items always have media."""


@runtime_checkable
class Stamped(Protocol):
    """A predictor whose answers may change though its name does not."""

    @property
    def stamp(self) -> str:
        """A digest of all that its answers depend on; answers kept under another are not its."""


@runtime_checkable
class Costs(Protocol):
    """A predictor that is paid for: it keeps its own answers, and says what they cost."""

    @property
    def remark(self) -> str:
        """What the last call of `predict` brought and cost, kept answers included."""


@runtime_checkable
class LooksAtFaces(Protocol):
    """A face decoder that can be given a face already cut out."""

    def look(self, frame: Frame) -> Scores:
        """What a picture that shows a face and nothing else looks like."""


def no_answer(item: Item, note: str) -> Prediction:
    """A refusal."""
    return Prediction(item.id, np.full(len(Emotion), np.nan, dtype=np.float32), True, note)


class DecoderPredictor:
    """A decoder asked item by item, each as a source of its own.

    Several utterances of one recording count by their length; of several faces the largest
    counts. Readings that cannot tell but hold scores are answers with the reason as note.

    Args:
        decoder: Loaded.
        fitted: What was fitted for it on this machine, as it is kept.
    """

    def __init__(self, decoder: Decoder[Any], fitted: bytes = b"") -> None:
        self._decoder, self._fitted = decoder, fitted

    @property
    def name(self) -> str:
        """The decoder's."""
        return self._decoder.name

    @property
    def stamp(self) -> str:
        """Of this version of Mien, of its card, which names what is installed, and calibration."""
        from mien import __version__

        digest = blake2b(self._fitted, digest_size=16)
        digest.update(f"{__version__} {self._decoder.card}".encode())
        return digest.hexdigest()

    def predict(self, items: Iterable[Item]) -> Iterator[Prediction]:
        """One prediction an item.

        Raises:
            ConfigError: If an item is not of the decoder's channel.
        """
        waiting: list[Item] = []
        for item in items:
            if item.channel is not self._decoder.card.channel:
                raise ConfigError(
                    f"{self.name} reads the {self._decoder.card.channel} channel, "
                    f"and {item.id} is {item.channel}"
                )
            if isinstance(item.media, Text):
                # Words are read many at once: a net answers 64 texts in the time of a few.
                waiting.append(item)
                if len(waiting) < _TEXTS:
                    continue
                yield from self._texts(waiting)
                waiting = []
            else:
                yield self._one(item)
        yield from self._texts(waiting)

    def _one(self, item: Item) -> Prediction:
        try:
            if isinstance(item.media, Sound):
                return _weighed(item, self._hear(item.media), _seconds)
            if isinstance(item.media, Picture):
                return self._see(item, item.media)
        except SourceError as error:
            return no_answer(item, f"{UNREADABLE}: {error.reason}")
        raise ConfigError(f"{item.id} has nothing to show to {self.name}")

    def _hear(self, sound: Sound) -> list[Reading]:
        from mien.media import Block

        samples = sound.load()
        step = int(BLOCK_SECONDS * RATE_HZ)
        blocks = [
            Block(samples[at : at + step], at / RATE_HZ) for at in range(0, len(samples), step)
        ]
        decoding = self._decoder.open()
        return [*decoding.push(blocks), *decoding.close()]

    def _see(self, item: Item, picture: Picture) -> Prediction:
        from mien.media import Image

        frame = picture.load()
        if picture.is_cut_out and isinstance(self._decoder, LooksAtFaces):
            return Prediction(item.id, self._decoder.look(frame).to_array())
        shown = _framed(frame) if picture.is_cut_out else frame
        decoding = self._decoder.open()
        readings = [*decoding.push([Image(shown, 0.0, 0.0, True)]), *decoding.close()]
        if not readings and picture.is_close_up and isinstance(self._decoder, LooksAtFaces):
            scores = self._decoder.look(frame).to_array()
            return Prediction(item.id, scores, note="no face found: taken whole")
        largest = max(readings, key=_area, default=None)
        return _weighed(item, [largest] if largest else [], _area)

    def _texts(self, items: Sequence[Item]) -> Iterator[Prediction]:
        from mien.timeline.conversation import Turn

        turns = [
            Turn(index=i, text=item.media.text)
            for i, item in enumerate(items)
            if isinstance(item.media, Text)
        ]
        decoding = self._decoder.open()
        readings: dict[int, list[Reading]] = {}
        for reading in [*decoding.push(turns), *decoding.close()]:
            readings.setdefault(reading.turn or 0, []).append(reading)
        for i, item in enumerate(items):
            yield _weighed(item, readings.get(i, []), lambda _: 1.0)


def decoder_predictor(name: str, config: Config) -> DecoderPredictor:
    """The decoder of that name as a predictor; see `decoders.registry.load` for the errors."""
    from mien.decoders.calibration_file import calibration_path
    from mien.decoders.registry import load

    decoder = load(name, config)
    fitted = calibration_path(decoder.name, config)
    return DecoderPredictor(decoder, fitted.read_bytes() if fitted.is_file() else b"")


def _weighed(
    item: Item, readings: Sequence[Reading], weight: Callable[[Reading], float]
) -> Prediction:
    """The mean of the readings that say anything."""
    told = [reading for reading in readings if reading.scores.covered]
    if not told:
        reasons = [reading.reason.value for reading in readings if reading.reason is not None]
        return no_answer(item, reasons[0] if reasons else "nothing found")
    weights = np.array([max(weight(reading), 1e-6) for reading in told])
    rows = np.stack([reading.scores.to_array() for reading in told]).astype(np.float64)
    mean = (rows * weights[:, None]).sum(axis=0) / weights.sum()
    doubts = {reading.reason.value for reading in told if reading.reason is not None}
    is_sure = any(reading.is_told for reading in told)
    note = "" if is_sure else ", ".join(sorted(doubts))
    return Prediction(item.id, mean.astype(np.float32), False, note)


def _seconds(reading: Reading) -> float:
    return (reading.end or 0.0) - (reading.start or 0.0)


def _area(reading: Reading) -> float:
    return reading.box.width * reading.box.height if reading.box is not None else 0.0


def _framed(frame: Frame) -> Frame:
    """A cut-out face with its border spread around it, since detectors look for whole heads."""
    margin = max(frame.shape[:2]) // 2
    return np.pad(frame, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
