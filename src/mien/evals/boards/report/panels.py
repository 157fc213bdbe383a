"""The parts of a board's page: models, parts of the score, two models, talks side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from mien.charts.dots import Span, axis, dot, span_of
from mien.charts.html import Content, Markup, markup, tag
from mien.charts.numbers import decimal
from mien.charts.table import Cell, table
from mien.evals.boards.board import Board, Row
from mien.evals.boards.comparing import Difference
from mien.evals.boards.report.terminal import scale
from mien.evals.boards.report.transcripts import Said, Talk
from mien.evals.boards.report.words import (
    ends,
    grey,
    interval,
    lower_still,
    money,
    number,
    places,
    share,
)
from mien.evals.estimate import Estimate


def board_table(board: Board) -> Markup:
    """Every run as a dot with its interval, grouped by rank; baselines in grey beneath."""
    span, held = scale(board), places(board)
    bodies = [
        tag("tbody", [_row(row, span, held) for row in group], class_=f"rank-{i % 2}")
        for i, group in enumerate(board.groups)
    ]
    lost = [_row(row, span, held) for row in board.rows if row.rank is None]
    below = [_row(row, span, held, is_grey=True) for row in grey(board)]
    label = f"scale of {board.info.main_score}"
    heads = ["rank", "model", axis(span, label), "score", "interval", "scored", "refused", "USD"]
    shown = tag(
        "table",
        tag("caption", "Models by rank, with score and interval", class_="unseen"),
        tag("thead", tag("tr", [tag("th", text, scope="col") for text in heads])),
        bodies,
        tag("tbody", lost, class_="lost") if lost else None,
        tag("tbody", below, class_="grey") if below else None,
        class_="board",
    )
    return tag("div", shown, tag("p", _legend(board), class_="fine"), class_="panel")


def _legend(board: Board) -> str:
    told = "Dot: score; line: 95 % interval; models in one block share a rank."
    if any(row.run.stated is not None for row in board.rows):
        told += " Tick: the score that the file itself states."
    if board.baselines:
        told += f" Hollow, in grey: answers that read nothing. {lower_still(board)}"
    return told.strip()


def _row(row: Row, span: Span, held: int, *, is_grey: bool = False) -> Markup:
    has_score = not math.isnan(row.main.value)
    value, between = number(row.main.value, held), interval(row.main, held)
    told = f"{row.model}: {value}, {between}" if has_score else row.why_none
    drawn: Content = (
        dot(span, row.main.value, ends(row.main), told, mark=row.run.stated, hollow=is_grey)
        if has_score
        else tag("span", row.why_none, class_="quiet")
    )
    scripted = tag("span", " scripted", class_="kind") if row.run.is_scripted else None
    scored = f"{row.scored:,} of {row.planned:,}"
    return tag(
        "tr",
        tag("td", row.rank or "", class_="rank"),
        tag("th", markup(row.model, scripted), scope="row"),
        tag("td", drawn, class_="plot"),
        tag("td", value, tag("span", between, class_="narrow"), class_="number"),
        tag("td", between, class_="number quiet"),
        tag("td", "" if is_grey else scored, class_="number quiet"),
        tag("td", "" if is_grey else share(row.refused), class_="number quiet"),
        tag("td", "" if is_grey else money(row.usd), class_="number quiet"),
        data_model=None if is_grey else row.model,
        data_day=row.run.created[:10] or None,
    )


def part_panel(board: Board) -> Markup | None:
    """Each part of the score as a strip of all models, with who is highest and lowest."""
    names = list(dict.fromkeys(name for row in board.rows for name in row.parts))
    strips = [_strip(board, name) for name in names]
    rows = [strip for strip in strips if strip is not None]
    if not rows:
        return None
    heads = ["part", "all models", "highest", "lowest"]
    shown = tag(
        "table",
        tag("caption", "Parts of the score", class_="unseen"),
        tag("thead", tag("tr", [tag("th", text, scope="col") for text in heads])),
        tag("tbody", rows),
        class_="parts",
    )
    return tag("div", shown, class_="panel")


def _strip(board: Board, name: str) -> Markup | None:
    found = [
        (row, row.parts[name])
        for row in board.rows
        if name in row.parts and not math.isnan(row.parts[name].value)
    ]
    if not found:
        return None
    ordered = sorted(found, key=lambda pair: -pair[1].value)
    values = [part.value for _, part in found]
    span = span_of([*values, *(end for _, part in found for end in ends(part) or ())], least=0.1)
    title = name.replace("_", " ")
    told = "; ".join(f"{row.model} {number(part.value, 2)}" for row, part in ordered)
    dots = [_at(span, row, part) for row, part in found]
    drawn = tag("svg", dots, class_="dots", height=26, role="img", aria_label=f"{title}: {told}")
    best, worst = ordered[0], ordered[-1]
    return tag(
        "tr",
        tag("th", title, scope="row"),
        tag("td", drawn, class_="plot"),
        tag("td", _named(*best)),
        tag("td", _named(*worst) if len(ordered) > 1 else "–"),
    )


def _at(span: Span, row: Row, part: Estimate) -> Markup:
    """A dot over its interval; all intervals together are a shade."""
    held = f"{row.model}: {number(part.value, 2)} {interval(part, 2)}"
    at, found = span.place(part.value), ends(part)
    drawn = [tag("title", held)]
    if found is not None:
        x1, x2 = (span.place(end) for end in found)
        drawn.append(tag("line", x1=x1, x2=x2, y1=13, y2=13, class_="range"))
    drawn.append(tag("circle", cx=at, cy=13, r=4.5, class_="dot hollow"))
    return tag("g", drawn, data_model=row.model)


def _named(row: Row, part: Estimate) -> Markup:
    return markup(row.model, " ", tag("span", number(part.value, 2), class_="quiet"))


def difference_panel(board: Board, i: int) -> Markup | None:
    """Each model against the next one down; a script lets any other be chosen."""
    if not board.differences:
        return None
    held = {frozenset((d.better, d.worse)): d for d in board.differences}
    order = [row.model for row in board.rows if row.rank is not None]
    rows = [_pair(held[frozenset(two)], places(board)) for two in pairwise(order)]
    heads = ["better", "worse", "difference", "interval", "p, Holm", "told apart", "needs"]
    unit = board.info.cluster
    note = (
        f"Paired by item, on the items both have. Needs: {unit}s in all that would tell a true "
        "difference of this size apart with a chance of 80 %."
    )
    picker = tag(
        "p",
        tag("label", "Compare every model with ", for_=f"pick-{i}"),
        tag("select", tag("option", "the next one down", value=""), id=f"pick-{i}"),
        class_="picker",
        hidden=True,
    )
    shown = table("Paired differences", heads, rows, name=f"pairs-{i}")
    opened = tag("details", tag("summary", "Every model beside the next one down"), shown)
    return tag("div", picker, opened, tag("p", note, class_="fine"), class_="panel pairs")


def differences_payload(board: Board) -> dict[str, object]:
    """What the script needs to show other pairs: names, and numbers in words."""
    names = [row.model for row in board.rows if row.rank is not None]
    place = {name: i for i, name in enumerate(names)}
    cells = [
        [place[d.better], place[d.worse], *_words(d, places(board))] for d in board.differences
    ]
    return {"models": names, "pairs": cells}


def _pair(difference: Difference, held: int) -> list[Content | Cell]:
    shown, *rest = _words(difference, held)
    cell = Cell(shown, difference.value.value)
    return [difference.better, difference.worse, cell, *rest]


def _words(difference: Difference, held: int) -> list[str]:
    p = "–" if math.isnan(difference.holm) else decimal(difference.holm, 3)
    return [
        f"+{number(difference.value.value, held)}",
        interval(difference.value, held),
        "<.001" if p == ".000" else p,
        "yes" if difference.apart else "no",
        "–" if difference.needed is None else f"{difference.needed:,}",
    ]


def talk_panel(talks: Sequence[Talk]) -> Markup | None:
    """Items on which models differ most, each model's words in a column of its own."""
    if not talks:
        return None
    return tag("div", [_talk(talk) for talk in talks], class_="panel talks")


def _talk(talk: Talk) -> Markup:
    columns = [_said(said) for said in talk.said]
    asked = tag("details", tag("summary", "what was asked"), tag("pre", talk.asked))
    return tag(
        "details",
        tag("summary", f"Item {talk.item}"),
        asked if talk.asked else None,
        tag("div", columns, class_="columns", tabindex=0, role="region", aria_label="answers"),
    )


def _said(said: Said) -> Markup:
    score = "not scored" if said.score is None else number(said.score, 2)
    turns = [
        tag("p", tag("b", "" if role == "assistant" else f"{role}: "), text, class_=f"by-{role}")
        for role, text in said.turns
    ]
    more = tag("p", "… there is more in the log", class_="fine") if said.is_cut else None
    return tag("div", tag("h4", said.model, tag("span", f" {score}")), turns, more)
