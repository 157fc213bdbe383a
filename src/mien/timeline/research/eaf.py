"""ELAN's annotation format, EAF 3.0.

Source: "EAF Annotation Format", Max Planck Institute for Psycholinguistics, schema EAFv3.0.xsd.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from xml.sax.saxutils import escape, quoteattr

from mien.timeline.origin import Kind, Origin
from mien.timeline.research.labels import one_line
from mien.timeline.research.tiers import Tier, tiers_of
from mien.timeline.timeline import Timeline

_PER_SECOND = 1_000
_MEDIA = (Kind.SOUND, Kind.VIDEO)
_TYPE = "estimate"


def to_eaf(timeline: Timeline, at: datetime) -> str:
    """An ELAN document of the timeline of one source; where nothing is told, values are empty.

    Args:
        timeline: Of one source.
        at: When it was made, with an offset from UTC: ELAN demands it.
    """
    tiers = tiers_of(timeline, _PER_SECOND)
    slots = _Slots(tiers)
    schema = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<ANNOTATION_DOCUMENT AUTHOR="Mien" DATE={quoteattr(at.isoformat(timespec="seconds"))}'
        ' FORMAT="3.0" VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f" xsi:noNamespaceSchemaLocation={quoteattr(schema)}>",
        '    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">',
        *(_medium(origin) for origin in timeline.origins if _is_at_hand(origin)),
        "    </HEADER>",
        *slots.lines(),
    ]
    numbers = count(1)
    for tier in tiers:
        lines += _tier_lines(tier, numbers, slots)
    lines += [
        f'    <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="{_TYPE}"'
        ' TIME_ALIGNABLE="true"/>',
        "</ANNOTATION_DOCUMENT>",
    ]
    return "\n".join(lines) + "\n"


def _is_at_hand(origin: Origin) -> bool:
    return origin.kind in _MEDIA and not origin.private


def _medium(origin: Origin) -> str:
    form = mimetypes.guess_type(origin.source)[0] or "unknown"
    url = quoteattr("./" + one_line(origin.source))
    return (
        f'        <MEDIA_DESCRIPTOR MEDIA_URL={url} MIME_TYPE="{form}" RELATIVE_MEDIA_URL={url}/>'
    )


class _Slots:
    """Two time slots for each annotation, in order of time: two annotations never share one."""

    def __init__(self, tiers: Sequence[Tier]) -> None:
        self._times = [time for tier in tiers for it in tier.intervals for time in it[:2]]
        self._order = sorted(range(len(self._times)), key=self._times.__getitem__)
        self._numbers = {place: number for number, place in enumerate(self._order, 1)}

    def lines(self) -> Iterator[str]:
        """The element that lists them."""
        yield "    <TIME_ORDER>"
        for number, place in enumerate(self._order, 1):
            time = self._times[place]
            yield f'        <TIME_SLOT TIME_SLOT_ID="ts{number}" TIME_VALUE="{time}"/>'
        yield "    </TIME_ORDER>"

    def references(self, annotation: int) -> str:
        """The attributes of the `annotation`-th, from 1, in order of tiers."""
        first, last = (self._numbers[2 * annotation - back] for back in (2, 1))
        return f'TIME_SLOT_REF1="ts{first}" TIME_SLOT_REF2="ts{last}"'


def _tier_lines(tier: Tier, numbers: Iterator[int], slots: _Slots) -> Iterator[str]:
    person = one_line(tier.lane.person)
    participant = f" PARTICIPANT={quoteattr(person)}" if person else ""
    yield (
        f'    <TIER ANNOTATOR={quoteattr(tier.lane.decoder)} LINGUISTIC_TYPE_REF="{_TYPE}"'
        f"{participant} TIER_ID={quoteattr(tier.name)}>"
    )
    for interval in tier.intervals:
        n = next(numbers)
        yield "        <ANNOTATION>"
        yield f'            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a{n}" {slots.references(n)}>'
        yield f"                <ANNOTATION_VALUE>{escape(interval.text)}</ANNOTATION_VALUE>"
        yield "            </ALIGNABLE_ANNOTATION>"
        yield "        </ANNOTATION>"
    yield "    </TIER>"
