"""Sound that is still being made, in the shape of a source."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import RATE_HZ
from mien.core.errors import ConfigError, UnreadableSource
from mien.media import limits
from mien.media.envelope import Envelope
from mien.media.live.intake import Heard
from mien.media.mixing import SIDES, weights
from mien.media.pieces import Block, Image
from mien.media.resample import Converter, to_float, zero_what_is_no_number
from mien.media.tally import Tally
from mien.timeline.conversation import Conversation
from mien.timeline.origin import Kind, Origin, Skipped


class Feed(Protocol):
    """Where sound comes from as it is made: a pipe, a microphone."""

    name: str
    rate_hz: int
    channels: int
    form: str
    """How samples are written, such as `pcm_s16le`."""

    @property
    def fault(self) -> str | None:
        """What went wrong, once it has ended, in words; None if it ended as it should."""

    def __iter__(self) -> Iterator[Heard]:
        """What is heard, until it ends or is stopped."""

    def stop(self) -> None:
        """End soon, in order; may be called by a signal's handler."""


class SoundStream:
    """What a feed hears, as blocks of 16 kHz, on a clock that counts samples.

    The same sound gives the same readings as from a file. Memory does not grow with the length.

    Attributes:
        name: As in `Reading.source`.
        heard: Seconds so far.
        level: Peak of the latest block, 0 to 1.
    """

    kind = Kind.STREAM
    seconds = None
    has_sound = True
    has_pictures = False
    conversation: Conversation | None = None

    def __init__(self, feed: Feed, *, sides: bool = False, name: str | None = None) -> None:
        """Get ready to listen; nothing is taken from the feed yet.

        Args:
            feed: What is heard.
            sides: Whether each of two channels is one party's.
            name: What readings carry as their source; by default the feed's.

        Raises:
            ConfigError: If the feed's rate or channels make no sense, or are not two for sides.
        """
        low, high = limits.SOUND_RATE_HZ
        if not low <= feed.rate_hz <= high:
            raise ConfigError(f"sound has {low} to {high} samples a second, not {feed.rate_hz}")
        if not 1 <= feed.channels <= limits.SOUND_CHANNELS:
            most = limits.SOUND_CHANNELS
            raise ConfigError(f"sound has 1 to {most} channels, not {feed.channels}")
        if sides and feed.channels != len(SIDES):
            raise ConfigError(f"sides are two channels, and {feed.name} has {feed.channels}")
        self.name = name if name is not None else feed.name
        self.heard = 0.0
        self.level = 0.0
        self._feed = feed
        self._has_sides = sides
        self._weights = weights(("NONE",) * feed.channels, "sides" if sides else "mixed")
        self._tally = Tally(self.name)
        self._envelope = Envelope()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def fault(self) -> UnreadableSource | None:
        """Why it ended, where it should not have."""
        reason = self._feed.fault
        return UnreadableSource(self.name, reason) if reason is not None else None

    def stop(self) -> None:
        """End soon, in order: what was heard is still read. A signal's handler may call it."""
        self._feed.stop()

    def sound(self) -> Iterator[Block]:
        """Blocks as they are heard; with sides, each stretch comes twice, left then right.

        Where sound was lost, `Block.start` jumps.
        """
        since = 0.0  # time of the last break
        converter, made = self._converter(), 0
        for heard in self._feed:
            if heard.lost:
                yield from self._blocks(converter.close(), since + made / RATE_HZ)
                since = self._jump(heard.lost)
                converter, made = self._converter(), 0
            ready = converter.push(self._lines(heard.samples))
            yield from self._blocks(ready, since + made / RATE_HZ)
            made += len(ready)
        yield from self._blocks(converter.close(), since + made / RATE_HZ)
        if self._feed.fault is not None:
            self._tally.add(self._feed.fault, self.heard)

    def pictures(self, fps: float = 5.0, *, threads: int = 1) -> Iterator[Image]:
        """None."""
        return iter(())

    def origin(self) -> Origin:
        """What is known of it so far."""
        feed = self._feed
        layout = {1: "mono", 2: "stereo"}.get(feed.channels, f"{feed.channels} channels")
        track = f"sound 1: {feed.form}, {feed.rate_hz} Hz, {layout}"
        return Origin(
            source=self.name,
            kind=self.kind,
            seconds=self.heard or None,
            tracks=(track,),
            envelope=self._envelope.parts(self.heard),
        )

    def skipped(self) -> tuple[Skipped, ...]:
        """What was lost so far."""
        return self._tally.skipped()

    def _converter(self) -> Converter:
        return Converter(self._feed.rate_hz, self._weights.shape[1])

    def _jump(self, lost: int) -> float:
        seconds = lost / self._feed.rate_hz
        self._tally.add("sound that came faster than it was read", self.heard, seconds=seconds)
        self.heard += seconds
        return self.heard

    def _lines(self, samples: NDArray[np.generic]) -> NDArray[np.float32]:
        """One voice a line, at the feed's rate, shape (n, lines)."""
        fine, zeroed = zero_what_is_no_number(to_float(samples))
        if zeroed:
            self._tally.add("samples that were no numbers, set to zero", self.heard, zeroed)
        self.heard += len(fine) / self._feed.rate_hz
        self.level = min(1.0, float(np.abs(fine).max(initial=0.0)))
        return fine if self._weights.shape == (1, 1) else fine @ self._weights

    def _blocks(self, made: NDArray[np.float32], at: float) -> Iterator[Block]:
        if not len(made):
            return
        made = np.clip(made, -1.0, 1.0)
        for i in range(made.shape[1]):
            line = np.ascontiguousarray(made[:, i])
            self._envelope.add(line, at)
            yield Block(line, at, SIDES[i] if self._has_sides else None)
