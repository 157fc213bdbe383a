"""Voices and heard words by the names of those who speak then."""

from __future__ import annotations

from dataclasses import replace

from mien.media.annotations.speakers import Speakers
from mien.timeline.reading import Channel, Reading, stamp


def named(reading: Reading, speakers: Speakers) -> Reading:
    """The reading of a voice, or of words, with the speaker of its time; any other as it is.

    Args:
        reading: Stamped.
        speakers: Who speaks when.
    """
    is_open = reading.channel is not Channel.FACE and reading.person is None
    if not (speakers and is_open) or reading.start is None or reading.end is None:
        return reading
    speaker = speakers.whose(reading.start, reading.end)
    return reading if speaker is None else stamp(replace(reading, person=speaker), reading.source)
