"""Captions with emotions in brackets, as descriptions of sounds stand in them.

Source: WebVTT, W3C Candidate Recommendation (2019), sections 4.1 and 4.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from mien.timeline.reading import Reading
from mien.timeline.research.labels import one_line, top_label
from mien.timeline.research.tiers import has_length
from mien.timeline.timeline import Timeline

HEAD = "WEBVTT\n\nNOTE Made by Mien\n"
"""How such a file begins, so that it is never taken for somebody's own captions."""


def to_webvtt(timeline: Timeline) -> str:
    """Captions of the timeline of one source, a cue a reading that has words or tells something.

    Such as `<v Ana>I am fine. [words: anger 0.62 (0.41 to 0.83)]`.
    """
    timed = sorted(
        (reading for reading in timeline if has_length(reading, 1000)),
        key=lambda reading: (reading.start, reading.end),
    )
    return "\n".join([HEAD, *(cue for reading in timed for cue in _cue(reading))])


def _cue(reading: Reading) -> Iterator[str]:
    start, end = (round((time or 0.0) * 1000) for time in (reading.start, reading.end))
    text = " ".join(filter(None, (escape(one_line(reading.text), quote=False), _told(reading))))
    if text:
        yield f"{_clock(start)} --> {_clock(end)}\n{_voice(reading.person)}{text}\n"


def _told(reading: Reading) -> str:
    # Round parentheses inside: brackets in brackets would end the description too early.
    label = top_label(reading).replace("[", "(").replace("]", ")").replace(", ", " to ")
    return f"[{reading.channel.value}: {label}]" if label else ""


def _voice(person: str | None) -> str:
    name = escape(one_line(person), quote=False)
    return f"<v {name}>" if name else ""


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{rest:03}"
