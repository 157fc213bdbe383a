"""What was said, turn by turn: a thin bar of color, what was read, and where causes stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mien.charts.html import Content, Markup, tag
from mien.charts.numbers import count, plus_minus, portion
from mien.charts.svg import number
from mien.emotions.emotion import Emotion
from mien.report import palette
from mien.report.anchors import card_id, turn_id
from mien.report.ribbon import LEAST_SHARE
from mien.report.story import REASONS
from mien.report.tale import Tale
from mien.report.track import Axis
from mien.report.view import View, who
from mien.timeline.reading import Channel, Reading

MOST_TURNS = 400
"""Turns shown one by one; of a longer chat further ones only where a moment points to them."""

MARKED = "Underlined: what a feeling comes from, as far as can be told."

Spans = Mapping[int, Sequence[tuple[int, int]]]
"""Stretches of a turn's text, from character to character."""


def chat(view: View, tale: Tale | None = None) -> Markup | None:
    """The conversation itself, with a thin bar of color a turn.

    Args:
        view: Of a source with words.
        tale: Its moments, if any: turns that a card tells of lead to it, and what caused a feeling
            is marked.
    """
    turns = [r for r in view.readings if r.channel is Channel.WORDS and r.text]
    if not turns:
        return None
    needed = _needed(tale) if tale else set()
    shown = [r for i, r in enumerate(turns) if i < MOST_TURNS or r.turn in needed]
    left = len(turns) - len(shown)
    more = f"{count(left, 'more turn')} not shown here; a .csv or .parquet file holds them all."
    spans = _spans(tale) if tale else {}
    return tag(
        "div",
        tag("ol", list(_items(shown, view.axis, tale, spans)), class_="chat"),
        tag("p", more, class_="fine") if left else None,
        tag("p", MARKED, class_="fine marked") if spans else None,
        class_="panel",
    )


def in_short(reading: Reading) -> str:
    """The strongest emotion of a reading with its share and interval, or that none can be told."""
    if not reading.is_told:
        reason = f": {REASONS[reading.reason]}" if reading.reason else ""
        return f"cannot tell{reason}"
    top = reading.scores.top
    if top is None:
        return "cannot tell"
    name, sd = palette.name(top.emotion), reading.scores_sd[top.emotion]
    return f"{name} {portion(top.share)} {plus_minus(top.share, sd)}".removesuffix(" –")


def marked(text: str, spans: Iterable[tuple[int, int]]) -> list[Content]:
    """A text with stretches of it marked; overlapping ones are one.

    >>> marked("You sold it", [(4, 8), (4, 11)])
    ['You ', '<mark>sold it</mark>', '']
    """
    pieces: list[Content] = []
    at, last = 0, len(text)
    for start, end in sorted(spans):
        if end > at and start < last:
            begin = max(start, at)
            joined = max([end, *(e for s, e in spans if s <= end)])
            pieces += [text[at:begin], tag("mark", text[begin:joined])]
            at = min(joined, last)
    return [*pieces, text[at:]]


def _needed(tale: Tale) -> set[int]:
    """The turns that cards point to."""
    found = {turn for moment in tale.worth for turn in moment.turns}
    found |= {cause.turn for moment in tale.worth for cause in tale.causes(moment)}
    found |= {moment.target.turn for moment in tale.worth if moment.target is not None}
    said = (tale.turned[moment.id] for moment in tale.worth if moment.id in tale.turned)
    return found | {shift.turn for shift in said if shift.turn is not None}


def _spans(tale: Tale) -> Spans:
    """Where the causes stand that cards tell of."""
    found: dict[int, list[tuple[int, int]]] = {}
    for moment in tale.worth:
        for cause in tale.causes(moment):
            found.setdefault(cause.turn, []).append((cause.from_char, cause.to_char))
    return found


def _items(
    turns: Sequence[Reading], axis: Axis, tale: Tale | None, spans: Spans
) -> Iterator[Markup]:
    named: set[int] = set()
    for reading in turns:
        # Two decoders may have read the same words.
        is_first = tale is not None and reading.turn is not None and reading.turn not in named
        name = turn_id(reading.turn) if is_first and reading.turn is not None else None
        named |= {reading.turn} if reading.turn is not None else set()
        yield _turn(reading, axis, name, tale, spans)


def _turn(
    reading: Reading, axis: Axis, name: str | None, tale: Tale | None, spans: Spans
) -> Markup:
    place = axis.place(reading)
    at = axis.says(place[0]) if place else ""
    text = reading.text or ""
    own = spans.get(-1 if reading.turn is None else reading.turn, ())
    moment = None if tale is None or reading.turn is None else tale.by_turn.get(reading.turn)
    told = tale is not None and moment is not None and moment in tale.worth
    card = tag("a", "moment", href=f"#{card_id(moment)}") if told and moment else None
    return tag(
        "li",
        _bar(reading),
        tag(
            "div",
            tag(
                "p",
                tag("b", who(reading.person, reading.channel)),
                f" {at} · ",
                tag("span", in_short(reading), class_="read"),
                (" · ", card) if card else None,
                class_="by",
            ),
            tag("p", marked(text, own), class_="said"),
        ),
        id=name,
        tabindex=-1 if name else None,
    )


def _bar(reading: Reading) -> Markup:
    """A thin upright bar: the shares of one turn divided by their sum, Neutral on top."""
    if not reading.is_told:
        hatch = tag("rect", width=6, height=60, fill="url(#gap-unsure)")
        return _upright(hatch)
    shares = {e: reading.scores[e] or 0.0 for e in (*palette.ORDER, Emotion.NEUTRAL)}
    total = sum(shares.values()) or 1.0
    low, drawn = 0.0, []
    for emotion, share in shares.items():
        if share >= LEAST_SHARE or emotion is Emotion.NEUTRAL:
            part = 60 * share / total
            y = number(60 - low - part)
            drawn.append(tag("rect", y=y, width=6, height=number(part), class_=f"f-{emotion}"))
            low += part
    return _upright(tag("rect", width=6, height=60, class_="f-rest"), *drawn)


def _upright(*drawn: Markup) -> Markup:
    return tag(
        "svg",
        *drawn,
        viewBox="0 0 6 60",
        preserveAspectRatio="none",
        class_="turn-bar",
        aria_hidden="true",
    )
