"""The one place where PyAV opens a file: quiet, without the network, errors in our words."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
from av.error import EOFError as StreamEnd
from av.error import FFmpegError
from av.stream import Disposition

from mien.core.errors import TooLarge, UnreadableSource
from mien.media import limits
from mien.media.tally import Tally

if TYPE_CHECKING:
    from av.container import InputContainer

FORMATS = (
    "wav,w64,flac,mp3,ogg,aac,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,flv,mpegts,mpeg,"
    "aiff,au,caf,ac3,eac3,amr,wv,ape,tta,h264,hevc,ivf,m4v"
)
"""Containers that FFmpeg may try. Playlists and picture sequences are left out: they name other
files, and a source must not make us open what the user did not name."""

_SEEKS_EXACTLY = {"wav", "w64", "flac", "mov", "matroska", "avi"}
"""Formats with an index or constant size; others are read from the start, since FFmpeg would
guess the place from the bit rate and the clock would be wrong."""

_KNOWS_LENGTH = {"mov", "matroska", "avi", "flac"}
"""Formats whose header says how long they are meant to be."""

_CODEC_LIMITS = {"max_pixels": str(limits.VIDEO_PIXELS)}
"""FFmpeg itself refuses larger frames, also where a stream grows on the way."""

_RETRIES = 3

# FFmpeg's log comes from threads of its own, and waiting for Python's lock there can hang.
av.logging.set_level(None)


@dataclass(frozen=True, slots=True)
class Clock:
    """How the times of a container become seconds from the start of the source.

    Attributes:
        zero: The container's own first time, in its seconds; the same for all tracks.
        seconds: Length, or None if the file does not say.
        start: Where reading begins.
        end: Where reading ends; infinite if nowhere.
    """

    zero: float
    seconds: float | None
    start: float = 0.0
    end: float = float("inf")

    def is_sane(self, at: float) -> bool:
        """Whether a time can be true: files with damaged times claim centuries."""
        return at <= (limits.SECONDS if self.seconds is None else 1.5 * self.seconds + 60.0)


# Before 19, a tag that is not UTF-8 made a sound file unreadable; 19 dropped the option.
_FORGIVING_TAGS: dict[str, Any] = (
    {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
)


def open_container(path: Path) -> InputContainer:
    """An opened container, to be closed by the caller.

    Raises:
        UnreadableSource: If FFmpeg cannot make sense of it.
        TooLarge: If it has more tracks than `limits.TRACKS`.
    """
    allowed = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
    try:
        container: InputContainer = av.open(
            str(path.absolute()),
            "r",
            options=_CODEC_LIMITS,
            container_options=allowed,
            **_FORGIVING_TAGS,
        )
    except FFmpegError as error:
        raise UnreadableSource(path, _reason(path, error)) from error
    if len(container.streams) > limits.TRACKS:
        container.close()
        raise TooLarge(path, f"{len(container.streams)} tracks, at most {limits.TRACKS} are read")
    return container


def clock_of(path: Path, container: InputContainer) -> Clock:
    """The clock that all tracks of a container share.

    Raises:
        TooLarge: If it claims to last longer than `limits.SECONDS`.
    """
    seconds = container.duration / 1e6 if container.duration else None
    if seconds is not None and seconds > limits.SECONDS:
        days = limits.SECONDS / 86_400
        raise TooLarge(
            path, f"it claims to last {seconds / 86_400:.0f} days, at most {days:.0f} are read"
        )
    return Clock((container.start_time or 0) / 1e6, seconds)


def decoded(
    container: InputContainer, stream: Any, tally: Tally, zero: float, packets: int | None = None
) -> Iterator[Any]:
    """The frames of one track; packets that cannot be decoded are counted and passed over.

    Args:
        container: An opened one.
        stream: The track in it.
        tally: Where faults are counted.
        zero: First time of the container, in seconds, for the times in the tally.
        packets: How many packets to look at; None for all.
    """
    what = "sound" if stream.type == "audio" else "video"
    stream.codec_context.options = _CODEC_LIMITS
    for packet in islice(_packets(container, stream, tally), packets):
        try:
            frames = packet.decode()
        except StreamEnd:
            return
        except (FFmpegError, ValueError):  # the latter for a codec that did not open, since 19
            at = None if packet.pts is None else packet.pts * float(stream.time_base) - zero
            tally.add(f"damaged packets of {what}", at)
            continue
        yield from frames


def seek(container: InputContainer, stream: Any, at: float, *, roughly: bool = False) -> None:
    """Move to a place at or before `at` (in the container's own seconds), if that is exact.

    Args:
        container: An opened one.
        stream: The track that will be read.
        at: Seconds.
        roughly: Whether a guess will do, for those who only sample the file.
    """
    is_wanted = roughly or format_of(container) in _SEEKS_EXACTLY
    if at <= 0 or not is_wanted or not stream.time_base:
        return
    try:
        container.seek(int(at / float(stream.time_base)), stream=stream, backward=True)
    except FFmpegError:
        container.seek(0)


def format_of(container: InputContainer) -> str:
    """FFmpeg's first name for the container, such as `mov` for mp4."""
    return container.format.name.split(",")[0]


def knows_length(container: InputContainer) -> bool:
    """Whether the length in the header tells how long the file was meant to be."""
    return format_of(container) in _KNOWS_LENGTH


def is_cover(stream: Any) -> bool:
    """Whether a video track is a cover picture or a strip of thumbnails."""
    covers = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
    if stream.disposition & covers:
        return True
    return stream.codec_context.name in ("png", "bmp", "gif") and stream.frames == 1


def is_riff_cut(path: Path) -> bool:
    """Whether a wav or avi file ends before the length in its header."""
    with path.open("rb") as file:
        head = file.read(8)
    if len(head) < 8 or head[:4] != b"RIFF":
        return False
    claimed = int(struct.unpack("<I", head[4:])[0])
    # Recorders that never came back to fill in the length leave 0 or all ones.
    return claimed not in (0, 0xFFFFFFFF) and claimed + 8 > path.stat().st_size + 1


def _packets(container: InputContainer, stream: Any, tally: Tally) -> Iterator[Any]:
    failures = 0
    while failures < _RETRIES:
        try:
            for packet in container.demux(stream):
                failures = 0
                yield packet
        except StreamEnd:
            return
        except FFmpegError:
            failures += 1
            tally.add("places where the container is damaged")
        else:
            return


def _reason(path: Path, error: FFmpegError) -> str:
    with path.open("rb") as file:
        head = file.read(12)
    if isinstance(error, MemoryError):
        return "it asks for more memory than there is"
    if head[4:8] == b"ftyp":
        return "the file ends before its index or is damaged (was a download cut?)"
    if head[:4] == b"RIFF":
        return "a header without sound or video behind it"
    return "not sound, video, a photo or a text that Mien knows"
