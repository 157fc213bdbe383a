"""A row a person: what research tables and spreadsheets want of many recordings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.core.spans import Span, merge
from mien.emotions.emotion import Emotion
from mien.timeline.reading import Channel
from mien.timeline.schema import scores_array
from mien.timeline.steady import Mean, steady_mean
from mien.timeline.timeline import Lane, Timeline

DIMENSIONS = ("valence", "arousal", "dominance")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSummary:
    """What one decoder saw of one person in one source.

    Attributes:
        source: The file.
        person: A label within the file; None if nobody named them.
        channel: Voice, face or words.
        decoder: With its version.
        readings: How many there are.
        told: In how many of them the decoder commits itself.
        seconds_seen: How long the person was heard or seen, told or not; 0 without times.
        seconds_told: How much of it is told.
        means: Of each dimension and each emotion's share over told readings, by name; only what
            the decoder judges.
    """

    source: str
    person: str | None
    channel: Channel
    decoder: str
    readings: int
    told: int
    seconds_seen: float
    seconds_told: float
    means: Mapping[str, Mean]

    @property
    def cannot_tell(self) -> float:
        """The part of the readings in which the decoder does not commit itself, 0 to 1."""
        return 1.0 - self.told / self.readings


def people_of(timelines: Iterable[Timeline]) -> list[PersonSummary]:
    """A row for each person of each source, by channel and decoder, in order of appearance.

    Channels are not mixed: what a face and what words show are estimates of different things by
    different raters. Means weigh each told reading by its seconds (messages without times and
    photos count one each); see `steady_mean` for the intervals.
    """
    return [_summary(timeline, lane) for timeline in timelines for lane in timeline.lanes]


def _summary(timeline: Timeline, lane: Lane) -> PersonSummary:
    every = timeline.of_lane(lane)
    told = every.told()
    return PersonSummary(
        source=lane.source,
        person=lane.person,
        channel=lane.channel,
        decoder=lane.decoder,
        readings=len(every),
        told=len(told),
        seconds_seen=_seconds(every),
        seconds_told=_seconds(told),
        means=_means(told),
    )


def _seconds(timeline: Timeline) -> float:
    starts, ends = _column(timeline, "start"), _column(timeline, "end")
    timed = ~np.isnan(starts) & ~np.isnan(ends)
    pairs = zip(starts[timed].tolist(), ends[timed].tolist(), strict=True)
    return sum(span.seconds for span in merge(Span(*pair) for pair in pairs))


def _means(told: Timeline) -> dict[str, Mean]:
    if not len(told):
        return {}
    lengths = _column(told, "end") - _column(told, "start")
    weights = np.where(lengths > 0, lengths, 1.0)
    shares = scores_array(told.table).astype(np.float64)
    columns = {name: _column(told, name) for name in DIMENSIONS}
    columns |= {emotion.value: shares[:, emotion.position] for emotion in Emotion}
    return {
        name: steady_mean(values[known], weights[known])
        for name, values in columns.items()
        if (known := ~np.isnan(values)).any()
    }


def _column(timeline: Timeline, name: str) -> NDArray[np.float64]:
    numbers = timeline.table.column(name).to_numpy()
    return np.asarray(numbers, dtype=np.float64)
