"""Sound that another program writes into a pipe: WAV, or raw samples."""

from __future__ import annotations

from collections.abc import Iterator
from io import RawIOBase
from threading import Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import ConfigError, UnreadableSource
from mien.media.live.intake import Heard, Intake
from mien.media.live.wav import MAGIC_BYTES, MAGICS, Pcm, read_head

FORMS = {"u8": 1, "s16le": 2, "s24le": 3, "s32le": 4, "f32le": 4, "f64le": 8}
"""Bytes of a sample, by FFmpeg's names of forms."""

_TYPES = {"u8": "u1", "s16le": "<i2", "s32le": "<i4", "f32le": "<f4", "f64le": "<f8"}

_AT_ONCE = 64 * 1024
"""Bytes read at once at most, which is what a pipe holds; a read gives what is there."""

_WAITING = 4
"""Pieces read ahead; whoever writes faster than we read waits."""


class PipedSound:
    """What comes through a pipe, a `Feed`. The head of a WAV is read at once, so it may wait.

    Attributes:
        name: As given.
        rate_hz: Samples a second.
        channels: Side by side.
        form: How samples are written.
    """

    def __init__(self, pipe: RawIOBase, raw: Pcm | None = None, *, name: str = "stdin") -> None:
        """Find out what comes.

        Args:
            pipe: Unbuffered: a read must give what is there rather than wait for more.
            raw: How samples are written where no WAV says so.
            name: Of the source.

        Raises:
            UnreadableSource: If nothing comes, or neither a WAV nor what `raw` explains.
            ConfigError: If `raw` names an unknown form, or a WAV says otherwise.
        """
        if raw is not None and raw.form not in FORMS:
            raise ConfigError(f"no form {raw.form!r} of samples: choose from {', '.join(FORMS)}")
        self.name = name
        self.fault: str | None = None
        self._pipe = pipe
        self._intake = Intake(_WAITING)
        self._begun = _read_exactly(pipe, MAGIC_BYTES)
        if not self._begun:
            raise UnreadableSource(name, "nothing came through the pipe")
        if self._begun in MAGICS:
            self._begun = b""
            pcm = read_head(lambda n: _read_exactly(pipe, n), name)
            if raw is not None and raw.rate_hz != pcm.rate_hz:
                raise ConfigError(
                    f"a WAV of {pcm.rate_hz} Hz came, not samples at {raw.rate_hz} Hz: "
                    "leave --rate out"
                )
        elif raw is not None:
            pcm = raw
        else:
            reason = "no WAV: end the command before with -f wav -, or say --rate for raw samples"
            raise UnreadableSource(name, reason)
        self.rate_hz, self.channels, self._form = pcm.rate_hz, pcm.channels, pcm.form
        self.form = f"pcm_{pcm.form}"
        self._left = pcm.n_bytes
        self._frame_bytes = max(1, pcm.channels) * FORMS[pcm.form]

    def __iter__(self) -> Iterator[Heard]:
        """What comes, as soon as it does, until the pipe ends or `stop`."""
        # A thread that waits for the pipe can be left behind; this one must hear Ctrl-C.
        Thread(target=self._take, name="mien-pipe", daemon=True).start()
        return iter(self._intake)

    def stop(self) -> None:
        """End with what came so far."""
        self._intake.end()

    def _take(self) -> None:
        try:
            for body in self._frames():
                samples = to_samples(body, self._form, self.channels)
                if not self._intake.put(samples):
                    return
        except OSError as error:
            self.fault = f"the pipe broke: {error.strerror or error}"
        self._intake.end()

    def _frames(self) -> Iterator[bytes]:
        """Whole frames, the rest kept for the next read."""
        held, self._begun = self._begun, b""
        while self._left is None or self._left > 0:
            most = _AT_ONCE if self._left is None else min(_AT_ONCE, self._left)
            body = self._pipe.read(most) or b""
            if not body:
                break
            if self._left is not None:
                self._left -= len(body)
            held += body
            whole = len(held) // self._frame_bytes * self._frame_bytes
            if whole:
                yield held[:whole]
            held = held[whole:]
        if self._left:
            self.fault = "it ends before the length that its WAV head tells"
        elif held:
            self.fault = "it ends within a sample: are --format and --sound-channels right?"


def to_samples(body: bytes, form: str, channels: int) -> NDArray[Any]:
    """Samples as they are written, shape (n, channels).

    Args:
        body: Whole frames.
        form: One of `FORMS`; 24 bits become the upper ones of 32.
        channels: Side by side.
    """
    if form == "s24le":
        wide = np.zeros((len(body) // 3, 4), dtype=np.uint8)
        wide[:, 1:] = np.frombuffer(body, dtype=np.uint8).reshape(-1, 3)
        return wide.view("<i4").reshape(-1, channels)
    return np.frombuffer(body, dtype=_TYPES[form]).reshape(-1, channels)


def _read_exactly(pipe: RawIOBase, n: int) -> bytes:
    """So many bytes, or fewer where the pipe ends."""
    held = b""
    while len(held) < n:
        body = pipe.read(n - len(held))
        if not body:
            break
        held += body
    return held
