"""How far to trust a report: decoders and their figures, what was skipped, what it is not for."""

from __future__ import annotations

from collections.abc import Sequence

from mien.charts.html import Markup, tag
from mien.charts.numbers import decimal, interval, listed
from mien.report import palette
from mien.report.credits import credits_of
from mien.report.story import skips_in_words
from mien.report.view import View
from mien.timeline.card import Card, Figure
from mien.timeline.reading import Channel

MOST_FIGURES = 3
"""Figures of a decoder that stand open; its card puts the telling ones first."""

FORTY = {
    Channel.VOICE: "mien models pull emonet-voice-small, then --decoders emonet-voice-small",
    Channel.FACE: "mien models pull emonet-face-small, then --decoders emonet-face-small",
    Channel.WORDS: "no words decoder of Mien covers them yet",
}
"""How a reader has all forty judged."""

RESPONSIBLE = (
    "A share is an estimate of how many people would name an emotion here. It is never a fact "
    "about what someone feels, and no ground for a decision about them. In the European Union, "
    "inferring emotions of people at work or in education is prohibited but for medical and "
    "safety reasons (AI Act, article 5(1)(f)), and elsewhere those concerned must be told "
    "(article 50)."
)


def foot(view: View) -> Markup:
    """Everything a careful reader asks next."""
    blocks = [_card(card) for card in view.cards]
    return tag(
        "div",
        tag("div", blocks, class_="cards") if blocks else None,
        credits_of(view.moments) if view.moments else None,
        _skipped(view),
        tag("p", RESPONSIBLE, class_="fine responsible"),
        class_="panel foot",
    )


def coverage(card: Card) -> str:
    """What a decoder judges, and how much it leaves out."""
    names = [palette.name(e).lower() for e in card.covers if e in palette.ORDER]
    left = len(palette.ORDER) - len(names)
    if not names:
        return f"covers {card.coverage} emotions, gives {listed(card.dimensions)}"
    rest = f"; the other {left} are not judged: {FORTY[card.channel]}" if left else ""
    return f"covers {card.coverage}: {listed(names)}{rest}"


def figure_in_words(figure: Figure) -> str:
    """One measured number with its interval, on what, of how many, and beside chance."""
    parts = [f"{figure.name} {decimal(figure.value)}", interval(figure.low, figure.high)]
    chance = f"; chance {decimal(figure.chance)}" if figure.chance is not None else ""
    note = f"; {figure.note}" if figure.note else ""
    return f"{' '.join(p for p in parts if p)} on {figure.of} ({_size(figure)}{chance}{note})"


def _size(figure: Figure) -> str:
    """How many items, and what was resampled where that is something else."""
    n, clusters = f"n {figure.n:,}", figure.clusters
    if clusters.startswith(f"{figure.n} ") or not clusters:
        return n
    return f"{n}, {clusters}" if clusters[:1].isdigit() else f"{n} {clusters}"


def _card(card: Card) -> Markup:
    main = [figure for figure in card.figures if not figure.group]
    licence = card.licence if card.commercial else f"{card.licence}, not for commercial use"
    facts = [
        ("Coverage", coverage(card)),
        ("Calibration", card.calibration),
        ("Weights", licence),
    ]
    return tag(
        "section",
        tag("h3", card.decoder, " ", tag("span", card.title)),
        _figures(main[:MOST_FIGURES]) if main else tag("p", "No measured figure comes with it."),
        tag("dl", [(tag("dt", term), tag("dd", text)) for term, text in facts]),
        _folded("More figures", _figures(main[MOST_FIGURES:])) if main[MOST_FIGURES:] else None,
        _folded("Known failures", tag("ul", [tag("li", limit) for limit in card.limits]))
        if card.limits
        else None,
    )


def _figures(figures: Sequence[Figure]) -> Markup:
    return tag("ul", [tag("li", figure_in_words(f)) for f in figures], class_="figures")


def _folded(summary: str, content: Markup) -> Markup:
    return tag("details", tag("summary", summary), content)


def _skipped(view: View) -> Markup | None:
    facts = [
        ("Skipped", "; ".join(skips_in_words(view)) or "nothing"),
        ("Noted", "; ".join(view.origin.notes)),
        ("Tracks", "; ".join(view.origin.tracks)),
    ]
    told = [(tag("dt", term), tag("dd", text)) for term, text in facts if text]
    return tag("dl", told, class_="apart")
