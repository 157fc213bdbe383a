"""The leaderboard: one self-contained HTML page for any number of boards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mien.charts import theme
from mien.charts.html import Content, Markup, asset, data_block, page, tag
from mien.charts.numbers import count
from mien.charts.table import sort_script
from mien.evals.boards.board import Board, Row
from mien.evals.boards.report.panels import (
    board_table,
    difference_panel,
    differences_payload,
    part_panel,
    talk_panel,
)
from mien.evals.boards.report.transcripts import sample_talks
from mien.evals.boards.report.words import MEANING, costs, name_of, trust, what_it_is, what_it_says


def render_page(boards: Sequence[Board], *, on: date | None = None) -> str:
    """All boards as HTML that opens offline and needs no script.

    Args:
        boards: One for every score that means something of its own.
        on: The date to write into the page, if any.
    """
    body = tag(
        "main",
        tag("h1", "Emotional intelligence of models"),
        tag("p", _what(boards, on), class_="meta"),
        _filters(boards) if len(boards) > 1 else None,
        [_board(board, i) for i, board in enumerate(boards)],
    )
    payload = {"boards": [differences_payload(board) for board in boards]}
    style = (
        theme.variables(theme.LIGHT, theme.DARK)
        + asset("mien.charts", "page.css")
        + asset("mien.charts", "dots.css")
        + asset("mien.evals.boards.report", "leaderboard.css")
    )
    script = sort_script() + asset("mien.evals.boards.report", "leaderboard.js")
    content: list[Content] = [body, data_block("data", payload)]
    return page("Leaderboard · Mien", *content, style=style, script=script)


def _what(boards: Sequence[Board], on: date | None) -> str:
    models = {row.model for board in boards for row in board.rows}
    parts = [count(len(boards), "table"), count(len(models), "model")]
    if on is not None:
        parts.append(f"{on.day} {on:%B %Y}")
    return " · ".join(parts)


def _filters(boards: Sequence[Board]) -> Markup:
    """Selects that a script shows and works; without one every table stands."""
    tasks = list(dict.fromkeys(board.info.name for board in boards))
    judges = list(dict.fromkeys(judge for board in boards for judge in _judges(board)))
    dates = sorted({row.run.created[:10] for b in boards for row in b.rows if row.run.created})
    selects = [
        _select("task", "Task", tasks),
        _select("judge", "Judge or user", judges),
        _select("since", "Run on or after", dates),
    ]
    return tag("p", [one for one in selects if one is not None], id="filters", hidden=True)


def _judges(board: Board) -> list[str]:
    return [model for _, model in board.key.roles]


def _select(name: str, label: str, values: Sequence[str]) -> Markup | None:
    if len(values) < 2:
        return None
    options = [tag("option", "all", value=""), *(tag("option", v, value=v) for v in values)]
    return tag("label", label, " ", tag("select", options, id=f"filter-{name}"))


def _board(board: Board, i: int) -> Markup:
    dates = [row.run.created[:10] for row in board.rows if row.run.created]
    return tag(
        "article",
        tag("h2", name_of(board), class_="title"),
        tag("p", what_it_is(board), class_="meta"),
        tag("p", what_it_says(board), class_="say"),
        tag("p", MEANING, class_="note"),
        _section("Models", board_table(board)),
        _section("What the score is made of", part_panel(board)),
        _section("Two models", difference_panel(board, i)),
        _section("The same items, side by side", talk_panel(sample_talks(board))),
        _section("How far to trust this", _foot(board)),
        class_="board-of",
        data_board=i,
        data_task=board.info.name,
        data_judges="\n".join(_judges(board)),
        data_last=max(dates, default=""),
    )


def _section(heading: str, content: Markup | None) -> Markup | None:
    return None if content is None else tag("section", tag("h3", heading), content)


def _foot(board: Board) -> Markup:
    told = [(tag("dt", heading), tag("dd", text)) for heading, text in trust(board)]
    files = [
        tag("li", f"{row.model}: {row.run.source}, sha256 {row.run.sha256[:12]}…{_spent(row)}")
        for row in board.rows
        if row.run.source
    ]
    hashes = _hashes(board)
    return tag(
        "div",
        tag("dl", told),
        tag(
            "details",
            tag("summary", "Files, tokens, hashes and versions"),
            [
                tag("ul", files, class_="plain files"),
                tag("ul", [tag("li", line) for line in hashes], class_="plain files"),
            ],
        ),
        class_="panel foot",
    )


def _spent(row: Row) -> str:
    told = costs(row)
    return f"; {told}" if told else ""


def _hashes(board: Board) -> list[str]:
    lines = []
    for what in ("prompts", "data"):
        held = {k: v for row in board.rows for k, v in getattr(row.run, what).items()}
        lines += [f"{what}: {name}, sha256 {value[:16]}…" for name, value in held.items()]
    packages = {k: v for row in board.rows for k, v in row.run.packages.items()}
    if packages:
        lines.append(", ".join(f"{name} {version}" for name, version in packages.items()))
    return lines
