"""Pieces pushed in, readings out: the one way in which anything is read, files too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import RATE_HZ, Frame
from mien.core.config import Config, load_config
from mien.core.errors import ConfigError
from mien.decoders.decoder import Decoder, Decoding, Offer, Picture, Reference, Sound
from mien.decoders.registry import load
from mien.media import Resampler
from mien.reader.plan import choose
from mien.timeline.card import Card
from mien.timeline.conversation import Turn
from mien.timeline.reading import Channel, Reading, Reason, Verdict, stamp

References = Mapping[str, Reference]
"""What each decoder, by name, remembers of a person's neutral recording."""


class Live:
    """Readings as they come from sound, pictures and turns that are pushed in.

    >>> live = Live(channels=["words"], source="a chat")
    >>> readings = live.push_turn(Turn(index=0, text="Thank you so much, this made my day!"))
    >>> readings[0].scores.top.emotion.label
    'Thankfulness/Gratitude'

    Times of sound are counted from what was pushed, of frames as the caller says. A `Live`
    serves one source and one thread.
    """

    def __init__(
        self,
        channels: Sequence[Channel | str] | None = None,
        decoders: Sequence[str] | None = None,
        *,
        source: str = "live",
        fps: float = 5.0,
        references: References | None = None,
        config: Config | None = None,
    ) -> None:
        """Prepare the decoders; each is loaded when its first piece arrives.

        Args:
            channels: Only these of voice, face and words.
            decoders: Names that replace the defaults of their channels.
            source: What readings carry as their source.
            fps: How many pictures a second are used; frames that come sooner are passed over.
            references: Made by `refer`, to adapt to a person.
            config: Settings; by default those of `mien.toml` and the environment.

        Raises:
            ConfigError: If a channel is unknown.
            UnknownDecoder: If a decoder is unknown.
        """
        if not fps > 0:
            raise ConfigError(f"fps must be above 0, not {fps!r}")
        self._config = config if config is not None else load_config()
        self._offers = choose(channels, decoders, self._config)
        self._source = source
        self._step = 1.0 / fps
        self._references = references or {}
        self._passes: dict[tuple[str, str | None], Decoding[Any]] = {}
        self._resamplers: dict[str | None, Resampler] = {}
        self._heard: dict[str | None, float] = {}
        self._next_frame = -np.inf
        self._told: set[str] = set()
        self._begin = np.inf
        self._end = 0.0

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards of the decoders in use."""
        return tuple(offer.card() for offer in self._offers)

    def push_sound(
        self,
        samples: NDArray[np.float32],
        rate_hz: int = RATE_HZ,
        *,
        start: float | None = None,
        side: str | None = None,
    ) -> list[Reading]:
        """Readings that this sound completes.

        Args:
            samples: Mono, shape (n,), -1 to 1; what is not a number counts as silence.
            rate_hz: Samples a second; must not change during a stream.
            start: Seconds; by default right after the last block.
            side: Which party is heard, where each has a channel of its own.
        """
        if rate_hz != RATE_HZ or side in self._resamplers:
            resampler = self._resamplers.setdefault(side, Resampler(rate_hz))
            samples = resampler.push(samples)
        return self._push_block(np.asarray(samples, dtype=np.float32), start, side)

    def push_frame(
        self, frame: Frame, at: float, *, until: float | None = None, still: bool = False
    ) -> list[Reading]:
        """Readings that this picture completes; none if it came sooner than `fps` asks for.

        Args:
            frame: Upright RGB, shape (height, width, 3), uint8.
            at: Seconds from the start of the stream.
            until: When the next picture is due; by default after 1 / `fps`.
            still: Whether this is a photo.
        """
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise ConfigError(f"a frame is (height, width, 3) uint8, not {frame.shape}")
        if until is None:
            if at < self._next_frame - 1e-6:
                return []
            self._next_frame = at + self._step
            until = at + self._step
        self._seen(at, until)
        piece = Picture(frame, at, until, still)
        return self._push(Channel.FACE, None, [piece])

    def push_turn(self, turn: Turn) -> list[Reading]:
        """Readings of one message."""
        return self.push_turns([turn])

    def push_turns(self, turns: Sequence[Turn]) -> list[Reading]:
        """Readings of several messages; faster than one by one, and the same."""
        for turn in turns:
            if turn.start is not None and turn.end is not None:
                self._seen(turn.start, turn.end)
        return self._push(Channel.WORDS, None, turns)

    def close(self) -> list[Reading]:
        """What was still open, and a `no_data` reading for each decoder that found nothing."""
        found: list[Reading] = []
        for side, resampler in self._resamplers.items():
            found += self._push_block(resampler.close(), None, side)
        for (name, side), decoding in self._passes.items():
            found += self._stamped(name, side, decoding.close())
        silent = {name for name, _ in self._passes} - self._told
        found += [self._nothing(offer) for offer in self._offers if offer.name in silent]
        self._passes.clear()
        self._resamplers.clear()
        return found

    def _push_block(
        self, samples: NDArray[np.float32], start: float | None, side: str | None
    ) -> list[Reading]:
        begin = self._heard.get(side, 0.0) if start is None else start
        self._heard[side] = begin + len(samples) / RATE_HZ
        self._seen(begin, self._heard[side])
        return self._push(Channel.VOICE, side, [Sound(samples, begin)])

    def _push(self, channel: Channel, side: str | None, pieces: Sequence[Any]) -> list[Reading]:
        found: list[Reading] = []
        for offer in self._offers:
            if offer.channel is channel:
                decoding = self._passes.get((offer.name, side))
                if decoding is None:
                    decoder: Decoder[Any] = load(offer.name, self._config)
                    decoding = decoder.open(self._references.get(offer.name))
                    self._passes[offer.name, side] = decoding
                found += self._stamped(offer.name, side, decoding.push(pieces))
        return found

    def _stamped(self, name: str, side: str | None, readings: Iterable[Reading]) -> list[Reading]:
        stamped = [
            stamp(replace(r, person=side) if side is not None else r, self._source)
            for r in readings
        ]
        if stamped:
            self._told.add(name)
        return stamped

    def _seen(self, start: float, end: float) -> None:
        self._begin = min(self._begin, start)
        self._end = max(self._end, end)

    def _nothing(self, offer: Offer) -> Reading:
        reading = Reading(
            start=min(self._begin, self._end),
            end=self._end,
            channel=offer.channel,
            quality=0.0,
            verdict=Verdict.CANNOT_TELL,
            reason=Reason.NO_DATA,
            decoder=offer.name,
        )
        return stamp(reading, self._source)
