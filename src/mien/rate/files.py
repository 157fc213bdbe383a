"""From files of judgements to a table, and from a table to a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from mien.core.errors import ConfigError, EvalError
from mien.rate.ladders import Ladder
from mien.rate.page import render
from mien.rate.rating import Options, rate
from mien.rate.sources import Gathered, Logged, gather
from mien.rate.table import Table
from mien.timeline.files import replacing

PUBLISHED = "published"


def rate_files(
    paths: Sequence[str | Path | Logged],
    options: Options | None = None,
    *,
    judge: str = "",
    mix_judges: bool = False,
    against: Ladder | str = "",
    ladder_judge: str = "",
) -> Table:
    """The table of all judgements in some files.

    Args:
        paths: EQ-Bench 3 logs, LMArena votes, or plain judgements.
        options: How to rate.
        judge: Who judged, where the files don't say.
        mix_judges: Whether files by different judges may share a table.
        against: A published ladder, or `published` for the one in the log itself.
        ladder_judge: Who judged the log's own ladder, if not who is known to.

    Raises:
        EvalError: If a file cannot be rated, or the ladder is by another judge.
        MissingExtra: If SciPy is not installed.
    """
    gathered = gather(paths, judge=judge, mix_judges=mix_judges)
    published = _ladder(gathered, against, ladder_judge) if against else None
    table = rate(gathered.judgements, options, against=published)
    return replace(table, sources=gathered.sources, left_out=(*gathered.left_out, *table.left_out))


def _ladder(gathered: Gathered, against: Ladder | str, judge: str) -> Ladder:
    if isinstance(against, Ladder):
        return against
    if against != PUBLISHED:
        raise ConfigError(f"a table is held against {PUBLISHED!r}, not {against!r}")
    if gathered.ladder is None:
        raise EvalError(
            "there is no published ladder in these files, or more than one: give it with --ladder"
        )
    return replace(gathered.ladder, judges=(judge,)) if judge else gathered.ladder


def write_table(table: Table, path: str | Path, *, on: date | None = None) -> None:
    """Write a table; the name's ending decides the form, and nothing is left half-written.

    Args:
        table: What to write.
        path: `.html` for people, `.json` with everything, `.csv` with a row a model.
        on: The date to write into a page; today if None.

    Raises:
        ConfigError: If the ending is none of these, or the file cannot be written.
    """
    path = Path(path)
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise ConfigError(f"cannot tell the form of {path.name!r}: end it in {', '.join(FORMS)}")
    text = form(table, on or date.today())
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", errors="replace", newline="\n")


def table_json(table: Table) -> str:
    """Everything in the table; the same table gives the same text to the last digit."""
    return json.dumps(table.to_dict(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def table_csv(table: Table) -> str:
    """A row a model, those that are not rated at the end."""
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\n")
    counts = ["n", "wins", "ties", "losses", "both_bad", "opponents", "scenarios", "runs"]
    writer.writerow(
        ["rank", "model", "rating", "low", "high", "best_rank", "worst_rank", *counts, "published"]
    )
    for row in table.rows:
        low, high = row.range or ("", "")
        cells = [row.rank, _harmless(row.model), row.rating, low, high, row.best_rank]
        published = "" if row.published is None else row.published
        writer.writerow([*cells, row.worst_rank, *(getattr(row, c) for c in counts), published])
    for lost in table.not_rated:
        cells = ["", _harmless(lost.model), "", "", "", "", "", lost.n, lost.wins, lost.ties]
        writer.writerow([*cells, lost.losses, "", "", "", "", ""])
    return held.getvalue()


def _harmless(cell: str) -> str:
    # A spreadsheet would run a name that begins like a formula.
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


FORMS: dict[str, Callable[[Table, date], str]] = {
    ".html": lambda table, on: render(table, on=on),
    ".json": lambda table, _: table_json(table),
    ".csv": lambda table, _: table_csv(table),
}
"""Endings that `write_table` knows."""
