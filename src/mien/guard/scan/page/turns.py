"""One conversation turn by turn: its words with what was seen in them, risk, and decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from mien.charts.html import Content, Markup, tag
from mien.charts.numbers import count, portion
from mien.guard.check import Action
from mien.guard.scan.glance import Glance
from mien.guard.scan.page.palette import step_of
from mien.guard.scan.page.ribbon import large_ribbon
from mien.guard.scan.words import name_of, with_band
from mien.guard.showing import words
from mien.guard.signals import MEANINGS, Signal

MOST_TURNS = 300
"""Of one conversation; of a longer one those around its peak are shown."""

MOST_CHARACTERS = 4000
"""Of one turn."""

Row = Mapping[str, Any]

_LEGEND = ("first turn", "risk from 0 to 1 with its 95 % band; ticks: decisions", "last turn")


def conversation(glance: Glance, rows: Sequence[Row], place: int) -> Markup:
    """A conversation as it is stepped through.

    Args:
        glance: Of it.
        rows: Of its turns, one at least.
        place: In the order of risk, from 1.
    """
    shown = _window(glance, rows)
    cut = len(shown) < len(rows)
    note = f"Turns {shown[0]['turn'] + 1:,} to {shown[-1]['turn'] + 1:,} are shown, those around "
    label = (
        f"risk over {count(len(shown), 'turn')}: {portion(shown[0]['risk'])} at first, highest "
        f"{portion(glance.peak)} at turn {glance.peak_turn + 1}, {portion(glance.end)} at the end"
    )
    return tag(
        "article",
        tag("h3", tag("span", f"{place}. "), tag("bdi", name_of(glance))),
        tag("p", _about(glance), class_="meta"),
        tag("p", f"{note}the highest risk; a .parquet holds all.", class_="fine") if cut else None,
        tag(
            "div",
            large_ribbon(shown, label),
            tag("p", [tag("span", text) for text in _LEGEND], class_="ends"),
            tag("p", class_="readout", aria_live="polite"),
            class_="along",
        ),
        tag("ol", _turns(shown, place), class_="turns"),
        id=f"chat-{place}",
        class_="talk panel",
        aria_label=name_of(glance),
    )


def _window(glance: Glance, rows: Sequence[Row]) -> Sequence[Row]:
    if len(rows) <= MOST_TURNS:
        return rows
    peak = next((i for i, row in enumerate(rows) if row["turn"] == glance.peak_turn), 0)
    first = min(max(0, peak - MOST_TURNS * 3 // 4), len(rows) - MOST_TURNS)
    return rows[first : first + MOST_TURNS]


def _about(glance: Glance) -> str:
    parts = [count(glance.turns, "turn")]
    if glance.title and glance.title != glance.name:
        parts.append(glance.name)
    if glance.begun:
        day = datetime.fromisoformat(glance.begun)
        parts.append(f"begun {day.day} {day:%B %Y}")
    peak = with_band(glance.peak, glance.peak_sd)
    parts.append(f"highest risk {peak} at turn {glance.peak_turn + 1}")
    parts.append(f"{portion(glance.end)} at the end")
    if glance.unjudged:
        parts.append(f"{count(glance.unjudged, 'turn')} not judged")
    return " · ".join(parts)


def _turns(rows: Sequence[Row], place: int) -> Iterator[Markup]:
    before: Row | None = None
    for row in rows:
        yield _turn(row, before, place)
        before = row


def _turn(row: Row, before: Row | None, place: int) -> Markup:
    role, number = row["role"], row["turn"] + 1
    named = row["speaker"] if row["speaker"] not in (None, role) else role
    at = datetime.fromisoformat(row["at"]) if row["at"] else None
    when = f" · {at:%Y-%m-%d %H:%M}" if at else ""
    risk = float(row["risk"])
    shown = with_band(risk, row["risk_sd"])
    return tag(
        "li",
        tag("div", class_=f"turn-bar step-{step_of(risk)}", aria_hidden="true"),
        tag(
            "div",
            tag("p", tag("b", named), f" · turn {number:,}{when}", class_="by"),
            tag("p", _said(row), class_="said", dir="auto"),
            class_="words",
        ),
        tag(
            "div",
            tag("p", "risk ", tag("b", shown), class_="risk"),
            tag("ul", _raised(row), class_="plain signals") if row["raised"] else None,
            list(_decided(row, before)),
            class_="seen",
        ),
        id=f"chat-{place}-turn-{number}",
        class_=f"by-{role}{' raises' if row['raised'] else ''}",
        data_risk=shown,
        data_turn=number,
    )


def _raised(row: Row) -> list[Markup]:
    told = []
    for one in row["raised"]:
        signal = Signal(one["signal"])
        level = f", level {row['level']}" if signal is Signal.CRISIS and row["level"] else ""
        label = f"{MEANINGS[signal].label}{level}"
        told.append(
            tag("li", tag("span", label, class_=signal.effect.value), f" {portion(one['p'])}")
        )
    return told


def _decided(row: Row, before: Row | None) -> Iterator[Markup]:
    """What the policy would have done, with its reasons, as a quiet line.

    What only goes on since the turn before, watching or holding back, is not said again.
    """
    if row["skipped"] is not None:
        yield tag("p", f"not judged: {row['skipped']}", class_="decided")
        return
    action = row["action"]
    still = action == Action.WATCH and before is not None and before["action"] == Action.WATCH
    if action != Action.NOTHING and not still:
        step = f" ({row['step'].replace('_', ' ')})" if row["step"] else ""
        because = f": {', '.join(row['because'])}" if row["because"] else ""
        strong = action != Action.WATCH
        name = f"{words(action)}{step}"
        yield tag("p", tag("b", name) if strong else name, because, class_="decided")
    known = {_held(line) for line in before["held_back"]} if before is not None else set()
    for line in row["held_back"]:
        if _held(line) not in known:
            yield tag("p", f"held back: {line.replace('_', ' ')}", class_="decided")
    for what, heading in (
        ("instruction", "told to the assistant"),
        ("notice", "shown to the user"),
    ):
        if row[what]:
            yield tag(
                "details",
                tag("summary", f"would be {heading}"),
                tag("p", row[what]),
                class_="decided",
            )


def _held(line: str) -> str:
    return str(line).partition(":")[0]


def _said(row: Row) -> Content:
    """The words of a turn, those that show a signal marked."""
    text = row["text"]
    if text is None:
        return tag("span", "words left out", class_="quiet")
    more = "" if len(text) <= MOST_CHARACTERS else f"… ({len(text) - MOST_CHARACTERS:,} more)"
    return [*_marked(text[:MOST_CHARACTERS], row["raised"]), more]


def _marked(text: str, raised: Sequence[Row]) -> Iterator[Content]:
    spans = [
        (one["from_char"], min(one["to_char"], len(text)), Signal(one["signal"]))
        for one in raised
        if one["from_char"] is not None and one["from_char"] < len(text)
    ]
    edges = sorted({0, len(text), *(edge for low, high, _ in spans for edge in (low, high))})
    for low, high in pairwise(edges):
        found = [signal for start, end, signal in spans if start <= low and high <= end]
        if not found:
            yield text[low:high]
            continue
        names = ", ".join(MEANINGS[signal].label for signal in found)
        yield tag("mark", text[low:high], class_=found[0].effect.value, title=names)
