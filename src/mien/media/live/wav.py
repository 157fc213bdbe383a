"""The head of a WAV that comes through a pipe: read forwards only, of known length or not."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from mien.core.errors import UnreadableSource
from mien.media.limits import MIB

Read = Callable[[int], bytes]
"""Gives exactly so many bytes; fewer only where the pipe ends."""

MAGIC_BYTES = 4
MAGICS = (b"RIFF", b"RF64")

_MOST_BEFORE = MIB
"""Tags and cue sheets before the sound; more than this is no WAV that a program streams."""

_NO_LENGTH = 0x7FFF0000
"""Who cannot know the length writes 0, all ones (FFmpeg) or about 2 GiB (sox, arecord)."""

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_FORMS = {
    (_PCM, 8): "u8",
    (_PCM, 16): "s16le",
    (_PCM, 24): "s24le",
    (_PCM, 32): "s32le",
    (_FLOAT, 32): "f32le",
    (_FLOAT, 64): "f64le",
}


@dataclass(frozen=True, slots=True)
class Pcm:
    """How samples are written.

    Attributes:
        rate_hz: Samples a second.
        channels: Side by side.
        form: One of `media.live.piped.FORMS`.
        n_bytes: Of all samples, or None where nobody knows.
    """

    rate_hz: int
    channels: int = 1
    form: str = "s16le"
    n_bytes: int | None = None


def read_head(read: Read, name: str) -> Pcm:
    """What the head of a WAV says; the next byte after it is the first sample's.

    Args:
        read: Of the pipe, right after the four bytes of `MAGICS`.
        name: Of the source.

    Raises:
        UnreadableSource: If it is cut, is not WAV after all, or holds no plain samples.
    """
    if _whole(read, 8, name)[4:] != b"WAVE":
        raise UnreadableSource(name, "a RIFF file that is not WAV: pipe it through ffmpeg -f wav -")
    found: Pcm | None = None
    before = 0
    while True:
        kind, size = struct.unpack("<4sI", _whole(read, 8, name))
        if kind == b"data":
            break
        before += size
        if before > _MOST_BEFORE:
            raise UnreadableSource(name, "no sound within the first MiB of a WAV")
        body = _whole(read, size + size % 2, name)  # chunks begin at even places
        if kind == b"fmt ":
            found = _form(body, name)
    if found is None:
        raise UnreadableSource(name, "a WAV whose sound begins before its format is told")
    n_bytes = size if 0 < size < _NO_LENGTH else None
    return Pcm(found.rate_hz, found.channels, found.form, n_bytes)


def _form(body: bytes, name: str) -> Pcm:
    if len(body) < 16:
        raise UnreadableSource(name, "a WAV whose format is cut")
    code, channels, rate_hz, _, _, bits = struct.unpack("<HHIIHH", body[:16])
    if code == _EXTENSIBLE and len(body) >= 26:
        (code,) = struct.unpack("<H", body[24:26])
    form = _FORMS.get((code, bits))
    if form is None:
        reason = f"a WAV of {bits} bits in code {code}: write plain samples (-c:a pcm_s16le)"
        raise UnreadableSource(name, reason)
    return Pcm(rate_hz, channels, form)


def _whole(read: Read, n: int, name: str) -> bytes:
    body = read(n)
    if len(body) < n:
        raise UnreadableSource(name, "it ends within the head of a WAV")
    return body
