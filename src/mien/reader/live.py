"""Pieces pushed in, readings out: the one way in which anything is read, files too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import RATE_HZ, Frame, Samples
from mien.core.config import Config, load_config
from mien.core.errors import ConfigError
from mien.decoders.decoder import Decoder, Decoding, Offer, Reference
from mien.decoders.registry import load
from mien.media import Block, Grid, Image, Resampler, check_fps
from mien.reader.plan import choose
from mien.timeline.card import Card
from mien.timeline.conversation import Turn
from mien.timeline.reading import Channel, Reading, Reason, Verdict, stamp

_JITTER = 1e-3  # seconds that two blocks may be apart and still be one stream

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
        check_fps(fps)
        self._config = config if config is not None else load_config()
        self._offers = choose(channels, decoders, self._config)
        self._source = source
        self._grid = Grid(fps)
        self._references = references or {}
        self._loaded: dict[str, Decoder[Any]] = {}
        self._passes: dict[tuple[str, str | None], Decoding[Any]] = {}
        self._resamplers: dict[str | None, tuple[int, Resampler]] = {}
        self._heard: dict[str | None, float] = {}
        self._told: set[str] = set()
        self._begin = np.inf
        self._end = 0.0

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards of the decoders in use; those that read something speak for themselves.

        Of some sets only a part may be on this machine, or a user's ratings calibrated it.
        """
        loaded = self._loaded
        return tuple(
            loaded[offer.name].card if offer.name in loaded else offer.card()
            for offer in self._offers
        )

    def push_sound(
        self,
        samples: NDArray[Any],
        rate_hz: int = RATE_HZ,
        *,
        start: float | None = None,
        side: str | None = None,
    ) -> list[Reading]:
        """Readings that this sound completes.

        Args:
            samples: Mono, shape (n,), floats in -1 to 1 or signed integers; what is not a
                number counts as silence.
            rate_hz: Samples a second; must not change during a stream.
            start: Seconds; by default right after the last block. A jump is a gap.
            side: Which party is heard, where each has a channel of its own.

        Raises:
            ConfigError: If the shape, the type or the rate is not one of these.
        """
        if samples.ndim != 1:
            raise ConfigError(f"sound is pushed as one channel, shape (n,), not {samples.shape}")
        found: list[Reading] = []
        if start is not None and start > self._heard.get(side, 0.0) + _JITTER:
            found += self._end_sound(side)
            self._heard[side] = start
        known, resampler = self._resamplers.setdefault(side, (rate_hz, Resampler(rate_hz)))
        if known != rate_hz:
            raise ConfigError(f"sound came at {known} Hz and now at {rate_hz}: open another Live")
        return found + self._push_block(resampler.push(samples), side)

    def push_frame(
        self, frame: Frame, at: float, *, until: float | None = None, still: bool = False
    ) -> list[Reading]:
        """Readings that this picture completes; none if it came sooner than `fps` asks for.

        Args:
            frame: Upright RGB, shape (height, width, 3), uint8.
            at: Seconds from the start of the stream.
            until: When the next picture is due; by default, `fps` decides whether this one is
                due, and when the next is.
            still: Whether this is a photo.
        """
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise ConfigError(f"a frame is (height, width, 3) uint8, not {frame.shape}")
        if not np.isfinite(at):
            raise ConfigError(f"a frame needs a time in seconds, not {at!r}")
        if until is None:
            until = self._grid.take(at)
            if until is None:
                return []
        return self.push_images([Image(frame, at, until, still)])

    def push_images(self, images: Sequence[Image]) -> list[Reading]:
        """Readings of sampled pictures; several at once are faster for some decoders."""
        for image in images:
            self._seen(image.at, image.until)
        return self._push(Channel.FACE, None, images)

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
        for side in tuple(self._resamplers):
            found += self._end_sound(side)
        for (name, side), decoding in self._passes.items():
            found += self._stamped(name, side, decoding.close())
        silent = {name for name, _ in self._passes} - self._told
        found += [self._nothing(offer) for offer in self._offers if offer.name in silent]
        self._passes.clear()
        return found

    def _end_sound(self, side: str | None) -> list[Reading]:
        if side not in self._resamplers:
            return []
        return self._push_block(self._resamplers.pop(side)[1].close(), side)

    def _push_block(self, samples: Samples, side: str | None) -> list[Reading]:
        if not len(samples):
            return []
        begin = self._heard.get(side, 0.0)
        self._heard[side] = begin + len(samples) / RATE_HZ
        self._seen(begin, self._heard[side])
        return self._push(Channel.VOICE, side, [Block(samples, begin)])

    def _push(self, channel: Channel, side: str | None, pieces: Sequence[Any]) -> list[Reading]:
        found: list[Reading] = []
        for offer in self._offers:
            if offer.channel is channel:
                decoding = self._passes.get((offer.name, side))
                if decoding is None:
                    decoder: Decoder[Any] = load(offer.name, self._config)
                    self._loaded[offer.name] = decoder
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
