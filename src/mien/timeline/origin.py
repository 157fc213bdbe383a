"""What is known of a source beside its readings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of thing a source is."""

    SOUND = "sound"
    VIDEO = "video"
    PHOTO = "photo"
    TRANSCRIPT = "transcript"
    CHAT = "chat"
    STREAM = "stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Something that was not read, and why; shown in every report's foot.

    Attributes:
        source: The name of the source.
        where: A time, a track, a line number, or empty for the whole source.
        reason: In words.
        count: How often it happened.
    """

    source: str
    where: str
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A small picture of a face at a telling moment.

    Attributes:
        person: Label within the source.
        at: Seconds.
        jpeg: The picture, JPEG bytes, long side at most 160 px.
        reading: Id of the reading it shows.
    """

    person: str | None
    at: float
    jpeg: bytes
    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is known of a source, so that a report needs no second look at the file.

    Attributes:
        source: Its name, as in `Reading.source`.
        kind: What it is.
        seconds: Whole length; None for a photo or a chat without times.
        start: Where reading began, in seconds; None for the beginning.
        end: Where reading was to stop; None for the end.
        tracks: One line each, such as `sound 1: aac, 48000 Hz, stereo, deu`.
        language: ISO 639-1 of the words, if known.
        envelope: Outline of the sound, peak of each of a fixed number of equal parts, 0 to 1.
        thumbnails: At most a few a person; empty if private.
        width_px: Of the upright picture, if there is one.
        height_px: Likewise.
        notes: What was odd but did no harm, in words.
        private: Whether words, names, sound and pictures were left out.
    """

    source: str
    kind: Kind
    seconds: float | None = None
    start: float | None = None
    end: float | None = None
    tracks: tuple[str, ...] = ()
    language: str | None = None
    envelope: tuple[float, ...] = ()
    thumbnails: tuple[Thumbnail, ...] = ()
    width_px: int | None = None
    height_px: int | None = None
    notes: tuple[str, ...] = ()
    private: bool = False
