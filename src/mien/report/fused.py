"""What all channels of a person say together: one ribbon, above those of the channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mien.moments import Moment
from mien.report.track import Axis, Track, tracks_of
from mien.timeline.reading import Channel, Reading, Reason

LABEL = "all channels"


def fused_tracks(moments: Iterable[Moment], axis: Axis) -> Mapping[str | None, list[Track]]:
    """A track for each person whose moments rest on several channels."""
    people: dict[str | None, list[Moment]] = {}
    for moment in moments:
        people.setdefault(moment.person, []).append(moment)
    tracks = {person: _tracks(own, axis) for person, own in people.items() if _is_several(own)}
    return {person: found for person, found in tracks.items() if found}


def is_fused(track: Track) -> bool:
    """Whether a track is of all channels together."""
    return track.label == LABEL


def _is_several(moments: Sequence[Moment]) -> bool:
    return len({channel for moment in moments for channel in moment.channels}) > 1


def _tracks(moments: Sequence[Moment], axis: Axis) -> list[Track]:
    channel = next(channel for moment in moments for channel in moment.channels)
    tracks = tracks_of([_reading(moment, channel) for moment in moments], axis)
    return [replace(track, label=LABEL) for track in tracks]


def _reading(moment: Moment, channel: Channel) -> Reading:
    """A moment as tracks take it: its fused shares over its span."""
    weights = [evidence.weight * evidence.quality for evidence in moment.evidence]
    return Reading(
        source=moment.source,
        start=moment.start,
        end=moment.end,
        turn=moment.turns[0] if moment.turns else None,
        channel=channel,
        person=moment.person,
        scores=moment.emotions,
        valence=moment.valence,
        valence_sd=moment.valence_sd,
        arousal=moment.arousal,
        arousal_sd=moment.arousal_sd,
        confidence=moment.confidence,
        quality=sum(weights),
        verdict=moment.verdict,
        reason=None if moment.is_told else Reason.LOW_CONFIDENCE,
        text=next((evidence.quote for evidence in moment.evidence if evidence.quote), None),
        decoder="fused",
    )
