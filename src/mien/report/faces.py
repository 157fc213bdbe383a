"""Faces: small pictures at the peaks of a recording, and a photo with its boxes and bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien.charts.html import Attribute, Markup, data_url, tag
from mien.charts.numbers import Z95, clock, count, plus_minus, portion
from mien.charts.svg import number, picture
from mien.emotions.scores import Top
from mien.report import palette
from mien.report.ribbon import WIDTH
from mien.report.story import REASONS
from mien.report.track import Axis
from mien.report.view import View
from mien.timeline.origin import Thumbnail
from mien.timeline.reading import Reading

SIZE_PX = 48.0
PHOTO_PX = 420.0
BARS_PX, ROW_PX, NAME_PX, VALUE_PX = 360.0, 26.0, 112.0, 104.0
MOST_BARS = 5


def thumbnail_lane(
    view: View, person: str | None, label: str, described_by: str = ""
) -> Markup | None:
    """The pictures of one person at their places in time, or None if there are none."""
    own = [t for t in view.origin.thumbnails if t.person == person and t.reading]
    placed = _placed(own, view.axis)
    if not placed:
        return None
    drawn = [
        tag(
            "g",
            tag("title", f"{person or 'a face'} at {clock(thumbnail.at)}"),
            tag("line", x1=number(at), x2=number(at), y1=SIZE_PX, y2=SIZE_PX + 6, class_="stem"),
            _image(thumbnail.jpeg, x - SIZE_PX / 2, 0, SIZE_PX, SIZE_PX),
        )
        for x, at, thumbnail in placed
    ]
    return picture(WIDTH, SIZE_PX + 6, drawn, label=label, described_by=described_by)


def photo(view: View) -> Markup:
    """One photo: the picture with its boxes, and beside it the bars of each face."""
    faces = [r for r in view.readings if r.box is not None]
    blocks = [_face(view, reading, i) for i, reading in enumerate(faces, start=1)]
    return tag(
        "div",
        tag("figure", _boxes(view, faces), class_="photo"),
        tag("div", blocks, class_="faces"),
        class_="panel still",
    )


def _placed(thumbnails: Sequence[Thumbnail], axis: Axis) -> list[tuple[float, float, Thumbnail]]:
    """Middle of the picture and its true place in px; those that would overlap are left out."""
    placed: list[tuple[float, float, Thumbnail]] = []
    for thumbnail in sorted(thumbnails, key=lambda t: t.at):
        if not axis.start <= thumbnail.at <= axis.end:
            continue
        at = (thumbnail.at - axis.start) / axis.length * WIDTH
        x = float(np.clip(at, SIZE_PX / 2, WIDTH - SIZE_PX / 2))
        if not placed or x - placed[-1][0] >= SIZE_PX + 4:
            placed.append((x, at, thumbnail))
    return placed


def _image(jpeg: bytes, x: float, y: float, width: float, height: float) -> Markup:
    return tag(
        "image",
        href=data_url(jpeg),
        x=number(x),
        y=number(y),
        width=number(width),
        height=number(height),
        preserveAspectRatio="xMidYMid slice",
        class_="thumb",
    )


def _boxes(view: View, faces: Sequence[Reading]) -> Markup:
    """The picture, or a frame of its shape, with a numbered box around every face."""
    origin = view.origin
    ratio = (origin.height_px or 3) / (origin.width_px or 4)
    width, height = PHOTO_PX, PHOTO_PX * ratio
    whole = [t.jpeg for t in origin.thumbnails if not t.reading]
    small = {t.reading: t.jpeg for t in origin.thumbnails if t.reading}
    ground = [tag("rect", width=number(width), height=number(height), class_="frame")]
    if whole:
        ground = [_image(whole[0], 0, 0, width, height)]
    drawn = [_box(r, i, width, height, small) for i, r in enumerate(faces, start=1)]
    label = f"The photo with {count(len(faces), 'face')} in it"
    return picture(width, height, ground, drawn, label=label)


def _box(
    reading: Reading, index: int, width: float, height: float, small: dict[str, bytes]
) -> Markup:
    box = reading.box
    assert box is not None  # only readings with a box are drawn
    x, y, wide, high = box.x * width, box.y * height, box.width * width, box.height * height
    inside = None
    if reading.id in small:
        inside = _image(small[reading.id], x, y, wide, high)
    places = {"x": number(x), "y": number(y), "width": number(wide), "height": number(high)}
    return tag(
        "g",
        inside,
        tag("rect", **places, rx=4, class_="box-edge"),
        tag("rect", **places, rx=4, class_="box"),
        tag("circle", cx=number(x + wide), cy=number(y), r=10, class_="box-badge"),
        tag(
            "text",
            index,
            x=number(x + wide),
            y=number(y + 4.5),
            text_anchor="middle",
            class_="box-number",
        ),
    )


def _face(view: View, reading: Reading, index: int) -> Markup:
    name, label = reading.person or f"face {index}", view.label(reading)
    if not reading.is_told:
        reason = REASONS[reading.reason] if reading.reason else "no reason given"
        body: Markup = tag("p", f"Cannot tell: {reason}.", class_="note")
    else:
        body = _bars(reading, name)
    judged = sum(e in palette.ORDER for e in reading.scores.covered)
    by = tag("span", f" {label}") if label != reading.channel else None
    sure = f"sure {portion(reading.confidence)} · {judged} of 40 emotions judged"
    return tag(
        "section",
        tag("h3", tag("span", index, class_="badge"), name, by),
        body,
        tag("p", sure, class_="fine") if reading.is_told else None,
        class_="face",
    )


def _bars(reading: Reading, name: str) -> Markup:
    tops = reading.scores.strongest(MOST_BARS)
    rows = [_bar(reading, top, i * ROW_PX) for i, top in enumerate(tops)]
    told = ", ".join(
        f"{palette.name(t.emotion)} {portion(t.share)} "
        f"{plus_minus(t.share, reading.scores_sd[t.emotion])}"
        for t in tops
    )
    return picture(BARS_PX, len(tops) * ROW_PX, rows, label=f"{name}: {told}")


def _bar(reading: Reading, top: Top, y: float) -> Markup:
    """Name, bar, whisker from end to end of the interval, share and interval in figures."""
    sd = reading.scores_sd[top.emotion]
    room = BARS_PX - NAME_PX - VALUE_PX - 12
    middle = y + ROW_PX / 2
    ends = [NAME_PX + room * float(np.clip(top.share + s * Z95 * (sd or 0), 0, 1)) for s in (-1, 1)]
    whisker = tag(
        "path",
        d=f"M{number(ends[0])} {number(middle)}H{number(ends[1])}",
        class_="whisker",
    )
    bar: dict[str, Attribute] = {
        "x": number(NAME_PX),
        "y": number(middle - 5),
        "height": 10,
        "rx": 3,
    }
    return tag(
        "g",
        tag("text", palette.name(top.emotion), x=0, y=number(middle + 4.5), class_="bar-name"),
        tag("rect", **bar, width=number(room), class_="bar-ground"),
        tag("rect", **bar, width=number(room * top.share), class_=f"f-{top.emotion}"),
        whisker if sd else None,
        tag(
            "text",
            tag("tspan", portion(top.share), class_="bar-name"),
            tag("tspan", f" {plus_minus(top.share, sd)}", class_="bar-sd"),
            x=number(BARS_PX - VALUE_PX),
            y=number(middle + 4.5),
        ),
    )
