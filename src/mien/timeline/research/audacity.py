"""A label track of Audacity: start, end and label, apart by tabs."""

from __future__ import annotations

from mien.timeline.reading import Reading
from mien.timeline.research.labels import dimension_label, one_line, top_label
from mien.timeline.research.tiers import has_length
from mien.timeline.timeline import Timeline

_DIMENSIONS = ("valence", "arousal")


def to_audacity(timeline: Timeline) -> str:
    """Labels of the timeline of one source, a reading each, by start.

    Such as `Ana voice: anger 0.62 [0.41, 0.83], valence -0.30`; where nothing is told, only who
    and how. Labels may overlap.
    """
    timed = sorted(
        (reading for reading in timeline if has_length(reading, 1000)),
        key=lambda reading: (reading.start, reading.end),
    )
    return "".join(f"{r.start:.6f}\t{r.end:.6f}\t{_label(r)}\n" for r in timed)


def _label(reading: Reading) -> str:
    who = " ".join(filter(None, (one_line(reading.person), reading.channel.value)))
    named = ((name, dimension_label(reading, name)) for name in _DIMENSIONS)
    parts = [top_label(reading), *(f"{name} {value}" for name, value in named if value)]
    said = ", ".join(filter(None, parts))
    return f"{who}: {said}" if said else who
