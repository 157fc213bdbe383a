"""The story strip: who showed what when as dots, what it came from as arcs, whiles as spans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mien.charts.html import Content, Markup, tag
from mien.charts.svg import axis as axis_row
from mien.charts.svg import number, text_width
from mien.moments import Episode, Moment
from mien.report import palette
from mien.report.anchors import card_id, link_of
from mien.report.lanes import ticks
from mien.report.phrases import (
    cannot_tell,
    feeling,
    hedge,
    name_of,
    opened,
    place_of,
    shares_in_words,
    when,
)
from mien.report.ribbon import WIDTH
from mien.report.tale import Tale

LANE_PX = 60.0
"""Height of a person's lane: room for arcs above the dots and for a name below."""

DOT_PX = 31.0
"""How far below the top of a lane its dots lie."""

MOST_LANES = 8
"""People with a lane of their own; all others share one."""

APART_PX = 4.0
"""Of the dots of one lane that are nearer than this only the most telling one is drawn."""

LEAST_ARC_PX, MOST_ARC_PX = 12.0, 27.0
TEXT_PX = 12.0
WIDER = 1.08
"""How much wider text may run than it is taken to."""

SURE = 0.6
"""Chance from which an arc is drawn whole."""

SPAN_PX = 18.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a moment is drawn: px, and how large."""

    moment: Moment
    x: float
    y: float
    radius: float


class Strip:
    """The strip of one tale.

    Attributes:
        people: Who has a lane; None for whom nobody named and for those that share one.
        spots: Where the moments are, in order of time, by id.
    """

    def __init__(self, tale: Tale) -> None:
        self._tale = tale
        self._worth = {moment.id for moment in tale.worth}
        self.people = tale.people[:MOST_LANES]
        self.is_crowd = len(tale.people) > MOST_LANES
        placed = (self._spot(moment) for moment in tale.moments)
        self.spots = {spot.moment.id: spot for spot in placed if spot is not None}

    @property
    def height(self) -> float:
        """Of all lanes together, in px."""
        return LANE_PX * (len(self.people) + self.is_crowd)

    def drawn(self, described_by: str) -> Markup:
        """The picture; its dots are links, so that it is a group and no image."""
        dots = [self._dot(spot) for spot in self._seen()]
        layers: tuple[Content, ...] = (
            tag("g", self._lines(), aria_hidden="true"),
            tag("g", list(self._spans()), list(self._arcs()), aria_hidden="true"),
            tag("g", dots),
            tag("g", list(self._names()), list(self._people()), aria_hidden="true"),
        )
        return tag(
            "svg",
            layers,
            viewBox=f"0 0 {number(WIDTH)} {number(self.height)}",
            role="group",
            aria_label="Moments by person",
            aria_describedby=described_by,
            class_="strip",
        )

    def axis(self) -> Markup:
        """Time or turns, below."""
        axis = self._tale.view.axis
        return axis_row(ticks(axis), WIDTH, "Turns" if axis.by_turn else "Time")

    @property
    def labels(self) -> list[str]:
        """What the lanes are called."""
        named = [person if person is not None else "unknown" for person in self.people]
        return [*named, "others"] if self.is_crowd else named

    def has_arcs(self) -> bool:
        """Whether any cause lies in another turn."""
        return bool(self._ties)

    def _seen(self) -> list[Spot]:
        """The dots that are drawn, from left to right: the most telling of each few px."""
        best: dict[tuple[float, int], Spot] = {}
        order = sorted(self.spots.values(), key=lambda spot: self._tale.weight(spot.moment))
        for spot in sorted(order, key=lambda spot: spot.moment.id in self._worth):
            best[spot.y, int(spot.x / APART_PX)] = spot
        return sorted(best.values(), key=lambda spot: spot.x)

    def _spot(self, moment: Moment) -> Spot | None:
        place = place_of(moment, self._tale.view.axis)
        if place is None:
            return None
        axis, top = self._tale.view.axis, feeling(moment)
        middle = (max(place[0], axis.start) + min(place[1], axis.end)) / 2
        x = (middle - axis.start) / axis.length * WIDTH
        radius = 2.5 if top is None else 4 + 4 * top.share
        return Spot(moment, min(max(x, radius), WIDTH - radius), self._y(moment.person), radius)

    def _y(self, person: str | None) -> float:
        row = self.people.index(person) if person in self.people else len(self.people)
        return row * LANE_PX + DOT_PX

    def _lines(self) -> list[Markup]:
        rows = range(round(self.height / LANE_PX))
        return [
            tag("path", d=f"M0 {number(row * LANE_PX + DOT_PX)}H{number(WIDTH)}", class_="rail")
            for row in rows
        ]

    def _spans(self) -> Iterator[Markup]:
        for episode in self._tale.episodes:
            ends = self._ends(episode)
            if ends is not None:
                left, right, y = ends
                yield tag(
                    "rect",
                    x=number(left),
                    y=number(y - SPAN_PX / 2),
                    width=number(right - left),
                    height=number(SPAN_PX),
                    rx=number(SPAN_PX / 2),
                    class_=f"span f-{episode.emotion}",
                )

    def _ends(self, episode: Episode) -> tuple[float, float, float] | None:
        """From where to where an episode of at least two moments goes, and on which line."""
        spots = [self.spots[name] for name in episode.moments if name in self.spots]
        if len(spots) < 2:
            return None
        return spots[0].x - SPAN_PX / 2, spots[-1].x + SPAN_PX / 2, spots[0].y

    def _arcs(self) -> Iterator[Markup]:
        for start, end, p in self._ties:
            yield tag("path", d=_arc(start, end), class_="arc" if p >= SURE else "arc unsure")

    @cached_property
    def _ties(self) -> list[tuple[Spot, Spot, float]]:
        """From where to where a cause leads, other than within one moment, and how surely."""
        found = []
        for moment in self._tale.felt:
            spot = self.spots.get(moment.id)
            for cause in self._tale.causes(moment) if spot is not None else ():
                source = self._tale.by_turn.get(cause.turn)
                start = None if source is None else self.spots.get(source.id)
                if spot is not None and start is not None and start is not spot:
                    found.append((start, spot, cause.p))
        return found

    def _dot(self, spot: Spot) -> Markup:
        moment, top = spot.moment, feeling(spot.moment)
        at = {"cx": number(spot.x), "cy": number(spot.y)}
        ring = tag("circle", **at, r=number(spot.radius + 3.5), class_="ring")
        kind = "dot-calm" if moment.is_told else "dot-untold"
        dot = tag(
            "circle", **at, r=number(spot.radius), class_=f"f-{top.emotion} dot" if top else kind
        )
        drawn = (ring if moment.mixed else None, dot)
        if top is None and not moment.mixed:
            return dot
        is_worth = moment.id in self._worth
        return tag(
            "a",
            tag("title", self.told(moment)),
            drawn,
            href=f"#{card_id(moment)}" if is_worth else link_of(self._tale, moment),
            tabindex=None if is_worth else -1,
        )

    def told(self, moment: Moment) -> str:
        """A moment in one line, as its dot is called."""
        place = when(moment, self._tale.view.axis)
        says = (
            cannot_tell(moment)
            if feeling(moment) is None
            else f"{shares_in_words(moment)}, {hedge(moment.confidence)}"
        )
        mixed = "; channels disagree" if moment.mixed else ""
        return f"{opened(name_of(moment))}{f', {place}' if place else ''}: {says}{mixed}"

    def _people(self) -> Iterator[Markup]:
        """Names within the lanes, for screens without room at their left."""
        for row, name in enumerate(self.labels):
            y = number(row * LANE_PX + 13)
            yield tag("text", name, x=0, y=y, class_="lane-name")

    def _names(self) -> Iterator[Markup]:
        """Emotions at the dots that have a card, where they don't touch each other or an arc."""
        taken: list[tuple[float, float, float]] = []
        for moment in sorted(self._tale.worth, key=self._tale.weight, reverse=True):
            spot, top = self.spots.get(moment.id), feeling(moment)
            if spot is None or top is None:
                continue
            name = palette.name(top.emotion)
            half = WIDER * text_width(name, TEXT_PX) / 2
            x, y = self._beside(spot, half)
            if all(y != line or x - half > right or x + half < left for left, right, line in taken):
                taken.append((x - half - 4, x + half + 4, y))
                yield tag(
                    "text", name, x=number(x), y=number(y), text_anchor="middle", class_="felt"
                )

    def _beside(self, spot: Spot, half: float) -> tuple[float, float]:
        """Where a name has its middle: below its dot, above it, or right of it where arcs meet."""
        above, below = self._sides
        x = min(max(spot.x, half), WIDTH - half)
        if spot.moment.id not in below:
            return x, spot.y + 22
        if spot.moment.id not in above:
            return x, spot.y - spot.radius - 7
        right = spot.x + spot.radius + 5 + half
        return (right if right + half <= WIDTH else spot.x - spot.radius - 5 - half), spot.y - 5

    @cached_property
    def _sides(self) -> tuple[set[str], set[str]]:
        """The moments whose dots arcs touch from above, and those from below."""
        above = {s.moment.id for s, e, _ in self._ties if s.y >= e.y}
        above |= {e.moment.id for s, e, _ in self._ties if s.y <= e.y}
        below = {s.moment.id for s, e, _ in self._ties if s.y < e.y}
        return above, below | {e.moment.id for s, e, _ in self._ties if s.y > e.y}


def _arc(start: Spot, end: Spot) -> str:
    """From a cause to what it causes: above the lane, or from one lane to the other."""
    if start.y == end.y:
        high = min(MOST_ARC_PX, LEAST_ARC_PX + abs(end.x - start.x) / 20)
        y0, y1 = start.y - start.radius, end.y - end.radius
        top = min(y0, y1) - high * 4 / 3 + 4
        middle = f"{number(start.x)} {number(top)} {number(end.x)} {number(top)}"
    else:
        sign = 1 if end.y > start.y else -1
        y0, y1 = start.y + sign * start.radius, end.y - sign * end.radius
        half = (y0 + y1) / 2
        middle = f"{number(start.x)} {number(half)} {number(end.x)} {number(half)}"
    return f"M{number(start.x)} {number(y0)}C{middle} {number(end.x)} {number(y1)}"
