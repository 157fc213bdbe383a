"""Which number of a date is the day: decided from all dates of a chat, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from mien.media.exports.talk import Order, UnknownForm


class Stamp(NamedTuple):
    """A date and time as they were written.

    Attributes:
        line: In the file, from 1.
        parts: The three numbers of the date, as they stand.
        mark: What stands between them.
        hour: From 0 to 23.
        minute: Of the hour.
        second: Of the minute; 0 where none is written.
    """

    line: int
    parts: tuple[int, int, int]
    mark: str
    hour: int
    minute: int
    second: int


Reading = Callable[[tuple[int, int, int]], tuple[int, int, int]]

_READINGS: dict[str, Reading] = {
    "year": lambda p: (p[0], p[1], p[2]),
    "day": lambda p: (p[2], p[1], p[0]),
    "month": lambda p: (p[2], p[0], p[1]),
}


def decide(stamps: Sequence[Stamp], order: Order = Order.AUTO) -> list[datetime]:
    """The times, without a zone, in the one order in which all are dates.

    If both are possible, the mark decides: with dots, the day comes first in every locale. Else
    the order in which messages come in time does; a chat whose times run backward under one
    reading was not written so.

    Raises:
        UnknownForm: If the dates fit no order, or fit two.
    """
    # Four digits first are a year in every locale.
    is_year = bool(stamps) and all(stamp.parts[0] > 31 for stamp in stamps)
    names = ["year"] if is_year else ["day", "month"] if order is Order.AUTO else [order.value]
    fitting = {name: times for name in names if (times := _times(stamps, name)) is not None}
    if not fitting:
        raise UnknownForm(_misfit(stamps, names))
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    if fitting["day"] == fitting["month"] or all(stamp.mark == "." for stamp in stamps):
        return fitting["day"]
    orderly = [name for name, times in fitting.items() if times == sorted(times)]
    if len(orderly) == 1:
        return fitting[orderly[0]]
    first = stamps[0].mark.join(f"{n:02}" for n in stamps[0].parts)
    raise UnknownForm(
        f"dates such as {first} fit both orders: say which it is with --dates day or --dates month"
    )


def _times(stamps: Sequence[Stamp], name: str) -> list[datetime] | None:
    reading = _READINGS[name]
    times = []
    for stamp in stamps:
        time = _time(stamp, reading)
        if time is None:
            return None
        times.append(time)
    return times


def _time(stamp: Stamp, reading: Reading) -> datetime | None:
    year, month, day = reading(stamp.parts)
    try:
        year += 2000 if year < 100 else 0
        return datetime(year, month, day, stamp.hour, stamp.minute, stamp.second)
    except ValueError:
        return None


def _misfit(stamps: Sequence[Stamp], names: Sequence[str]) -> str:
    for stamp in stamps:
        if all(_time(stamp, _READINGS[name]) is None for name in names):
            return f"line {stamp.line} begins with a date that is none"
    return "some dates have the day first and others the month: are these two chats in one file?"
