"""The sound of a container as blocks of 16 kHz, in constant memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from mien.core.arrays import RATE_HZ
from mien.media.container import Clock, decoded, open_container, seek
from mien.media.mixing import SIDES, Stereo, weights
from mien.media.pieces import Block
from mien.media.resample import Converter, to_float, zero_what_is_no_number
from mien.media.tally import Tally

if TYPE_CHECKING:
    from mien.media.contents import SoundTrack

BLOCK_SECONDS = 1.0

_GAP = 0.06
"""Times may be off by this much before they count: containers round to milliseconds, and codecs
by up to two of their frames."""

_PLANES = 8

_PREROLL = 0.2
"""Decoded before a start and thrown away: codecs need some frames to settle."""


def blocks(path: Path, track: SoundTrack, clock: Clock, tally: Tally) -> Iterator[Block]:
    """Blocks of about a second, in order; where a recording has a gap, `start` jumps.

    With sides, each stretch comes twice, left then right.
    """
    line = _Line(track.stereo, clock, tally)
    with open_container(path) as container:
        stream = container.streams[track.index]
        stream.codec_context.thread_count = 1
        seek(container, stream, clock.start + clock.zero - _PREROLL)
        for frame in decoded(container, stream, tally, clock.zero):
            yield from line.push(frame)
            if line.is_done:
                break
        yield from line.flush()


def channel_names(context: Any) -> tuple[str, ...]:
    """FFmpeg's names of the channels of a codec context or frame."""
    return tuple(channel.name for channel in context.layout.channels)


def raw_samples(frame: Any) -> NDArray[Any]:
    """The samples of a frame as they were stored, shape (n, channels).

    Raises:
        FFmpegError: If the frame claims channels that make no sense.
    """
    if frame.format.is_planar and frame.layout.nb_channels >= _PLANES:
        # PyAV counts planes up to a null pointer, which such a frame does not have: it would
        # read memory that is not the frame's. FFmpeg itself can lay them side by side.
        packer = av.AudioResampler(frame.format.packed.name, frame.layout, frame.sample_rate)
        (frame,) = packer.resample(frame)
    array: NDArray[Any] = frame.to_ndarray()
    return array.T if frame.format.is_planar else array.reshape(-1, frame.layout.nb_channels)


@dataclass(frozen=True, slots=True)
class _Form:
    rate_hz: int
    names: tuple[str, ...]
    sample: str


class _Line:
    """Turns frames into blocks: one clock, gaps kept, the form may change on the way."""

    def __init__(self, stereo: Stereo, clock: Clock, tally: Tally) -> None:
        self._stereo: Stereo = stereo
        self._clock = clock
        self._tally = tally
        self._form: _Form | None = None
        self._held: list[NDArray[Any]] = []
        self._n_held = 0
        self._fed = 0  # samples taken in since the last break, at the source's rate
        self._made = 0  # samples given out since, at 16 kHz
        self._since = 0.0  # time of the last break
        self._is_behind = False
        self.is_done = False

    def push(self, frame: Any) -> Iterator[Block]:
        """The blocks that a decoded frame completes."""
        form = _Form(frame.sample_rate, channel_names(frame), frame.format.name)
        at = self._time(frame, form)
        try:
            samples, at = self._cut(raw_samples(frame), at, form.rate_hz)
        except (FFmpegError, ValueError):
            self._tally.add("damaged pieces of sound", at)
            return
        if not len(samples):
            return
        if form != self._form or at > self._now + _GAP:
            if self._fed and at > self._now + _GAP:
                self._tally.add("gaps in the sound", self._now, seconds=at - self._now)
            yield from self.flush()
            self._begin(form, at)
        self._held.append(samples)
        self._n_held += len(samples)
        self._fed += len(samples)
        if self._n_held >= BLOCK_SECONDS * form.rate_hz:
            yield from self._convert(last=False)

    def flush(self) -> Iterator[Block]:
        """What is still held back; the next frame begins a new stretch."""
        if self._form is not None:
            yield from self._convert(last=True)
        self._form = None

    @property
    def _now(self) -> float:
        return self._since + self._fed / self._form.rate_hz if self._form else self._since

    def _begin(self, form: _Form, at: float) -> None:
        self._form = form
        self._since, self._fed, self._made = at, 0, 0
        self._weights = weights(form.names, self._stereo)
        self._converter = Converter(form.rate_hz, self._weights.shape[1])

    def _time(self, frame: Any, form: _Form) -> float:
        """When the frame begins; by counting samples where its own time makes no sense."""
        expected = self._now
        if frame.pts is None:
            return expected
        at = float(frame.time) - self._clock.zero
        if not self._clock.is_sane(at):
            self._tally.add("pieces of sound with a senseless time", expected)
            return expected
        if self._form is None and not self._fed:
            return at
        if at < expected - _GAP:
            if not self._is_behind:
                self._tally.add("places where the time of the sound jumps back", expected)
            self._is_behind = True
            return expected
        self._is_behind = False
        return at

    def _cut(self, samples: NDArray[Any], at: float, rate_hz: int) -> tuple[NDArray[Any], float]:
        first = max(0, math.ceil((max(self._clock.start, 0.0) - at) * rate_hz - 1e-3))
        stop = len(samples)
        if at + stop / rate_hz >= self._clock.end:
            stop = max(0, round((self._clock.end - at) * rate_hz))
            self.is_done = True
        return samples[first:stop], at + first / rate_hz

    def _convert(self, last: bool) -> Iterator[Block]:
        joined = np.concatenate(self._held) if self._held else None
        self._held, self._n_held = [], 0
        at = self._since + self._made / RATE_HZ
        if joined is None:
            made = self._converter.close() if last else None
        else:
            fine, zeroed = zero_what_is_no_number(to_float(joined))
            if zeroed:
                self._tally.add("samples that were no numbers, set to zero", at, zeroed)
            made = self._converter.push(self._mix(fine), last=last)
        if made is None or not len(made):
            return
        self._made += len(made)
        made = np.clip(made, -1.0, 1.0)
        if made.shape[1] == 1:
            yield Block(np.ascontiguousarray(made[:, 0]), at)
            return
        for i, side in enumerate(SIDES):
            yield Block(np.ascontiguousarray(made[:, i]), at, side)

    def _mix(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._weights.shape == (1, 1):
            return samples
        mixed: NDArray[np.float32] = samples @ self._weights
        return mixed
