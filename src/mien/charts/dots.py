"""Dots with intervals on one scale, a row a thing compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mien.charts.html import Markup, tag
from mien.charts.svg import number

HEIGHT = 26
MOST_TICKS = 8
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)


class Span(NamedTuple):
    """What the scale shows, with its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> str:
        """Where a value lies, in percent of the width."""
        return f"{number(100 * (value - self.low) / (self.high - self.low))}%"

    def word(self, tick: float) -> str:
        """A tick in whole numbers, with tenths where its neighbors need them, a true minus sign.

        >>> span_of([-12.2, 40]).word(-20), span_of([4.9, 5.4]).word(5.0)
        ('−20', '5.0')
        """
        tenths = self.ticks[1] - self.ticks[0] < 1 and tick != 0
        text = f"{abs(tick):.{1 if tenths else 0}f}"
        return ("−" if tick < 0 else "") + (text.removeprefix("0") if tenths else text)


def span_of(values: Iterable[float], least: float = 1.0) -> Span:
    """A scale with round ends that holds all values.

    Args:
        values: What it must hold, one at least.
        least: Length of the shortest scale; what is shorter lies in its middle.
    """
    held = list(values)
    low, high = min(held), max(held)
    spare = max(0.0, least - (high - low)) / 2
    low, high = low - spare, high + spare
    length = high - low
    step = float(
        next((s for s in _STEPS if length / s <= MOST_TICKS), 10 ** math.ceil(math.log10(length)))
    )
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 1)
    ticks = tuple(round(i * step, 9) for i in range(first, last + 1))
    return Span(ticks[0], ticks[-1], ticks)


def axis(span: Span, label: str) -> Markup:
    """The scale's numbers over its ticks.

    Args:
        span: What the scale shows.
        label: What it is a scale of, for those who don't see it.
    """
    last = len(span.ticks) - 1
    texts = [
        tag(
            "text",
            span.word(tick),
            x=span.place(tick),
            y=13,
            text_anchor="start" if i == 0 else "end" if i == last else "middle",
            class_="thin" if _is_thin(i, last) else None,
        )
        for i, tick in enumerate(span.ticks)
    ]
    return tag("svg", texts, class_="dots axis", height=18, role="img", aria_label=label)


def _is_thin(i: int, last: int) -> bool:
    """Whether a tick of `last + 1` has no number where the page is narrow: evenly, if it can be."""
    every = 3 if last % 2 and not last % 3 else 2
    return 0 < i < last and (i % every > 0 or last - i < every)


def dot(
    span: Span,
    value: float,
    ends: tuple[float, float] | None,
    label: str,
    *,
    mark: float | None = None,
    hollow: bool = False,
) -> Markup:
    """One value on the scale.

    Args:
        span: What the scale shows.
        value: Where the dot is.
        ends: Of its interval, if it has one.
        label: What the drawing says, in words.
        mark: Another value, as a tick, such as one that was published.
        hollow: Whether the dot is drawn as an outline: something to compare with.
    """
    middle = HEIGHT / 2
    drawn = _grid(span)
    if ends is not None:
        at = {"x1": span.place(ends[0]), "x2": span.place(ends[1])}
        drawn.append(tag("line", **at, y1=middle, y2=middle, class_="range"))
    if mark is not None:
        x = span.place(mark)
        drawn.append(tag("line", x1=x, x2=x, y1=5, y2=HEIGHT - 5, class_="mark"))
    kind = "dot hollow" if hollow else "dot"
    drawn.append(tag("circle", cx=span.place(value), cy=middle, r=4.5, class_=kind))
    return _row(drawn, label)


def two_dots(span: Span, hollow: float, full: float, label: str) -> Markup:
    """Two values on the scale, joined."""
    middle = HEIGHT / 2
    ends = {"x1": span.place(hollow), "x2": span.place(full)}
    return _row(
        [
            *_grid(span),
            tag("line", **ends, y1=middle, y2=middle, class_="join"),
            tag("circle", cx=span.place(hollow), cy=middle, r=4.5, class_="dot hollow"),
            tag("circle", cx=span.place(full), cy=middle, r=4.5, class_="dot"),
        ],
        label,
    )


def _row(drawn: Sequence[Markup], label: str) -> Markup:
    return tag("svg", drawn, class_="dots", height=HEIGHT, role="img", aria_label=label)


def _grid(span: Span) -> list[Markup]:
    return [
        tag("line", x1=span.place(tick), x2=span.place(tick), y1=0, y2=HEIGHT, class_="grid")
        for tick in span.ticks
    ]
