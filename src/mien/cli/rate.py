"""`mien rate`: pairwise judgements into a table whose order holds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.output import advise, result, result_json
from mien.core.errors import ConfigError

if TYPE_CHECKING:
    from mien.rate import Anchor, Logged, Table

METHODS = ("bradley-terry", "elo", "trueskill")
RESPONSES = ("margin", "win", "blend")
STYLES = ("length", "markdown")


def rate(
    pairwise: Annotated[
        list[str],
        typer.Argument(help="EQ-Bench 3 logs, LMArena votes, plain judgements, or logs of pairs."),
    ],
    out: Annotated[
        list[Path] | None, typer.Option("--out", help="Write .html, .json or .csv; repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
    method: Annotated[
        str, typer.Option("--method", help="bradley-terry, elo or trueskill.")
    ] = "bradley-terry",
    response: Annotated[
        str, typer.Option("--response", help="margin, win or blend (EQ-Bench's bent margin).")
    ] = "margin",
    style: Annotated[
        str, typer.Option("--style", help="Hold constant: length, markdown or both.")
    ] = "",
    position: Annotated[
        bool, typer.Option("--position/--no-position", help="Correct for the place of an answer.")
    ] = True,
    judge: Annotated[
        str, typer.Option("--judge", help="Who judged, where the file does not say.")
    ] = "",
    mix_judges: Annotated[
        bool, typer.Option("--mix-judges", help="Let files by different judges share the table.")
    ] = False,
    anchor: Annotated[
        list[str] | None, typer.Option("--anchor", help="MODEL=RATING; two fix the scale.")
    ] = None,
    against: Annotated[
        str, typer.Option("--against", help="'published': the scale of the published ladder.")
    ] = "",
    ladder: Annotated[
        Path | None, typer.Option("--ladder", help="The published ladder, if not in the log.")
    ] = None,
    ladder_judge: Annotated[
        str, typer.Option("--ladder-judge", help="Who judged the ladder, where it does not say.")
    ] = "",
    draws: Annotated[int, typer.Option("--draws", min=1, help="Resamples for intervals.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the resamples.")] = 0,
) -> None:
    """Rate models from pairwise judgements, with intervals and shared ranks."""
    from mien.rate import (
        Method,
        Options,
        Response,
        Style,
        rate_files,
        read_ladder,
        write_table,
    )

    styles = [name.strip() for name in style.split(",") if name.strip()]
    options = Options(
        method=Method(_one_of("method", method, METHODS)),
        response=Response(_one_of("response", response, RESPONSES)),
        position=position,
        styles=tuple(Style(_one_of("style", name, STYLES)) for name in dict.fromkeys(styles)),
        draws=draws,
        seed=seed,
        anchors=tuple(_anchor(text) for text in anchor or ()),
    )
    table = rate_files(
        _read(pairwise),
        options,
        judge=judge,
        mix_judges=mix_judges,
        against=read_ladder(ladder, ladder_judge) if ladder else against,
        ladder_judge=ladder_judge,
    )
    for path in out or ():
        write_table(table, path)
        advise(f"wrote {path}")
    _show(table, as_json)


def _read(paths: list[str]) -> list[str | Logged]:
    """The files, with the judgements of logs of pairs, which Inspect alone can open."""
    logs = [path for path in paths if path.endswith(".eval") and Path(path).is_file()]
    if not logs:
        return [*paths]
    from mien.evals.pairs import rows_of
    from mien.rate import Logged

    rows = rows_of(logs)
    return [Logged(Path(path), rows[path]) if path in rows else path for path in paths]


def _show(table: Table, as_json: bool) -> None:
    from mien.rate import render_terminal

    if as_json:
        result_json(table.to_dict())
        return
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    result(render_terminal(table, color=sys.stdout.isatty(), plain=not encoding.startswith("utf")))


def _one_of(option: str, value: str, known: tuple[str, ...]) -> str:
    if value in known:
        return value
    raise ConfigError(f"--{option} {value!r} is not known: choose from {', '.join(known)}")


def _anchor(text: str) -> Anchor:
    from mien.rate import Anchor

    model, _, value = text.rpartition("=")
    try:
        return Anchor(model, float(value)) if model else _no_anchor(text)
    except ValueError:
        return _no_anchor(text)


def _no_anchor(text: str) -> Anchor:
    raise ConfigError(f"--anchor {text!r} is not MODEL=RATING, such as o3=1500")
