"""The sound of a container as blocks of 16 kHz, in constant memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
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
    """The samples of a frame as they were stored, shape (channels, n).

    Raises:
        FFmpegError: If the frame claims channels that make no sense.
    """
    channels = frame.layout.nb_channels
    if frame.format.is_planar and channels >= _PLANES:
        # PyAV counts planes up to a null pointer, which such a frame does not have: it would
        # read memory that is not the frame's. FFmpeg itself can lay them side by side.
        packer = av.AudioResampler(frame.format.packed.name, frame.layout, frame.sample_rate)
        (frame,) = packer.resample(frame)
    array: NDArray[Any] = frame.to_ndarray()
    return array if len(array) == channels else array.reshape(-1, channels).T


class _Line:
    """Turns frames into blocks: one clock, gaps kept, the form may change on the way."""

    def __init__(self, stereo: Stereo, clock: Clock, tally: Tally) -> None:
        self._stereo: Stereo = stereo
        self._clock = clock
        self._tally = tally
        self._is_cut = clock.start > 0 or math.isfinite(clock.end)
        self._form: tuple[int, str, str] | None = None
        self._rate_hz = RATE_HZ
        self._held: list[NDArray[Any]] = []
        self._n_held = 0
        self._fed = 0  # samples taken in since the last break, at the source's rate
        self._made = 0  # samples given out since, at 16 kHz
        self._since = 0.0  # time of the last break
        self._is_behind = False
        self.is_done = False

    def push(self, frame: Any) -> Iterator[Block]:
        """The blocks that a decoded frame completes."""
        form = (frame.sample_rate, frame.layout.name, frame.format.name)
        now = self._since + self._fed / self._rate_hz
        at = self._time(frame, now)
        try:
            samples = raw_samples(frame)
        except (FFmpegError, ValueError):
            self._tally.add("damaged pieces of sound", at)
            return
        if self._is_cut or at < 0:
            samples, at = self._cut(samples, at, form[0])
        if not samples.shape[1]:
            return
        if form != self._form or at > now + _GAP:
            if self._fed and at > now + _GAP:
                self._tally.add("gaps in the sound", now, seconds=at - now)
            yield from self.flush()
            self._begin(frame, form, at)
        self._held.append(samples)
        self._n_held += samples.shape[1]
        self._fed += samples.shape[1]
        if self._n_held >= BLOCK_SECONDS * self._rate_hz:
            yield from self._convert(last=False)

    def flush(self) -> Iterator[Block]:
        """What is still held back; the next frame begins a new stretch."""
        if self._form is not None:
            yield from self._convert(last=True)
        self._form = None

    def _begin(self, frame: Any, form: tuple[int, str, str], at: float) -> None:
        self._form, self._rate_hz = form, form[0]
        self._since, self._fed, self._made = at, 0, 0
        self._weights = weights(channel_names(frame), self._stereo)
        self._converter = Converter(self._rate_hz, self._weights.shape[1])

    def _time(self, frame: Any, now: float) -> float:
        """When the frame begins; by counting samples where its own time makes no sense."""
        if frame.pts is None:
            return now
        at = float(frame.time) - self._clock.zero
        if abs(at - now) <= _GAP and self._fed:
            self._is_behind = False
            return at
        if not self._clock.is_sane(at):
            self._tally.add("pieces of sound with a senseless time", now)
            return now
        if at < now and self._fed:
            if not self._is_behind:
                self._tally.add("places where the time of the sound jumps back", now)
            self._is_behind = True
            return now
        self._is_behind = False
        return at

    def _cut(self, samples: NDArray[Any], at: float, rate_hz: int) -> tuple[NDArray[Any], float]:
        first = max(0, math.ceil((self._clock.start - at) * rate_hz - 1e-3))
        stop = samples.shape[1]
        if at + stop / rate_hz >= self._clock.end:
            stop = max(0, round((self._clock.end - at) * rate_hz))
            self.is_done = True
        return samples[:, first:stop], at + first / rate_hz

    def _convert(self, last: bool) -> Iterator[Block]:
        at = self._since + self._made / RATE_HZ
        made = self._resampled(at, last)
        self._made += len(made)
        if not len(made):
            return
        np.clip(made, -1.0, 1.0, out=made)
        if made.shape[1] == 1:
            yield Block(made[:, 0], at)
            return
        for i, side in enumerate(SIDES):
            yield Block(np.ascontiguousarray(made[:, i]), at, side)

    def _resampled(self, at: float, last: bool) -> NDArray[np.float32]:
        """What is held, as lines of 16 kHz, shape (m, lines)."""
        if not self._held:
            return self._converter.push(np.zeros((0, self._weights.shape[1]), np.float32), last)
        samples = np.concatenate(self._held, axis=1)
        self._held, self._n_held = [], 0
        fine, zeroed = zero_what_is_no_number(to_float(samples))
        if zeroed:
            self._tally.add("samples that were no numbers, set to zero", at, zeroed)
        if self._weights.shape == (1, 1):
            return self._converter.push(fine.T, last)
        return self._converter.push(fine.T @ self._weights, last)
