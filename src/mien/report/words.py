"""What was said: excerpts along the time axis, and a chat turn by turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mien.charts.html import Markup, tag
from mien.charts.svg import number, picture, shortened, text_width
from mien.report.ribbon import WIDTH
from mien.report.view import View
from mien.timeline.reading import Channel, Reading

TEXT_PX = 12.5
ROW_PX = 18.0
ROWS = 2
MOST_PX = 300.0
LEAST_PX = 110.0
"""Less than this of a longer text says nothing."""

MOST_TURNS = 400
"""Turns shown one by one; a longer chat is cut there, and says so."""


class Excerpt(NamedTuple):
    """Words on the lane: their true place, where they are written from, and in which row."""

    text: str
    at: float
    start: float
    row: int


def word_lane(view: View, label: str) -> Markup | None:
    """Excerpts in two staggered rows, the most telling first, as many as fit without touching."""
    spoken = [r for r in _with_words(view) if view.axis.place(r) is not None]
    taken: list[list[tuple[float, float]]] = [[] for _ in range(ROWS)]
    found = [_excerpt(r, view, taken) for r in sorted(spoken, key=_telling, reverse=True)]
    placed = [excerpt for excerpt in found if excerpt is not None]
    if not placed:
        return None
    # The lower row first: the halo of the words above it covers its stems.
    drawn = [_written(excerpt) for excerpt in sorted(placed, key=lambda e: (-e.row, e.at))]
    return picture(WIDTH, ROWS * ROW_PX + 2, drawn, label=label)


def _telling(reading: Reading) -> float:
    return reading.strength if reading.is_told else 0.0


def _with_words(view: View) -> list[Reading]:
    return [r for r in view.readings if r.channel is Channel.WORDS and r.text]


def _excerpt(
    reading: Reading, view: View, taken: Sequence[list[tuple[float, float]]]
) -> Excerpt | None:
    """The words at their place if a row has room for a readable piece of them."""
    begin, _ = view.axis.place(reading) or (0.0, 0.0)
    at = max(0.0, begin - view.axis.start) / view.axis.length * WIDTH
    said = " ".join((reading.text or "").split())
    name = f"{reading.person}: " if len(view.people) > 1 and reading.person else ""
    for row, spans in enumerate(taken):
        whole = min(text_width(f"{name}“{said}”", TEXT_PX), MOST_PX)
        start = min(at + 5, max(at - MOST_PX, WIDTH - whole))
        room = min([MOST_PX, WIDTH - start, *(low - 10 - start for low, _ in spans if low >= at)])
        text = shortened(f"{name}“{said}”", TEXT_PX, room)
        width = text_width(text, TEXT_PX)
        free = all(start >= high + 10 or start + width <= low - 10 for low, high in spans)
        if free and room >= min(LEAST_PX, whole):
            spans.append((min(at, start), start + width))
            return Excerpt(text, at, start, row)
    return None


def _written(excerpt: Excerpt) -> Markup:
    x, y = number(excerpt.at), excerpt.row * ROW_PX
    return tag(
        "g",
        tag("line", x1=x, x2=x, y1=0, y2=number(y + 15), class_="stem"),
        tag("text", excerpt.text, x=number(excerpt.start), y=number(y + 13), class_="word"),
    )
