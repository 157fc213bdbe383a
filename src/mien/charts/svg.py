"""Drawing with SVG: outlines from arrays, axes, gaps, and a text beside every picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.charts.html import Content, Markup, tag
from mien.charts.numbers import clock, nice_step

Points = NDArray[np.float64]
"""Places in a picture, shape (n, 2): x to the right, y downward, in px."""

TOLERANCE_PX = 0.15
"""How far a drawn outline may stray from its data; a fifth of what a screen can show."""

_NARROW, _WIDE = frozenset("iljtfr.,:;!'|()[] ‘’·I1"), frozenset("mwMW@%—…")


def picture(
    width: float, height: float, *content: Content, label: str, described_by: str = ""
) -> Markup:
    """One picture with its name for those who don't see it.

    Args:
        width: Of the view box, px.
        height: Of the view box, px.
        content: What is drawn.
        label: What it shows, in words.
        described_by: Id of an element that tells the same at length.
    """
    return tag(
        "svg",
        *content,
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_label=label,
        aria_describedby=described_by or None,
    )


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel, in as few characters as it takes.

    >>> number(12.04), number(-0.5)
    ('12', '-.5')
    """
    return _tenths(round(value * 10))


def outline(points: Points, *, closed: bool = False) -> str:
    """Path data through `points`; those that would not be missed are left out."""
    kept = simplify(points)
    tenths = np.rint(kept * 10).astype(np.int64)
    steps = np.diff(tenths, axis=0)
    start = f"M{_tenths(int(tenths[0, 0]))} {_tenths(int(tenths[0, 1]))}"
    moves = "".join(_pair(int(x), int(y)) for x, y in steps)
    return f"{start}l{moves.lstrip()}{'z' if closed else ''}" if moves else start


def area(x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> str:
    """Path data of the area between two curves over the same `x`, each of shape (n,)."""
    there = simplify(np.column_stack([x, high]))
    back = simplify(np.column_stack([x, low])[::-1])
    return outline(np.vstack([there, back]), closed=True)


def simplify(points: Points, tolerance: float = TOLERANCE_PX) -> Points:
    """The points without those that lie within `tolerance` px of the line through the rest.

    Ramer (1972), Douglas and Peucker (1973); the first and the last point always stay.
    """
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        distances = _distances(points[first + 1 : last], points[first], points[last])
        farthest = int(np.argmax(distances))
        if distances[farthest] > tolerance:
            middle = first + 1 + farthest
            keep[middle] = True
            waiting += [(first, middle), (middle, last)]
    return points[keep]


def text_width(text: str, size_px: float) -> float:
    """About how wide `text` runs, in px; rather too wide, since fonts differ.

    >>> 30 < text_width("Anger", 12) < 42
    True
    """
    ems = sum(0.34 if c in _NARROW else 0.9 if c in _WIDE else 0.6 for c in text)
    return ems * size_px


def shortened(text: str, size_px: float, width_px: float) -> str:
    """As much of `text` as fits, cut between words where it can be, with an ellipsis.

    >>> shortened("see you on Sunday", 12, 90)
    'see you on…'
    """
    if text_width(text, size_px) <= width_px:
        return text
    room = width_px - text_width("…", size_px)
    kept = text
    while kept and text_width(kept, size_px) > room:
        kept = kept[:-1]
    head, _, _ = kept.rpartition(" ")
    return (head if len(head) > len(kept) // 2 else kept).rstrip(" ,;:.–-") + "…"


def time_ticks(start: float, end: float, most: int = 11) -> list[tuple[float, str]]:
    """Places on a time axis in seconds and what to write there."""
    step = nice_step(max(end - start, 1e-6), most)
    first = int(np.ceil(start / step - 1e-9))
    last = int(np.floor(end / step + 1e-9))
    return [(i * step, clock(i * step)) for i in range(first, last + 1)]


def axis(ticks: Sequence[tuple[float, str]], width: float, label: str) -> Markup:
    """A row of ticks with words under them.

    Args:
        ticks: Place in px and text, left to right.
        width: Of the view box, px.
        label: What the axis shows, in words.
    """
    marks = [
        (
            tag("line", x1=number(x), x2=number(x), y1=0, y2=5),
            tag("text", text, x=number(x), y=18, text_anchor=_anchor(x, text, width)),
        )
        for x, text in ticks
    ]
    return picture(width, 22, tag("g", marks, class_="axis"), label=label)


def gap(start: float, end: float, height: float, kind: str) -> Markup:
    """A hatched stretch from `start` to `end` px; `kind` names the pattern (see `patterns`)."""
    return tag(
        "rect",
        x=number(start),
        y=0,
        width=number(end - start),
        height=number(height),
        fill=f"url(#{kind})",
    )


def patterns() -> Markup:
    """The hatchings of gaps, and those that tell groups apart where color is not printed."""
    strokes = {
        "gap-empty": ("M0 8L8 0", 8, "gap-line"),
        "gap-unsure": ("M0 8L8 0M0 0L8 8", 8, "gap-line"),
        "print-0": ("M0 6L6 0", 6, "print-line"),
        "print-1": ("M0 0L6 6", 6, "print-line"),
        "print-2": ("M0 3H6", 6, "print-line"),
        "print-3": ("M3 0V6", 6, "print-line"),
        "print-4": ("M0 3H6M3 0V6", 6, "print-line"),
        "print-5": ("M0 6L6 0M0 0L6 6", 6, "print-line"),
        "print-6": ("M2 3H3", 6, "print-line"),
    }
    defined = [
        tag(
            "pattern",
            tag("path", d=path, class_=class_),
            id=name,
            width=size,
            height=size,
            patternUnits="userSpaceOnUse",
        )
        for name, (path, size, class_) in strokes.items()
    ]
    return tag("svg", tag("defs", defined), class_="defs", width=0, height=0, aria_hidden="true")


def _distances(points: Points, start: Points, end: Points) -> NDArray[np.float64]:
    along = end - start
    length = float(np.hypot(along[0], along[1]))
    away = points - start
    if length == 0:
        return np.asarray(np.hypot(away[:, 0], away[:, 1]), dtype=np.float64)
    return np.asarray(np.abs(along[0] * away[:, 1] - along[1] * away[:, 0]) / length)


def _tenths(value: int) -> str:
    whole, rest = divmod(abs(value), 10)
    sign = "-" if value < 0 else ""
    if rest == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole or ''}.{rest}"


def _pair(x: int, y: int) -> str:
    first, second = _tenths(x), _tenths(y)
    lead = "" if first.startswith("-") else " "
    return f"{lead}{first}{'' if second.startswith('-') else ' '}{second}"


def _anchor(x: float, text: str, width: float) -> str:
    half = text_width(text, 12) / 2
    if x < half:
        return "start"
    return "end" if x > width - half else "middle"
