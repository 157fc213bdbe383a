"""Boards into files; the name's ending decides the form."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from mien.core.errors import ConfigError
from mien.evals.boards.board import Board, Row
from mien.evals.boards.report.page import render_page
from mien.timeline.files import replacing

FORMS = (".html", ".json", ".csv")

COLUMNS = (
    *("task", "depends_on", "kind", "rank", "model", "scripted", "score", "se", "low", "high"),
    *("planned", "answered", "scored", "refused", "usd", "source", "sha256"),
)
"""Of a spreadsheet."""


def write_boards(boards: Sequence[Board], path: str | Path, *, on: date | None = None) -> None:
    """Write boards; nothing is left half-written.

    Args:
        boards: What to write.
        path: `.html` for people, `.json` with everything, `.csv` with a row a run.
        on: The date to write into a page; today if None.

    Raises:
        ConfigError: If the ending is none of these, or the file cannot be written.
    """
    path = Path(path)
    check_form(path)
    text = _text(boards, path.suffix.lower(), on or date.today())
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", errors="replace", newline="\n")


def check_form(path: Path) -> None:
    """Refuse a name before the work.

    Raises:
        ConfigError: If its ending is none of `FORMS`.
    """
    if path.suffix.lower() not in FORMS:
        raise ConfigError(f"cannot tell the form of {path.name!r}: end it in {', '.join(FORMS)}")


def _text(boards: Sequence[Board], form: str, on: date) -> str:
    if form == ".html":
        return render_page(boards, on=on)
    if form == ".json":
        held = {"boards": [board.to_dict() for board in boards]}
        return json.dumps(held, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    return boards_csv(boards)


def boards_csv(boards: Sequence[Board]) -> str:
    """A row a run, baselines included."""
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow(COLUMNS)
    for board in boards:
        depends = ", ".join(f"{k} {v}" for k, v in (*board.key.roles, *board.key.variant))
        for kind, rows in (("run", board.rows), ("baseline", board.baselines)):
            for row in rows:
                writer.writerow([board.info.name, harmless(depends), kind, *_cells(row)])
    return held.getvalue()


def _cells(row: Row) -> list[object]:
    main = (row.main.value, row.main.se, row.main.low, row.main.high)
    return [
        row.rank or "",
        harmless(row.model),
        "yes" if row.run.is_scripted else "",
        *("" if math.isnan(value) else value for value in main),
        row.planned,
        len(row.run.items),
        row.scored,
        "" if math.isnan(row.refused) else row.refused,
        "" if row.usd is None else row.usd,
        harmless(row.run.source),
        row.run.sha256,
    ]


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.lstrip().startswith(("=", "+", "-", "@")) or cell[:1] < " " else cell
