"""Readings of several channels, gathered to what becomes one moment: a turn, or a while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mien.timeline.reading import Channel, Reading

WHILE = 5.0
"""Seconds that faces alone are gathered over, where nobody speaks or is heard."""

PATIENCE = 2.0
"""Seconds past its end that a stretch waits for readings that belong to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What becomes one moment.

    Attributes:
        source: Name of the file, stream or chat.
        person: Whose it is, or None if unknown.
        start: Seconds, or None in a chat without times; so is `end`.
        readings: Of all channels, in order of arrival; at least one.
    """

    source: str
    person: str | None
    start: float | None
    end: float | None
    readings: tuple[Reading, ...]

    @property
    def words(self) -> Reading | None:
        """The reading of its words, if there are any."""
        return next((r for r in self.readings if r.channel is Channel.WORDS), None)

    @property
    def turns(self) -> tuple[int, ...]:
        """The turns that it covers."""
        found = (r.turn for r in self.readings if r.turn is not None)
        return tuple(sorted(dict.fromkeys(found)))

    def of(self, channel: Channel) -> tuple[Reading, ...]:
        """Its readings of one channel."""
        return tuple(r for r in self.readings if r.channel is channel)


@dataclass(slots=True)
class _Open:
    person: str | None
    start: float
    end: float
    rank: int
    readings: list[Reading] = field(default_factory=list)


class Gathering:
    """Stretches of one source, from readings that come about in order of time.

    Words open a stretch of their own, a turn. A voice joins the turn that it overlaps by half of
    the shorter one, or opens an utterance. A face joins the stretch of its own person that goes
    on at its time, or the person's present while. Readings without times, as in a chat, are
    complete at once.
    """

    def __init__(self) -> None:
        self._open: list[_Open] = []

    def push(self, reading: Reading) -> list[Stretch]:
        """The stretches that are complete now, by start."""
        if reading.start is None or reading.end is None:
            return [_alone(reading)]
        complete = self._closed(before=reading.start - PATIENCE)
        self._take(reading, reading.start, reading.end)
        return complete

    def close(self) -> list[Stretch]:
        """What was still open, by start."""
        return self._closed(before=float("inf"))

    def _closed(self, before: float) -> list[Stretch]:
        if all(one.end >= before for one in self._open):
            return []
        # A stretch waits for those that began before it, so that moments come in order.
        waiting = min((o.start for o in self._open if o.end >= before), default=float("inf"))
        ready = [o for o in self._open if o.end < before and o.start <= waiting]
        self._open = [o for o in self._open if not (o.end < before and o.start <= waiting)]
        return [_stretch(one) for one in sorted(ready, key=lambda one: one.start)]

    def _take(self, reading: Reading, start: float, end: float) -> None:
        home = next(self._homes(reading, start, end), None)
        if home is None:
            home = _Open(reading.person, start, end, _RANK[reading.channel])
            self._open.append(home)
        elif _RANK[reading.channel] < home.rank:
            # Words that come after the voice of the same time set the stretch's bounds.
            home.start, home.end, home.rank = start, end, _RANK[reading.channel]
        elif home.rank == _RANK[Channel.FACE]:
            home.end = max(home.end, end)
        home.person = home.person if home.person is not None else reading.person
        home.readings.append(reading)

    def _homes(self, reading: Reading, start: float, end: float) -> Iterator[_Open]:
        for one in sorted(self._open, key=lambda one: -_overlap(one, start, end)):
            if not _may_be_one(one.person, reading):
                continue
            if reading.channel is Channel.FACE:
                if one.rank == _RANK[Channel.FACE]:
                    if start < one.start + WHILE:
                        yield one
                elif one.start <= start < one.end:
                    yield one
            elif one.rank != _RANK[reading.channel]:
                shorter = min(end - start, one.end - one.start)
                if one.rank < _RANK[Channel.FACE] and _overlap(one, start, end) >= shorter / 2:
                    yield one


_RANK = {Channel.WORDS: 0, Channel.VOICE: 1, Channel.FACE: 2}


def gather(readings: Iterable[Reading]) -> list[Stretch]:
    """All stretches of one source's readings, which may come in any order.

    Readings with times are taken in order of their start; the others stay in order.
    """
    gathering = Gathering()
    timed = [r for r in readings if r.start is not None]
    ordered = sorted(timed, key=lambda r: (r.start, _RANK[r.channel]))
    found = [s for r in readings if r.start is None for s in gathering.push(r)]
    found += [s for r in ordered for s in gathering.push(r)]
    return found + gathering.close()


def _may_be_one(person: str | None, reading: Reading) -> bool:
    if person == reading.person:
        return True
    # A voice nobody is named for is that of whoever speaks then; a face may be anybody's.
    return reading.channel is not Channel.FACE and (person is None or reading.person is None)


def _overlap(one: _Open, start: float, end: float) -> float:
    return max(0.0, min(one.end, end) - max(one.start, start))


def _alone(reading: Reading) -> Stretch:
    return Stretch(
        source=reading.source, person=reading.person, start=None, end=None, readings=(reading,)
    )


def _stretch(one: _Open) -> Stretch:
    first = one.readings[0]
    return Stretch(
        source=first.source,
        person=one.person,
        start=one.start,
        end=one.end,
        readings=tuple(one.readings),
    )
