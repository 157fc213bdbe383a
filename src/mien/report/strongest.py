"""The strongest readings as a table."""

from __future__ import annotations

from mien.charts.html import Markup, markup, tag
from mien.charts.numbers import plus_minus, portion
from mien.charts.svg import number
from mien.charts.table import Cell, table
from mien.emotions.emotion import Emotion
from mien.emotions.scores import Top
from mien.report import palette
from mien.report.story import cannot_tell
from mien.report.view import View, shortened, who
from mien.timeline.reading import Channel, Reading

MOST = 12
LEAST = 0.15
"""A share below this is not strong, even if nothing else is."""

APART = 0.04
"""Two rows of one person, channel and emotion lie at least this part of the axis apart."""

BAR_PX = 90.0

MOST_CAPTION = 140
"""Letters of a description; a click on the lane shows more."""


def strongest(view: View) -> list[Reading]:
    """The most telling readings in order of time, few of any one kind."""
    kept: list[Reading] = []
    for reading in sorted(view.told, key=lambda r: r.strength, reverse=True):
        if reading.strength == 0 or leading(reading).share < LEAST:
            continue
        if not any(_alike(view, reading, other) for other in kept):
            kept.append(reading)
        if len(kept) == MOST:
            break
    return sorted(kept, key=lambda reading: view.axis.place(reading) or (0.0, 0.0))


def strongest_table(view: View) -> Markup | None:
    """The table, with a line below on what could not be told."""
    rows = [_row(view, reading) for reading in strongest(view)]
    unsure = cannot_tell(view.readings)
    note = tag("p", unsure[:1].upper() + unsure[1:] + ".", class_="fine") if unsure else None
    if not rows:
        return tag("div", note, class_="panel") if note else None
    heads = ["turn" if view.axis.by_turn else "at", "who", "from", "share", "interval", "sure"]
    shown = table("Strongest readings", [*heads, "quality"], rows)
    return tag("div", shown, note, class_="panel readings")


def leading(reading: Reading) -> Top:
    """The strongest emotion but Neutral, and its share."""
    tops = (top for top in reading.scores.strongest(2) if top.emotion is not Emotion.NEUTRAL)
    return next(tops)


def quality_in_words(reading: Reading) -> str:
    """How good the input was; words have no such thing."""
    if reading.channel is Channel.WORDS:
        return "–"
    return "good" if reading.quality >= 0.7 else "fair" if reading.quality >= 0.4 else "poor"


def _alike(view: View, one: Reading, other: Reading) -> bool:
    same = (one.person, one.channel, one.decoder) == (other.person, other.channel, other.decoder)
    if not same or leading(one).emotion is not leading(other).emotion:
        return False
    places = view.axis.place(one), view.axis.place(other)
    if places[0] is None or places[1] is None:
        return True
    return abs(places[0][0] - places[1][0]) < APART * view.axis.length


def _row(view: View, reading: Reading) -> list[Cell]:
    top = leading(reading)
    start, _ = view.axis.place(reading) or (0.0, 0.0)
    at = int(start) + 1 if view.axis.by_turn else view.axis.says(start)
    sd, name = reading.scores_sd[top.emotion], who(reading.person, reading.channel)
    caption = shortened(reading.caption, MOST_CAPTION) if reading.caption else None
    told = tag("span", caption, class_="caption") if caption else None
    share = markup(_bar(top), f"{palette.name(top.emotion)} {portion(top.share)}", told)
    return [
        Cell(at, start),
        Cell(markup(name, tag("span", view.label(reading), class_="narrow")), name),
        Cell(view.label(reading)),
        Cell(share, round(top.share, 4)),
        Cell(plus_minus(top.share, sd), sd or 0.0),
        Cell(portion(reading.confidence), round(reading.confidence, 4)),
        Cell(quality_in_words(reading), round(reading.quality, 4)),
    ]


def _bar(top: Top) -> Markup:
    return tag(
        "svg",
        tag("rect", width=BAR_PX, height=8, rx=4, class_="bar-ground"),
        tag("rect", width=number(BAR_PX * top.share), height=8, rx=4, class_=f"f-{top.emotion}"),
        viewBox=f"0 0 {number(BAR_PX)} 8",
        class_="share-bar",
        aria_hidden="true",
    )
