"""One source, ready to be shown: its readings on tracks, the people's names, what is private."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mien.emotions.emotion import Emotion
from mien.moments import Moment
from mien.report.fused import fused_tracks
from mien.report.ribbon import shown
from mien.report.track import Axis, Track, axis_of, tracks_of
from mien.timeline.card import Card
from mien.timeline.origin import Kind, Origin, Skipped
from mien.timeline.reading import Channel, Reading
from mien.timeline.timeline import Timeline

UNKNOWN = {
    Channel.VOICE: "speaker unknown",
    Channel.FACE: "a face",
    Channel.WORDS: "speaker unknown",
}


@dataclass(frozen=True)
class View:
    """What a report knows of one source.

    Attributes:
        origin: The source itself.
        readings: In the order they were read.
        cards: Of the decoders that took part.
        skipped: What was not read of this source, or of one that gave nothing at all.
        moments: Of the same source, in order; none where only readings are told.
    """

    origin: Origin
    readings: tuple[Reading, ...]
    cards: tuple[Card, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    moments: tuple[Moment, ...] = ()

    @cached_property
    def axis(self) -> Axis:
        """Seconds, or turns where a chat has no times."""
        return axis_of(self.readings, self.origin)

    @cached_property
    def tracks(self) -> list[Track]:
        """One a person, channel and decoder; before those of several, what they say together."""
        own = tracks_of(self.readings, self.axis)
        fused = fused_tracks(self.moments, self.axis)
        named = dict.fromkeys((*(track.person for track in own), *fused))
        people = sorted(named, key=lambda person: person is None)
        return [
            track
            for person in people
            for track in (*fused.get(person, ()), *(t for t in own if t.person == person))
        ]

    def label(self, reading: Reading) -> str:
        """Where a reading comes from: its channel, or its decoder where several read that."""
        return self._labels.get(_lane(reading), reading.channel.value)

    @cached_property
    def _labels(self) -> dict[tuple[str | None, str], str]:
        return {_lane(track.readings[0]): track.label for track in self.tracks}

    @cached_property
    def emotions(self) -> tuple[Emotion, ...]:
        """Those with a color in this view, from the bottom of a ribbon up, without Neutral."""
        return shown(self.tracks)

    @property
    def is_photo(self) -> bool:
        """Whether there is no time in it at all."""
        return self.origin.kind is Kind.PHOTO

    @property
    def is_chat(self) -> bool:
        """Whether it is a conversation in writing without times."""
        return self.axis.by_turn and not self.is_photo

    @property
    def told(self) -> list[Reading]:
        """The readings whose decoder commits itself."""
        return [reading for reading in self.readings if reading.is_told]

    @property
    def tells_little(self) -> bool:
        """Whether fewer than one reading in five commits itself, or none does."""
        return len(self.told) * 5 < max(1, len(self.readings))

    @property
    def people(self) -> tuple[str | None, ...]:
        """Everyone with a track, in order; None stands for whom nobody named."""
        return tuple(dict.fromkeys(track.person for track in self.tracks))

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Channels with readings, in their usual order."""
        return tuple(c for c in Channel if any(r.channel is c for r in self.readings))


def _lane(reading: Reading) -> tuple[str | None, str]:
    return reading.person, reading.decoder


def views_of(timeline: Timeline, moments: Iterable[Moment] = ()) -> list[View]:
    """One view a source, in order; a source without an origin is taken for a stream.

    What was skipped of sources that gave nothing at all goes to the view if there is only one.
    """
    known = {origin.source: origin for origin in timeline.origins}
    told: dict[str, list[Moment]] = {}
    for moment in moments:
        told.setdefault(moment.source, []).append(moment)
    readings: dict[str, list[Reading]] = {}
    for reading in timeline.readings:
        readings.setdefault(reading.source, []).append(reading)
    views = [
        view_of(
            known.get(source) or Origin(source=source, kind=Kind.STREAM),
            readings.get(source, []),
            timeline.cards,
            timeline.skipped,
            told.get(source, ()),
        )
        for source in timeline.sources
    ]
    if len(views) == 1:
        return [replace(views[0], skipped=(*views[0].skipped, *unread(timeline)))]
    return views


def unread(timeline: Timeline) -> tuple[Skipped, ...]:
    """What was skipped of sources that gave nothing at all, such as a file that did not open."""
    return tuple(skip for skip in timeline.skipped if skip.source not in timeline.sources)


def view_of(
    origin: Origin,
    readings: Sequence[Reading],
    cards: Sequence[Card] = (),
    skipped: Sequence[Skipped] = (),
    moments: Sequence[Moment] = (),
) -> View:
    """The view of one source.

    Args:
        origin: The source.
        readings: All of this source.
        cards: Of any decoders; those that read nothing here are left out.
        skipped: Of any sources.
        moments: Of this source.
    """
    own = tuple(readings)
    used = {r.decoder for r in own}
    return View(
        origin,
        own,
        tuple(card for card in cards if card.decoder in used or not own),
        tuple(skip for skip in skipped if skip.source == origin.source),
        tuple(moments),
    )


def who(person: str | None, channel: Channel) -> str:
    """What to call someone: the label within the source, or that nobody said who it is."""
    return person if person is not None else UNKNOWN[channel]


def shortened(text: str, most: int) -> str:
    """The beginning of a text; an ellipsis stands for what is left out."""
    return text if len(text) <= most else text[:most] + "…"
