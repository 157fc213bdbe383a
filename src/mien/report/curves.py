"""Valence and arousal of a person as lines, each with the band it may lie in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mien.charts.html import Markup, tag
from mien.charts.numbers import Z95
from mien.charts.svg import Points, area, number, outline, picture
from mien.report.fused import is_fused
from mien.report.ribbon import WIDTH, stretched
from mien.report.track import AFFECT, Grid, Run, Track, runs
from mien.timeline.reading import Channel

HEIGHT = 64.0

SOURCES: dict[str, tuple[Channel, ...]] = {
    "valence": (Channel.WORDS, Channel.FACE, Channel.VOICE),
    "arousal": (Channel.VOICE, Channel.FACE, Channel.WORDS),
}
"""Which channel a dimension is taken from first: words carry valence, a voice arousal."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One dimension of one person over time, and the channel it was taken from."""

    dimension: str
    track: Track

    @property
    def values(self) -> Grid:
        """Means, shape (n,), -1 to 1, NaN where unknown."""
        return np.asarray(self.track.affect[:, AFFECT.index(self.dimension)])

    @property
    def sds(self) -> Grid:
        """Standard deviations, shape (n,), NaN where unknown."""
        return np.asarray(self.track.affect_sds[:, AFFECT.index(self.dimension)])


def curves_of(tracks: Sequence[Track]) -> list[Curve]:
    """Valence and arousal of one person, from all channels or the one that tells it best."""
    found = []
    for dimension in AFFECT:
        curves = [Curve(dimension, t) for c in SOURCES[dimension] for t in tracks if t.channel is c]
        # All channels together know more than the best of them.
        curves = [Curve(dimension, t) for t in tracks if is_fused(t)] + curves
        known = [curve for curve in curves if np.isfinite(curve.values).any()]
        found += known[:1]
    return found


def affect_lane(curves: Sequence[Curve], label: str, described_by: str) -> Markup:
    """The curves of one person as a picture, -1 at the bottom, 1 at the top."""
    middle = number(HEIGHT / 2)
    zero = tag("line", x2=number(WIDTH), y1=middle, y2=middle, class_="zero")
    bands = [_drawn(curve, band=True) for curve in curves]
    lines = [_drawn(curve, band=False) for curve in curves]
    return picture(WIDTH, HEIGHT, zero, bands, lines, label=label, described_by=described_by)


def _drawn(curve: Curve, *, band: bool) -> list[Markup]:
    known = np.isfinite(curve.values)
    return [_band(curve, run) if band else _line(curve, run) for run in runs(known)]


def _band(curve: Curve, run: Run) -> Markup:
    x, middle = stretched(curve.track, run, curve.values)
    _, sds = stretched(curve.track, run, curve.sds)
    half = Z95 * np.nan_to_num(sds)
    path = area(x, _y(middle - half), _y(middle + half))
    return tag("path", d=path, class_=f"band c-{curve.dimension}")


def _line(curve: Curve, run: Run) -> Markup:
    x, middle = stretched(curve.track, run, curve.values)
    points: Points = np.column_stack([x, _y(middle)])
    return tag("path", d=outline(points), class_=f"line c-{curve.dimension}")


def _y(values: Grid) -> Grid:
    inner = (HEIGHT - 6) / 2
    return np.asarray(HEIGHT / 2 - inner * np.clip(values, -1.0, 1.0))
