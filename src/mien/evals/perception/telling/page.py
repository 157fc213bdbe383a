"""One self-contained HTML page: every reader as a dot between chance and people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from mien.charts.html import Markup, asset, markup, page, tag
from mien.charts.numbers import count, decimal
from mien.charts.svg import number, picture
from mien.charts.table import Cell, sort_script, table
from mien.charts.theme import DARK, LIGHT, variables
from mien.evals.intervals import Interval
from mien.evals.perception.telling.gist import ceiling_of, gist, main_figure
from mien.evals.perception.telling.results import SHORT, TITLES, Outcome, Row, Who
from mien.evals.perception.telling.text import AGREEMENT, columns, formed, needed, shown

WIDTH, HEIGHT, EDGE = 260.0, 26.0, 6.0
"""Of the drawing in a row, and what is kept free at its ends, px."""

MEANING = (
    "A dot is a figure, the bar its 95 % interval over resampled {what}. The solid line is what "
    "one person reaches against others in the same figure, the dashed one what the same answers "
    "reach when they are shuffled. Scores tell how far a reader agrees with raters, never what "
    "anybody felt."
)
_NAMES = {
    Who.PEOPLE: "raters",
    Who.TRIVIAL: "looks at nothing",
    Who.PREDICTOR: "measured",
    Who.PUBLISHED: "published",
}


def render_page(outcomes: Sequence[Outcome], *, on: date | None = None) -> str:
    """All outcomes as HTML that opens offline and needs no script.

    Args:
        outcomes: Of `measure`, `measure_ratings` or `rescore`.
        on: The date to write into the page, if any.
    """
    body = tag(
        "main",
        tag("h1", "How well emotion is read"),
        tag("p", _what(outcomes, on), class_="meta"),
        [tag("p", line, class_="say") for line in gist(outcomes)],
        tag("p", MEANING.format(what=_clusters(outcomes)), class_="note"),
        _section("Between chance and people", tag("div", _overview(outcomes), class_="panel")),
        [_section(outcome.about.title, _detail(outcome)) for outcome in outcomes],
    )
    style = variables(LIGHT, DARK) + asset("mien.charts", "page.css")
    style += asset("mien.evals.perception.telling", "page.css")
    return page("How well emotion is read · Mien", body, style=style, script=sort_script())


def _what(outcomes: Sequence[Outcome], on: date | None) -> str:
    measured = {r.name for o in outcomes for r in o.rows if r.who is Who.PREDICTOR}
    readers = count(len(measured), "reader") + " measured" if measured else "nobody measured"
    parts = [count(len(outcomes), "set"), readers]
    when = f" · {on.day} {on:%B %Y}" if on else ""
    return " · ".join(parts) + when


def _clusters(outcomes: Sequence[Outcome]) -> str:
    names = list(dict.fromkeys(outcome.about.cluster for outcome in outcomes))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _section(heading: str, content: Markup) -> Markup:
    return tag("section", tag("h2", heading), content)


def _overview(outcomes: Sequence[Outcome]) -> Markup:
    shown_rows = [
        (outcome, row)
        for outcome in sorted(outcomes, key=lambda outcome: not _is_measured(outcome))
        for row in outcome.rows
        if not math.isnan(main_figure(outcome, row).value)
    ]
    ends = [end for outcome, row in shown_rows for end in main_figure(outcome, row)]
    least = min([end for end in ends if not math.isnan(end)], default=0.0)
    # One scale for all rows; a quarter at a time, since little lies far below zero.
    low = min(0.0, math.floor(4 * round(least, 3)) / 4)
    rows = [_overview_row(outcome, row, low) for outcome, row in shown_rows]
    scale = f"{decimal(low) if low else '0'} to 1"
    heads = ["set", "reader", "figure", f"beside people and chance, {scale}", "value", "refused"]
    return table("Every reader with its main figure", heads, rows, "readers")


def _is_measured(outcome: Outcome) -> bool:
    return any(row.who is Who.PREDICTOR and row.figures for row in outcome.rows)


def _overview_row(outcome: Outcome, row: Row, low: float) -> list[Cell]:
    found = main_figure(outcome, row)
    chance = row.chance.get(outcome.main)
    told = "learned from these items" if row.is_seen else _NAMES[row.who]
    kind = tag("span", told, class_="kind")
    refused = f"{100 * row.refusal_rate:.1f} %" if row.who is Who.PREDICTOR else "–"
    is_measured = row.who is Who.PREDICTOR
    return [
        Cell(outcome.about.title),
        Cell(markup(tag("b" if is_measured else "span", row.name), " ", kind), row.name),
        Cell(SHORT[outcome.main]),
        Cell(_dots(found, ceiling_of(outcome), chance, row, low), found.value),
        Cell(tag("span", shown(found, 2), class_="whole"), found.value),
        Cell(tag("span", refused, class_="whole"), row.refusal_rate),
    ]


def _dots(
    found: Interval, ceiling: float | None, chance: float | None, row: Row, low: float
) -> Markup:
    """One figure on a scale from `low` to 1."""
    middle = number(HEIGHT / 2)
    bars = [tag("line", class_="ground", x1=EDGE, x2=WIDTH - EDGE, y1=middle, y2=middle)]
    for value, class_ in ((ceiling, "people"), (chance, "chance")):
        if value is not None and not math.isnan(value):
            x = number(_place(value, low))
            bars.append(tag("line", class_=class_, x1=x, x2=x, y1=2, y2=HEIGHT - 2))
    if not math.isnan(found.low):
        ends = {"x1": number(_place(found.low, low)), "x2": number(_place(found.high, low))}
        bars.append(tag("line", class_="span", y1=middle, y2=middle, **ends))
    shape = "dot" if row.who is Who.PREDICTOR else "dot hollow"
    bars.append(tag("circle", class_=shape, cx=number(_place(found.value, low)), cy=middle, r=3.8))
    return tag(
        "div", picture(WIDTH, HEIGHT, bars, label=_said(found, ceiling, chance)), class_="dots"
    )


def _place(value: float, low: float) -> float:
    part = (min(max(value, low), 1.0) - low) / (1.0 - low)
    return EDGE + part * (WIDTH - 2 * EDGE)


def _said(found: Interval, ceiling: float | None, chance: float | None) -> str:
    parts = [shown(found)]
    if ceiling is not None:
        parts.append(f"one person {decimal(ceiling)}")
    if chance is not None and not math.isnan(chance):
        parts.append(f"chance {decimal(chance)}")
    return ", ".join(parts)


def _detail(outcome: Outcome) -> Markup:
    about = outcome.about
    size = (
        f"{count(outcome.n_items, 'item')}, {outcome.n_clusters:,} {about.cluster}, "
        f"{outcome.n_ratings:,} ratings. {about.source}. Licence: {about.licence}."
    )
    return tag(
        "div",
        tag("p", size, class_="fine"),
        tag("p", f"Restriction: {about.restriction}.", class_="fine")
        if about.restriction
        else None,
        _figures(outcome),
        _agreement(outcome),
        _labels(outcome),
        _remarks(outcome),
        class_="panel set",
    )


def _figures(outcome: Outcome) -> Markup:
    keys = columns(outcome)
    rows = []
    for row in outcome.rows:
        if not formed(row.figures, keys):
            continue  # Why is said among the remarks.
        name = f"{row.name} (published)" if row.who is Who.PUBLISHED else row.name
        cells = [_figure(row, key) for key in keys]
        rows.append([Cell(name), *cells])
        if row.chance:
            chance = [_chance(row, key) for key in keys]
            rows.append([Cell(f"{row.name}, shuffled"), *chance])
    heads = ["reader", *(TITLES[key] for key in keys)]
    return table(f"All figures on {outcome.about.title}", heads, rows)


def _figure(row: Row, key: str) -> Cell:
    found = row.figures.get(key)
    if found is None or math.isnan(found.value):
        return Cell(tag("span", shown(None), class_="none"))
    return Cell(_labelled(key, shown(found)), found.value)


def _chance(row: Row, key: str) -> Cell:
    value = row.chance.get(key, float("nan"))
    return Cell("") if math.isnan(value) else Cell(_labelled(key, decimal(value, 3)), value)


def _labelled(key: str, text: str) -> Markup:
    """A number with its column's name, which shows where columns don't fit side by side."""
    return markup(tag("span", f"{SHORT[key]} ", class_="label"), tag("span", text, class_="whole"))


def _agreement(outcome: Outcome) -> Markup | None:
    parts = [
        f"{TITLES[key]} {shown(row.figures[key])}"
        for row in outcome.rows
        for key in formed(row.figures, AGREEMENT)
    ]
    raters = [
        f"{row.name} with {', '.join(f'{name} {shown(row.by_rater[name])}' for name in names)}"
        for row in outcome.rows
        if (names := formed(row.by_rater, row.by_rater))
    ]
    if not parts and not raters:
        return None
    lines = [f"Agreement of raters: {'; '.join(parts)}."] if parts else []
    lines += [f"Kappa of {line}." for line in raters]
    return markup([tag("p", line, class_="fine") for line in lines])


def _labels(outcome: Outcome) -> Markup | None:
    """Every emotion's figure of every measured reader, folded away."""
    rows = [row for row in outcome.rows if row.by_label and row.who is not Who.TRIVIAL]
    labels = list(dict.fromkeys(label for row in rows for label in row.by_label))
    if not labels or not rows:
        return None
    kept = {row.name: _label_key(row, outcome.main) for row in rows}
    heads = ["label", *(f"{row.name}: {SHORT.get(kept[row.name], kept[row.name])}" for row in rows)]
    cells = [
        [Cell(label), *(_label_cell(row, label, kept[row.name]) for row in rows)]
        for label in labels
    ]
    return tag(
        "details",
        tag("summary", f"By label ({len(labels)})"),
        table(f"Figures by label on {outcome.about.title}", heads, cells),
    )


def _label_key(row: Row, main: str) -> str:
    keys = dict.fromkeys(key for found in row.by_label.values() for key in found)
    return main if main in keys else next(iter(keys))


def _label_cell(row: Row, label: str, key: str) -> Cell:
    found = row.by_label.get(label, {}).get(key)
    value = None if found is None or math.isnan(found.value) else found.value
    return Cell(tag("span", shown(found), class_="whole"), value)


def _remarks(outcome: Outcome) -> Markup | None:
    lines = [f"{row.name}: {row.note}" for row in outcome.rows if row.note]
    lines += [
        f"{row.name}: {row.unsure:,} answers in doubt, {row.unreadable:,} files unreadable"
        for row in outcome.rows
        if row.unsure or row.unreadable
    ]
    lines += [f"{row.name}: {need}" for row in outcome.rows if (need := needed(outcome, row))]
    lines += list(outcome.notes)
    lines += [f"not used: {skip.reason} ({skip.count:,})" for skip in outcome.skipped]
    return tag("ul", [tag("li", line) for line in lines], class_="remarks") if lines else None
