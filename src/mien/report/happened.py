"""The section "What happened": the story strip, its text, and the moments worth telling."""

from __future__ import annotations

from collections.abc import Iterator

from mien.charts.html import Content, Markup, markup, tag
from mien.charts.numbers import count, decimal, interval, portion
from mien.moments import Influence
from mien.report.anchors import card_id
from mien.report.moment_card import moment_card
from mien.report.phrases import WORDLESS, feeling, opened
from mien.report.strip import Strip
from mien.report.tale import Tale

MOST_TOLD = 120
"""Moments told one by one in the text beside the strip."""

CLEAR = 0.05
"""Chance among shuffled turns below which one person is said to move another."""

_TOLD = "told-story"


def happened(tale: Tale) -> Markup:
    """The strip, who moved whom, and the cards; all of it can be read without a script."""
    strip = Strip(tale)
    cards = [moment_card(tale, moment) for moment in tale.worth]
    left = len(tale.felt) - sum(feeling(moment) is not None for moment in tale.worth)
    lines = [f"{count(left, 'more moment')} with a feeling: the other dots above."] if left else []
    lines += [] if tale.turns else [f"{WORDLESS}."]
    return markup(
        tag("div", _pictures(strip, tale) if strip.spots else None, _words(strip, tale),
            class_="panel over-time story"),
        tag("ol", cards, class_="moments") if cards else None,
        [tag("p", opened(line), class_="fine after") for line in lines] if cards else None,
    )  # fmt: skip


def _pictures(strip: Strip, tale: Tale) -> list[Content]:
    people = [tag("span", name) for name in strip.labels]
    lanes = tag(
        "div",
        tag(
            "div",
            tag("div", people, class_="who people"),
            tag("div", strip.drawn(_TOLD), class_="track"),
            class_="lane",
        ),
        tag(
            "div",
            tag("div", class_="who"),
            tag("div", strip.axis(), class_="track"),
            class_="lane",
        ),
        class_="lanes",
        id="strip",
    )
    scroll = tag("div", lanes, class_="scroll", tabindex=0, role="region", aria_label="Story strip")
    return [scroll, tag("ul", list(_keys(strip, tale)), class_="legend", aria_label="Marks")]


def _keys(strip: Strip, tale: Tale) -> Iterator[Markup]:
    """What the marks mean, of those that occur."""
    moments = tale.moments
    felt = {moment.id for moment in tale.felt}
    yield _key(tag("circle", cx=9, cy=6, r=5, class_="dot f-rest"), "a feeling, larger if stronger")
    if any(moment.is_told and moment.id not in felt for moment in moments):
        yield _key(tag("circle", cx=9, cy=6, r=2.5, class_="dot-calm"), "calm")
    if any(not moment.is_told for moment in moments):
        yield _key(tag("circle", cx=9, cy=6, r=2.5, class_="dot-untold"), "cannot tell")
    if strip.has_arcs():
        yield _key(tag("path", d="M2 11C2 0 16 0 16 11", class_="arc"), "from what it comes from")
    if any(moment.mixed for moment in moments):
        yield _key(tag("circle", cx=9, cy=6, r=4.5, class_="ring"), "channels disagree")
    if any(len(episode.moments) > 1 for episode in tale.episodes):
        yield _key(tag("rect", y=1, width=18, height=10, rx=5, class_="span f-rest"), "it lasts")


def _key(drawn: Markup, text: str) -> Markup:
    mark = tag("svg", drawn, viewBox="0 0 18 12", class_="mark-key", aria_hidden="true")
    return tag("li", mark, text)


def _words(strip: Strip, tale: Tale) -> Markup:
    """The strip in words: each moment with a feeling or a conflict, and who moved whom."""
    worth = {moment.id for moment in tale.worth}
    felt = {moment.id for moment in tale.felt}
    spoken = [moment for moment in tale.moments if moment.id in felt or moment.mixed]
    lines = [
        tag(
            "li", tag("a", strip.told(m), href=f"#{card_id(m)}") if m.id in worth else strip.told(m)
        )
        for m in spoken[:MOST_TOLD]
    ]
    left = len(spoken) - len(lines)
    lines += (
        [tag("li", f"{count(left, 'more moment')}; a .jsonl file holds them all.")] if left else []
    )
    listed = tag("ul", lines, id=_TOLD) if lines else tag("p", "No feeling stands out.", id=_TOLD)
    told = tag("details", tag("summary", "The same in words"), listed, class_="told")
    moved = [tag("p", line, class_="fine moved") for line in _moved(tale)]
    return markup(moved, told)


def _moved(tale: Tale) -> Iterator[str]:
    """Who moved whom, where that is more than shuffled turns give; else that nobody did."""
    clear = [one for one in tale.influences if one.p < CLEAR]
    yield from (_influence(one) for one in clear)
    if tale.influences and not clear:
        n = max(one.n for one in tale.influences)
        yield f"That one person’s mood moves another’s is not clear from {n:,} exchanges."


def _influence(one: Influence) -> str:
    lies = interval(one.low, one.high)
    way = "with" if one.effect > 0 else "against"
    return (
        f"How pleasant {one.on} seems goes {way} what {one.of} showed just before: "
        f"effect {decimal(one.effect)} {lies}, shuffled turns p {portion(one.p)}, "
        f"{one.n:,} exchanges. Both may follow a third thing."
    )
