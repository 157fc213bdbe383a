"""Which labels mean the same person: a face and a voice of one recording, where that is clear.

Mouths are not watched: at five pictures a second they say little. Two rules remain.

- **Alone**: one face and one voice in a recording are one person.
- **Together**: where there are several, a face belongs to a voice if it is seen while that voice
  is heard and hardly otherwise, far more than by chance: as a recording does that cuts to whoever
  speaks. Chance is the same voice moved in time, all others with it. Two people who are both in
  the picture all the time stay four labels, for nothing tells whose voice is whose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.timeline.reading import Channel, Reading, Reason, stamp

STEP = 0.2
"""Seconds of a cell in which a face is seen or not, a voice heard or not."""

LEAST_SEEN = 0.8
"""Of a voice's time in which its face must be seen."""

MOST_ELSE = 0.4
"""Of the time of other voices in which it may be."""

LEAST_CERTAINTY = 0.99
"""Share of the moved voices that must fit a face less well."""

LEAST_SPOKEN = 5.0
"""Seconds that a voice must be heard for, and in how many turns, so that chance has room."""
LEAST_TURNS = 3

MOST_UNNAMED = 0.2
"""Of the time of the only named voice and of nobody's that may be nobody's for it to be alone."""

_MOVES = 400
_GIVEN = re.compile(r"(Face|Voice) \d+|left|right")

Cells = NDArray[np.bool_]
Spans = Sequence[tuple[float, float]]


class Tie(NamedTuple):
    """A face and a voice that are one person.

    Attributes:
        face: Its label.
        voice: The voice's label; None for the only one, which nobody named.
        certainty: 1 under the first rule, which is an assumption; under the second the share of
            moved voices that fit the face less well.
    """

    face: str
    voice: str | None
    certainty: float


def people(readings: Sequence[Reading]) -> Mapping[str, str]:
    """Labels of one source by the name that they share; labels that stay alone are left out.

    A name that a person gave wins over `Face 1` and `Voice 1`; without one it is `Person 1`, and
    so on, by the first appearance.

    Args:
        readings: Of one source, in any order.
    """
    return {label: name for tie, name in _named(readings) for label in tie[:2] if label is not None}


def as_people(readings: Sequence[Reading]) -> list[Reading]:
    """The readings under the names that `people` finds, in their order.

    Where nobody is named for any voice or words, they are the only voice's if the first rule
    holds. Readings that change get a new id, as their person is part of it.
    """
    named = _named(readings)
    names = {label: name for tie, name in named for label in tie[:2] if label is not None}
    unnamed = next((name for tie, name in named if tie.voice is None), None)
    return [_under(reading, names, unnamed) for reading in readings]


def ties(readings: Sequence[Reading]) -> tuple[Tie, ...]:
    """Faces and voices of one source that are one person, by the first appearance of the face."""
    faces = _seen(readings, [Channel.FACE])
    voices = _seen(readings, [Channel.VOICE, Channel.WORDS])
    known = {label: spans for label, spans in voices.items() if label is not None}
    if len(faces) == 1 and _is_one(voices):
        face, voice = next(iter(faces)), next(iter(known or voices))
        return (Tie(face, voice, 1.0),) if face is not None and face != voice else ()
    shown = {label: spans for label, spans in faces.items() if label is not None}
    return _together(shown, known) if len(known) > 1 and shown else ()


def _named(readings: Sequence[Reading]) -> list[tuple[Tie, str]]:
    taken = {reading.person for reading in readings}
    free = (name for n in range(1, len(taken) + 2) if (name := f"Person {n}") not in taken)
    return [(tie, _name(tie, free)) for tie in ties(readings)]


def _name(tie: Tie, free: Iterator[str]) -> str:
    for label in (tie.voice, tie.face):
        if label is not None and not _GIVEN.fullmatch(label):
            return label
    return next(free)


def _under(reading: Reading, names: Mapping[str, str], unnamed: str | None) -> Reading:
    is_voice = reading.channel is not Channel.FACE
    name = names.get(reading.person) if reading.person is not None else is_voice and unnamed
    if not name or name == reading.person:
        return reading
    return stamp(replace(reading, person=name), reading.source)


def _is_one(voices: Mapping[str | None, Spans]) -> bool:
    """Whether there is one voice: nobody is named for it, or for a little of it at most."""
    if len(voices) < 2:
        return bool(voices)
    unnamed = _seconds(voices.get(None, ()))
    return len(voices) == 2 and 0 < unnamed <= MOST_UNNAMED * sum(map(_seconds, voices.values()))


def _seconds(spans: Spans) -> float:
    return sum(end - start for start, end in spans)


def _seen(
    readings: Iterable[Reading], channels: Sequence[Channel]
) -> dict[str | None, list[tuple[float, float]]]:
    """Spans of each label, by its first appearance; a decoder that found nothing saw nobody."""
    found: dict[str | None, list[tuple[float, float]]] = {}
    timed = [r for r in readings if r.channel in channels and r.reason is not Reason.NO_DATA]
    for reading in sorted(timed, key=lambda r: (r.start or 0.0, r.person or "")):
        if reading.start is not None and reading.end is not None:
            found.setdefault(reading.person, []).append((reading.start, reading.end))
    return found


def _together(faces: Mapping[str, Spans], voices: Mapping[str, Spans]) -> tuple[Tie, ...]:
    n = 1 + max(
        int(end / STEP) for spans in (*faces.values(), *voices.values()) for _, end in spans
    )
    heard = np.stack([_cells(spans, n) for spans in voices.values()])
    found: list[Tie] = []
    for face, spans in faces.items():
        cells = _cells(spans, n)
        fitting = [tie for tie in _fits(face, cells, list(voices), heard) if tie is not None]
        if len(fitting) == 1:
            found.append(fitting[0])
    # A voice that fits two faces is one that both listen to: nobody's for sure.
    claimed = [tie.voice for tie in found]
    return tuple(tie for tie in found if claimed.count(tie.voice) == 1)


def _fits(face: str, cells: Cells, labels: Sequence[str], heard: Cells) -> Iterator[Tie | None]:
    for i, label in enumerate(labels):
        own, others = heard[i], np.delete(heard, i, axis=0).any(axis=0) & ~heard[i]
        turns = int((np.diff(own.astype(np.int8), prepend=0) > 0).sum())
        if min(own.sum(), others.sum()) * STEP < LEAST_SPOKEN or turns < LEAST_TURNS:
            continue
        if cells[own].mean() < LEAST_SEEN or cells[others].mean() > MOST_ELSE:
            continue
        certainty = _certainty(cells, own, others)
        yield Tie(face, label, certainty) if certainty >= LEAST_CERTAINTY else None


def _certainty(cells: Cells, own: Cells, others: Cells) -> float:
    """Share of the voices moved around in time that fit the face less well."""
    lead = cells[own].mean() - cells[others].mean()
    moves = np.linspace(0, len(cells), min(_MOVES, len(cells)) + 1)[1:-1].astype(np.int64)
    moved = (np.roll(cells, -by) for by in moves)
    worse = [float(other[own].mean() - other[others].mean()) < lead for other in moved]
    return float(np.mean(worse)) if worse else 0.0


def _cells(spans: Spans, n: int) -> Cells:
    cells = np.zeros(n, dtype=np.bool_)
    for start, end in spans:
        cells[int(start / STEP) : max(int(start / STEP) + 1, round(end / STEP))] = True
    return cells
