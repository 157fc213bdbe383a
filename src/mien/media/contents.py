"""What a container holds, found out once before anything is read from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from av.stream import Disposition

from mien.core.errors import TooLarge, UnreadableSource
from mien.media import limits
from mien.media.container import (
    Clock,
    clock_of,
    decoded,
    is_cover,
    is_riff_cut,
    knows_length,
    open_container,
    seek,
)
from mien.media.mixing import Stereo, StereoProbe
from mien.media.pictures import upright_size
from mien.media.resample import to_float
from mien.media.sound import channel_names, raw_samples
from mien.media.tally import Tally

if TYPE_CHECKING:
    from av.container import InputContainer

_PROBE_SECONDS = 10.0
_PROBE_PLACES = 4
_FIRST_PACKETS = 400


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """The track of sound that is read.

    Attributes:
        index: Of the stream in the container.
        stereo: What to do with its channels, if there are two.
        language: As the file has it, ISO 639-2, or None.
        seconds: When it should end on the source's clock, or None if the file does not say.
    """

    index: int
    stereo: Stereo
    language: str | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class PictureTrack:
    """The track of pictures that is read.

    Attributes:
        index: Of the stream in the container.
        rate: Mean frames a second, or None if the file does not say.
        width_px: Of the upright picture with square pixels.
        height_px: Likewise.
        seconds: When it should end on the source's clock, or None if the file does not say.
    """

    index: int
    rate: float | None
    width_px: int
    height_px: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Contents:
    """All that reading needs to know of a container beforehand."""

    clock: Clock
    sound: SoundTrack | None
    pictures: PictureTrack | None
    tracks: tuple[str, ...]
    notes: tuple[str, ...]


def look_into(path: Path) -> Contents:
    """What a container holds.

    Raises:
        UnreadableSource: If it has neither sound nor pictures that can be decoded.
        TooLarge: If its header claims more than `media.limits` allow.
    """
    with open_container(path) as container:
        clock = clock_of(path, container)
        lines, notes = _describe(container), list[str]()
        sound = _choose_sound(path, container, clock, notes)
        pictures = _choose_pictures(path, container, clock, notes)
        if sound is not None and _is_pair(container.streams[sound.index]):
            sound = replace(sound, stereo=_judge_stereo(path, sound.index, clock))
    if sound is None and pictures is None:
        raise UnreadableSource(path, "it holds no sound and no pictures that can be decoded")
    if is_riff_cut(path):
        notes.append("the file ends early: its header promises more")
    return Contents(clock, sound, pictures, tuple(lines), tuple(notes))


def _describe(container: InputContainer) -> list[str]:
    lines: list[str] = []
    counts: dict[str, int] = {}
    for stream in container.streams:
        kind = {"audio": "sound", "video": "video", "subtitle": "subtitles"}.get(stream.type)
        if kind is None:
            continue
        counts[kind] = counts.get(kind, 0) + 1
        facts = [_codec(stream), *_numbers(stream), _language(stream)]
        lines.append(f"{kind} {counts[kind]}: {', '.join(fact for fact in facts if fact)}")
    return lines


def _codec(stream: Any) -> str:
    return str(stream.codec_context.name) if stream.codec_context else "unknown codec"


def _numbers(stream: Any) -> list[str]:
    if not stream.codec_context:
        return []
    if stream.type == "audio":
        return [f"{stream.codec_context.sample_rate} Hz", _layout(stream.codec_context)]
    if stream.type == "video" and is_cover(stream):
        return [f"{stream.width}x{stream.height}", "a cover"]
    if stream.type == "video":
        rate = stream.average_rate
        pace = f"{float(rate):.4g} fps" if rate else ""
        return [f"{stream.width}x{stream.height}", pace]
    return []


def _layout(context: Any) -> str:
    n = context.layout.nb_channels
    plain = {1: "mono", 2: "stereo"}.get(n, f"{n} channels")
    return (
        plain
        if {channel.name for channel in context.layout.channels} == {"NONE"}
        else str(context.layout.name)
    )


def _language(stream: Any) -> str:
    return "" if stream.language in (None, "und") else str(stream.language)


def _choose_sound(
    path: Path, container: InputContainer, clock: Clock, notes: list[str]
) -> SoundTrack | None:
    usable = [stream for stream in container.streams.audio if _has_sane_sound(stream, notes)]
    for stream in sorted(usable, key=_sound_rank):
        if _first_frame(path, stream.index, clock.zero) is None:
            notes.append(f"sound {_number(container.streams.audio, stream)} holds no samples")
            continue
        others = [other for other in usable if other is not stream]
        notes.extend(
            f"sound {_number(container.streams.audio, other)} was not read: "
            f"only one track is ({_language(other) or 'no language given'})"
            for other in others
        )
        return SoundTrack(
            stream.index, "mixed", stream.language, _track_end(container, stream, clock)
        )
    return None


def _has_sane_sound(stream: Any, notes: list[str]) -> bool:
    low, high = limits.SOUND_RATE_HZ
    context = stream.codec_context
    if not context:
        notes.append(f"sound in stream {stream.index} has a codec that is unknown here")
        return False
    if not low <= context.sample_rate <= high or context.layout.nb_channels > limits.SOUND_CHANNELS:
        notes.append(f"sound in stream {stream.index} has a senseless rate or number of channels")
        return False
    return True


def _sound_rank(stream: Any) -> tuple[bool, bool, int]:
    aside = (
        Disposition.comment
        | Disposition.visual_impaired
        | Disposition.descriptions
        | Disposition.karaoke
        | Disposition.clean_effects
    )
    return (
        bool(stream.disposition & aside),
        not stream.disposition & Disposition.default,
        stream.index,
    )


def _choose_pictures(
    path: Path, container: InputContainer, clock: Clock, notes: list[str]
) -> PictureTrack | None:
    for stream in container.streams.video:
        if not stream.codec_context:
            notes.append(f"video in stream {stream.index} has a codec that is unknown here")
            continue
        if is_cover(stream):
            notes.append("a cover picture was not read")
            continue
        if stream.width * stream.height > limits.VIDEO_PIXELS:
            raise TooLarge(
                path,
                f"its pictures are {stream.width} x {stream.height} pixels, "
                f"at most {limits.VIDEO_PIXELS:,} pixels are read",
            )
        frame = _first_frame(path, stream.index, clock.zero)
        if frame is None:
            notes.append("the video track holds no picture that can be decoded")
            continue
        width, height = upright_size(frame, stream)
        rate = float(stream.average_rate) if stream.average_rate else None
        return PictureTrack(stream.index, rate, width, height, _track_end(container, stream, clock))
    return None


def _first_frame(path: Path, index: int, zero: float) -> Any:
    # A container of its own: what has been taken from this one is lost for the other tracks.
    with open_container(path) as container:
        stream = container.streams[index]
        return next(decoded(container, stream, Tally(path.name), zero, _FIRST_PACKETS), None)


def _track_end(container: InputContainer, stream: Any, clock: Clock) -> float | None:
    if not knows_length(container):
        return None
    if stream.duration and stream.time_base:
        first = stream.start_time or 0
        return float((first + stream.duration) * float(stream.time_base) - clock.zero)
    return clock.seconds


def _number(streams: Any, wanted: Any) -> int:
    return next(i for i, stream in enumerate(streams, 1) if stream is wanted)


def _is_pair(stream: Any) -> bool:
    return len(channel_names(stream.codec_context)) == 2


def _judge_stereo(path: Path, index: int, clock: Clock) -> Stereo:
    probe = StereoProbe()
    length = clock.seconds or 0.0
    whole = length <= _PROBE_PLACES * _PROBE_SECONDS
    places = [0.0] if whole else [length * i / _PROBE_PLACES for i in range(_PROBE_PLACES)]
    span = _PROBE_PLACES * _PROBE_SECONDS if whole else _PROBE_SECONDS
    for place in places:
        with open_container(path) as container:
            stream = container.streams[index]
            seek(container, stream, place + clock.zero, roughly=True)
            _listen(container, stream, span, probe)
    return probe.judge()


def _listen(container: InputContainer, stream: Any, seconds: float, probe: StereoProbe) -> None:
    rate = stream.codec_context.sample_rate
    held: list[np.ndarray[Any, Any]] = []
    count = 0
    for frame in decoded(container, stream, Tally(""), 0.0):
        if frame.layout.nb_channels != 2 or frame.sample_rate != rate:
            continue
        held.append(to_float(raw_samples(frame)))
        count += frame.samples
        if count >= seconds * rate:
            break
    if held:
        probe.add(np.concatenate(held, axis=1), rate)
