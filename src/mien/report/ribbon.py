"""A ribbon: how the shares of one person on one channel stand to each other over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.charts.html import Markup, markup, tag
from mien.charts.numbers import portion
from mien.charts.svg import area, gap, number, picture, text_width
from mien.emotions.emotion import Emotion
from mien.report import palette
from mien.report.track import Grid, Run, Track, runs

WIDTH = 1060.0
"""Width of every lane's view box, px: what the panel leaves at a window of 1,280."""

LEAST_SHARE = 0.10
"""An emotion that never passes this share in view is part of the layer `other`."""

NAME_PX, SHARE_PX = 13.0, 12.0
TWO_LINES_PX, ONE_LINE_PX = 29.0, 17.0
LEAST_LAYER_PX = 1.0
"""A layer that is thinner all along a run is not drawn there."""

BOLDER = 1.3
"""How much wider bold text runs."""

SPILL = 0.3
"""Part of a label's width that may reach over neighboring layers, halved on either side."""

SAME_LABEL_PX = 90.0
"""An emotion is not labelled twice within this distance."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One emotion of a ribbon, or all that are too small to show (`emotion` is None).

    Attributes:
        emotion: Which one.
        low: Lower edge as part of the ribbon's height, shape (n,), 0 at the bottom.
        high: Upper edge.
    """

    emotion: Emotion | None
    low: Grid
    high: Grid

    @property
    def thickness(self) -> Grid:
        """How much of the ribbon it takes, shape (n,)."""
        return self.high - self.low


class Label(NamedTuple):
    """A name on a ribbon: its middle and its size in px, and what it says."""

    x: float
    y: float
    width: float
    height: float
    emotion: Emotion
    share: float

    def overlaps(self, other: Label) -> bool:
        """Whether two labels would touch."""
        return (
            abs(self.x - other.x) < (self.width + other.width) / 2 + 4
            and abs(self.y - other.y) < (self.height + other.height) / 2
        )


def shown(tracks: Sequence[Track]) -> tuple[Emotion, ...]:
    """The emotions with a layer of their own in any of the tracks, from bottom to top."""
    largest = np.zeros(len(Emotion))
    for track in tracks:
        if track.told.any():
            largest = np.fmax(largest, np.nan_to_num(track.shares[track.told]).max(axis=0))
    return tuple(e for e in palette.ORDER if largest[e.position] > LEAST_SHARE)


def layers(track: Track, emotions: Sequence[Emotion]) -> list[Layer]:
    """The layers of a ribbon from bottom to top: `emotions`, all others, Neutral."""
    parts = track.parts
    columns: list[tuple[Emotion | None, NDArray[np.float64]]] = [
        (emotion, parts[:, emotion.position]) for emotion in emotions
    ]
    neutral = parts[:, Emotion.NEUTRAL.position]
    rest = parts.sum(axis=1) - neutral - sum((column for _, column in columns), np.zeros(1))
    columns += [(None, np.clip(rest, 0.0, 1.0)), (Emotion.NEUTRAL, neutral)]
    stacked, found = np.zeros(len(parts)), []
    for emotion, column in columns:
        found.append(Layer(emotion, stacked, stacked + column))
        stacked = stacked + column
    return found


def ribbon(
    track: Track, emotions: Sequence[Emotion], height: float, label: str, described_by: str
) -> Markup:
    """The ribbon of a track as a picture.

    Args:
        track: What to draw.
        emotions: Those with a layer of their own, see `shown`.
        height: In px.
        label: The picture in a few words.
        described_by: Id of the element that tells it at length.
    """
    stack = layers(track, emotions)
    drawn = [_run(track, stack, run, height) for run in runs(track.told)]
    named = [_label(label) for label in place_labels(track, stack, height)]
    return picture(
        WIDTH,
        height,
        [_gaps(track, height), drawn, named],
        label=label,
        described_by=described_by,
    )


def place_labels(track: Track, stack: Sequence[Layer], height: float) -> list[Label]:
    """Names in the middle of their layers at their peaks, strongest first, none overlapping."""
    wanted = sorted(_hills(track, stack, height), key=lambda hill: -hill[2])
    placed: list[Label] = []
    for layer, run, _ in wanted:
        for candidate in _candidates(track, layer, run, height):
            near = (
                p.emotion is candidate.emotion and abs(p.x - candidate.x) < SAME_LABEL_PX
                for p in placed
            )
            if not any(near) and not any(candidate.overlaps(p) for p in placed):
                placed.append(candidate)
                break
    return placed


def x_of(track: Track) -> Grid:
    """Middles of the cells in px, shape (n,)."""
    start, end = track.edges[0], track.edges[-1]
    middles = (track.edges[1:] + track.edges[:-1]) / 2
    return np.asarray((middles - start) / (end - start) * WIDTH)


def edges_of(track: Track, run: Run) -> tuple[float, float]:
    """Where a run begins and ends, in px."""
    cells = len(track.edges) - 1
    return run.first / cells * WIDTH, run.last / cells * WIDTH


def stretched(track: Track, run: Run, values: Grid) -> tuple[Grid, Grid]:
    """A curve over a run out to its edges: x in px and the values, one more at either end."""
    left, right = edges_of(track, run)
    inside = slice(run.first, run.last)
    x = np.concatenate([[left], x_of(track)[inside], [right]])
    part = values[inside]
    return x, np.concatenate([part[:1], part, part[-1:]])


def _run(track: Track, stack: Sequence[Layer], run: Run, height: float) -> Markup:
    left, right = edges_of(track, run)
    has_neutral = bool(np.isfinite(track.shares[run.first, Emotion.NEUTRAL.position]))
    ground = tag(
        "rect",
        x=number(left),
        width=number(right - left),
        height=number(height),
        class_="f-neutral" if has_neutral else "f-rest",
    )
    return tag("g", ground, [_layer(track, layer, run, height) for layer in reversed(stack[:-1])])


def _layer(track: Track, layer: Layer, run: Run, height: float) -> Markup | None:
    """A layer reaching down to the bottom: those below are drawn over it, without seams."""
    x, high = stretched(track, run, layer.high)
    _, thickness = stretched(track, run, layer.thickness)
    if float(thickness.max()) * height < LEAST_LAYER_PX:
        return None
    path = area(x, np.full_like(x, height), height * (1 - high))
    if layer.emotion is None:
        return tag("path", d=path, class_="f-rest layer")
    print_only = tag(
        "path",
        d=path,
        class_="print-only",
        fill=f"url(#print-{palette.pattern(layer.emotion)})",
    )
    return markup(tag("path", d=path, class_=f"f-{layer.emotion} layer"), print_only)


def _gaps(track: Track, height: float) -> list[Markup]:
    """Hatched stretches: nothing to go by, and too unsure to say."""
    kinds = (("gap-empty", ~track.seen), ("gap-unsure", track.seen & ~track.told))
    return [gap(*edges_of(track, run), height, kind) for kind, mask in kinds for run in runs(mask)]


def _hills(
    track: Track, stack: Sequence[Layer], height: float
) -> Iterator[tuple[Layer, Run, float]]:
    """Stretches in which a layer is taller than one line of text, with its largest share."""
    for layer in stack:
        if layer.emotion in (None, Emotion.NEUTRAL):
            continue
        tall = track.told & (layer.thickness * height >= ONE_LINE_PX)
        for run in runs(tall):
            column = track.shares[run.first : run.last, layer.emotion.position]
            yield layer, run, float(np.nanmax(column))


def _candidates(track: Track, layer: Layer, run: Run, height: float) -> Iterator[Label]:
    """Places for a label within a hill: two lines if they fit, else one; nearest to the peak."""
    emotion = layer.emotion
    assert emotion is not None  # _hills yields no layer without an emotion
    column = track.shares[run.first : run.last, emotion.position]
    # The middle of what is as good as the highest: a chat's turns are flat from edge to edge.
    peak = run.first + int(np.median(np.flatnonzero(column >= np.nanmax(column) - 0.005)))
    share = float(track.shares[peak, emotion.position])
    name_width = BOLDER * text_width(palette.name(emotion), NAME_PX)
    share_width = text_width(f" {portion(share)}", SHARE_PX)
    for width, box_height in ((name_width, TWO_LINES_PX), (name_width + share_width, ONE_LINE_PX)):
        place = _nearest_room(track, layer, run, peak, width, box_height / height)
        if place is not None:
            x, y = place
            yield Label(x, y * height, width, box_height, emotion, share)


def _nearest_room(
    track: Track, layer: Layer, run: Run, peak: int, width: float, box_height: float
) -> tuple[float, float] | None:
    """The free place in a layer that is nearest to its peak: x in px, y as part of the height."""
    cells = len(track.edges) - 1
    wide = int(np.ceil(width / WIDTH * cells))
    inner = int(np.ceil((1 - SPILL) * wide))
    left = (wide - inner) // 2
    starts = range(max(0, run.first - left), min(cells - wide, run.last - inner - left) + 1)
    for start in sorted(starts, key=lambda cell: abs(cell + wide / 2 - peak - 0.5)):
        window = slice(start + left, start + left + inner)
        low, high = float(layer.low[window].max()), float(layer.high[window].min())
        if high - low >= box_height and track.told[start : start + wide].all():
            return (start + wide / 2) / cells * WIDTH, 1 - (low + high) / 2
    return None


def _label(label: Label) -> Markup:
    name, share = palette.name(label.emotion), portion(label.share)
    if label.height == ONE_LINE_PX:
        written = (tag("tspan", name, class_="peak"), tag("tspan", f" {share}", class_="share"))
        y = label.y + 4.5
    else:
        written = (
            tag("tspan", name, class_="peak"),
            tag("tspan", share, class_="share", x=number(label.x), dy=14),
        )
        y = label.y - 2.5
    return tag(
        "text",
        written,
        x=number(label.x),
        y=number(y),
        text_anchor="middle",
        class_=f"o-{label.emotion}",
    )
