"""All lanes of a recording or chat on one axis, with their names at the left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mien.charts.html import Content, Markup, tag
from mien.charts.numbers import count
from mien.charts.svg import axis as axis_row
from mien.charts.svg import number, patterns, picture, time_ticks
from mien.report import palette
from mien.report.curves import affect_lane, curves_of
from mien.report.faces import thumbnail_lane
from mien.report.fused import is_fused
from mien.report.ribbon import WIDTH, ribbon
from mien.report.telling import curves_in_words, ribbon_in_words
from mien.report.track import Axis, Track
from mien.report.view import View, who
from mien.report.words import word_lane
from mien.timeline.origin import Origin
from mien.timeline.reading import Channel

TALL_PX, LOW_PX = 84.0, 60.0
CROWD = 3
"""From this many ribbons on they are drawn lower."""

MOST_RIBBONS = 12
WAVE_PX = 36.0


@dataclass(frozen=True, slots=True)
class Row:
    """One lane: its label, what is drawn, and the same in words.

    Attributes:
        label: What stands left of it.
        drawn: The picture.
        title: Whose lane it is, for the text that tells it.
        told: That text; empty where the picture's own name says it all.
        name: Id of that text.
        track: Number of the track a crosshair reads here, or None.
    """

    label: Content
    drawn: Markup
    title: str = ""
    told: str = ""
    name: str = ""
    track: int | None = None


def over_time(view: View) -> Markup:
    """The panel with all lanes, its legend, and every lane in words below."""
    rows = list(_rows(view))
    lanes = tag("div", [_lane(row) for row in rows], class_="lanes", id="lanes")
    told = [tag("li", tag("b", r.title), ": ", r.told, id=r.name) for r in rows if r.told]
    left = max(0, len(view.tracks) - MOST_RIBBONS)
    return tag(
        "div",
        patterns(),
        tag("div", lanes, class_="scroll", tabindex=0, role="region", aria_label="Lanes over time"),
        tag("div", id="readout"),
        _legend(view),
        tag("p", f"{count(left, 'more lane')} not drawn.", class_="fine") if left else None,
        tag("details", tag("summary", "The same in words"), tag("ul", told), class_="told"),
        class_="panel over-time",
    )


def tracks_drawn(view: View) -> list[Track]:
    """The tracks that get a ribbon; of a crowd those that tell most, in their usual order."""
    chosen = sorted(view.tracks, key=lambda track: -float(track.told.mean()))[:MOST_RIBBONS]
    return [track for track in view.tracks if any(track is other for other in chosen)]


def _rows(view: View) -> Iterator[Row]:
    if view.origin.envelope:
        yield Row(_fine("sound"), _wave(view.origin, view.axis))
    drawn = tracks_drawn(view)
    height = LOW_PX if len(drawn) >= CROWD else TALL_PX
    for person in dict.fromkeys(track.person for track in drawn):
        own = [(i, track) for i, track in enumerate(drawn) if track.person == person]
        pictured = next((track for _, track in own if track.channel is Channel.FACE), None)
        for place, (index, track) in enumerate(own):
            if track is pictured:
                yield from _face_rows(view, track)
            yield _ribbon_row(view, index, track, height, first=place == 0)
        yield from _affect_rows(view, [track for _, track in own])
    words = None if view.is_chat else word_lane(view, "Excerpts of what was said")
    if words is not None:
        yield Row(_fine("words"), words)
    unit = "turn" if view.axis.by_turn else ""
    yield Row(_fine(unit), axis_row(ticks(view.axis), WIDTH, "Turns" if unit else "Time"))


def _face_rows(view: View, track: Track) -> Iterator[Row]:
    faces = thumbnail_lane(view, track.person, f"Pictures of {who(track.person, track.channel)}")
    if faces is not None:
        yield Row(None, faces)


def _ribbon_row(view: View, index: int, track: Track, height: float, *, first: bool) -> Row:
    told = ribbon_in_words(track, view.axis, view.emotions)
    text_id, title = f"told-{index}", f"{who(track.person, track.channel)}, {track.label}"
    drawn = ribbon(track, view.emotions, height, f"Ribbon: {title}", text_id)
    return Row(_names(track, first=first), drawn, title, told, text_id, index)


def _affect_rows(view: View, own: Sequence[Track]) -> Iterator[Row]:
    curves = curves_of(own)
    if not curves:
        return
    title = f"{who(own[0].person, own[0].channel)}, valence and arousal"
    text_id = f"told-affect-{view.people.index(own[0].person)}"
    drawn = affect_lane(curves, title, text_id)
    keys = [tag("span", _line_key(c.dimension), c.dimension, class_="keyed") for c in curves]
    yield Row(keys, drawn, title, curves_in_words(curves, view.axis), text_id)


def _names(track: Track, *, first: bool) -> Content:
    """Name and channel; where nobody knows who it is, the channel comes first."""
    if track.person is None:
        title = track.label.capitalize() if is_fused(track) else track.title
        return tag("b", title), _fine(who(None, track.channel))
    return (tag("b", track.person) if first else None), _fine(track.label)


def _fine(text: str) -> Markup:
    return tag("span", text)


def _line_key(dimension: str) -> Markup:
    stroke = tag("path", d="M0 5H16", class_=f"line c-{dimension}")
    return tag("svg", stroke, viewBox="0 0 16 10", class_="line-key", aria_hidden="true")


def _lane(row: Row) -> Markup:
    return tag(
        "div",
        tag("div", row.label, class_="who"),
        tag("div", row.drawn, class_="track", data_track=row.track),
        class_="lane",
    )


def _wave(origin: Origin, axis: Axis) -> Markup:
    """The outline of the sound on the axis, mirrored, as one path of upright bars."""
    peaks = np.asarray(origin.envelope, dtype=np.float64)
    part = (origin.seconds or axis.end) / len(peaks)
    places = (np.arange(len(peaks)) + 0.5) * part
    inside = (places + part / 2 > axis.start) & (places - part / 2 < axis.end)
    bars = peaks[inside] / max(float(peaks[inside].max(initial=0.0)), 1e-9)
    step = part / axis.length * WIDTH
    half = np.maximum(bars * (WAVE_PX / 2 - 1), 0.5)
    middle = WAVE_PX / 2
    path = "".join(
        f"M{number((at - axis.start) / axis.length * WIDTH)} {number(middle - h)}v{number(2 * h)}"
        for at, h in zip(places[inside], half, strict=True)
    )
    drawn = tag("path", d=path, class_="wave", stroke_width=number(max(step * 0.6, 0.6)))
    return picture(WIDTH, WAVE_PX, drawn, label="Outline of the sound")


def ticks(axis: Axis) -> list[tuple[float, str]]:
    """Places on the axis in px, and what to write there: times, or the numbers of turns."""
    if not axis.by_turn:
        ticks = time_ticks(axis.start, axis.end)
        return [((at - axis.start) / axis.length * WIDTH, text) for at, text in ticks]
    step = max(1, int(np.ceil(axis.length / 24)))
    turns = range(0, int(axis.length), step)
    return [((turn + 0.5) / axis.length * WIDTH, str(turn + 1)) for turn in turns]


def _legend(view: View) -> Markup:
    swatches: list[Content] = [
        tag("li", tag("i", class_=f"f-{e}"), palette.name(e)) for e in view.emotions
    ]
    swatches += [
        tag("li", tag("i", class_="f-rest"), "other"),
        tag("li", tag("i", class_="f-neutral"), "Neutral"),
        tag("li", _hatched("gap-empty"), "nothing to go by"),
        tag("li", _hatched("gap-unsure"), "cannot tell"),
    ]
    return tag("ul", swatches, class_="legend", aria_label="Legend")


def _hatched(kind: str) -> Markup:
    rect = tag("rect", width=12, height=12, rx=3, fill=f"url(#{kind})", class_="hatched")
    return tag("svg", rect, viewBox="0 0 12 12", class_="key", aria_hidden="true")
