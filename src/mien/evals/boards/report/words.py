"""A board in words and numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mien.charts.numbers import count, listed
from mien.evals.boards.board import Board, Row
from mien.evals.boards.remarks import scripted
from mien.evals.estimate import Estimate

MEANING = (
    "A score says how a model did on these items under these judges; it is no amount of empathy, "
    "and models that share a rank are not told apart."
)
MOST_NAMED = 3
MOST_GREY = 4


def number(value: float, places: int = 1) -> str:
    """A score with a true minus sign; a dash for none.

    >>> number(83.333), number(-2.5), number(float("nan"))
    ('83.3', '−2.5', '–')
    """
    if math.isnan(value):
        return "–"
    text = f"{abs(value):.{places}f}"
    return f"−{text}" if value < 0 and float(text) != 0 else text


def interval(found: Estimate, places: int = 1) -> str:
    """Both ends, or a dash.

    >>> interval(Estimate(1.0, 0.5, -0.04, 2.04)), interval(Estimate(1.0))
    ('[0.0, 2.0]', '–')
    """
    if math.isnan(found.low):
        return "–"
    return f"[{number(found.low, places)}, {number(found.high, places)}]"


def ends(found: Estimate) -> tuple[float, float] | None:
    """Of its interval, if it has one."""
    return None if math.isnan(found.low) else (found.low, found.high)


def places(board: Board) -> int:
    """Decimals: as many as the scale of the scores needs.

    A scale up to 100 is shown with one, a scale up to 10 with two.
    """
    held = [abs(row.main.value) for row in board.rows if not math.isnan(row.main.value)]
    return 1 if max(held, default=100.0) > 10 else 2


def money(usd: float | None) -> str:
    """What was spent; a dash where a price is unknown.

    >>> money(0.0), money(0.004), money(12.5), money(None)
    ('0', '<0.01', '12.50', '–')
    """
    if usd is None:
        return "–"
    if usd == 0:
        return "0"
    return "<0.01" if usd < 0.01 else f"{usd:,.2f}"


def share(part: float) -> str:
    """A share in percent; a dash for none.

    >>> share(0.125), share(0.0), share(1.0), share(float("nan"))
    ('12.5 %', '0 %', '100 %', '–')
    """
    if math.isnan(part):
        return "–"
    return f"{100 * part:.0f} %" if part in (0, 1) else f"{100 * part:.1f} %"


def name_of(board: Board) -> str:
    """Of the score: the task with all it depends on.

    The roles come first, since a judge moves a score more than anything else.
    """
    told = [f"{key} {value}" for key, value in (*board.key.roles, *board.key.variant)]
    return f"{board.info.title} ({', '.join(told)})" if told else board.info.title


def what_it_is(board: Board) -> str:
    """What was run, in one line."""
    dates = sorted({row.run.created[:10] for row in board.rows if row.run.created})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}" if dates else ""
    parts = [
        count(len(board.rows), "run"),
        f"version {board.key.version}",
        board.info.scale,
        when,
    ]
    return " · ".join(part for part in parts if part)


def what_it_says(board: Board) -> str:
    """Who leads, and how many places are told apart."""
    groups = board.groups
    if not groups:
        return "No run has a score."
    held = places(board)
    first = [row.model for row in groups[0]]
    lead = (
        f"{first[0]} leads with {number(groups[0][0].main.value, held)} "
        f"{interval(groups[0][0].main, held)}."
        if len(first) == 1
        else f"{_named(first)} share the first rank."
    )
    ranked = sum(map(len, groups))
    if ranked < 2:
        lead = f"{first[0]} has {number(groups[0][0].main.value, held)} "
        return f"{lead}{interval(groups[0][0].main, held)}.{_beaten(board)}"
    ranks = count(len(groups), "rank")
    return f"{lead} {count(ranked, 'model').capitalize()} take {ranks}.{_beaten(board)}"


def grey(board: Board) -> tuple[Row, ...]:
    """The baselines that a table shows: the best few, which models must beat."""
    return board.baselines[:MOST_GREY]


def lower_still(board: Board) -> str:
    """The other baselines in words; empty if there are none."""
    rest = board.baselines[MOST_GREY:]
    told = [f"{row.model} {number(row.main.value, places(board))}" for row in rest]
    return f"Lower still: {', '.join(told)}." if told else ""


def _beaten(board: Board) -> str:
    """Models that a baseline equals or beats: whatever answers without reading."""
    top = max((row.main.value for row in board.baselines), default=-math.inf)
    below = [row.model for row in board.rows if row.main.value <= top]
    if not below:
        return ""
    who = next(row.model for row in board.baselines if row.main.value == top)
    verb = "is" if len(below) == 1 else "are"
    return f" {_named(below)} {verb} no better than {who}, which reads nothing."


def trust(board: Board) -> Iterator[tuple[str, str]]:
    """What the table rests on: a heading and a sentence each."""
    if told := scripted([row.run for row in board.rows]):
        yield "Scripted", told
    for note in board.notes:
        yield "Note", note if note.endswith(".") else f"{note}."
    yield from _remarks(board)
    yield "Left out", _left_out(board)
    yield "Licence", f"{board.info.licence}. {board.info.citation}"


def _remarks(board: Board) -> Iterator[tuple[str, str]]:
    """What holds for single runs; those of which the same holds are named together."""
    held: dict[str, list[str]] = {}
    for row in board.rows:
        for remark in row.remarks:
            held.setdefault(remark, []).append(row.model)
    for remark, models in held.items():
        who = _named(models) if len(models) < len(board.rows) else "every run"
        yield "Run" if len(models) == 1 else "Runs", f"{who}: {remark.removesuffix('.')}."


def _left_out(board: Board) -> str:
    lost = [f"{row.model} ({row.why_none})" for row in board.rows if row.rank is None]
    unscored = sum(len(row.run.items) - row.scored for row in board.rows)
    missing = sum(row.missing for row in board.rows)
    told = f"{unscored:,} answers without a score and {missing:,} that were never given"
    return f"{told}; models without a score: {'; '.join(lost) or 'none'}."


def costs(row: Row) -> str:
    """Tokens and money of a run, by role."""
    told = [
        f"{role}: {used.calls:,} calls, {used.read:,} tokens read, {used.written:,} written"
        + ("" if used.usd is None else f", {money(used.usd)} USD")
        for role, used in row.usage.items()
    ]
    return "; ".join(told)


def _named(names: list[str]) -> str:
    if len(names) <= MOST_NAMED:
        return listed(names)
    return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"
