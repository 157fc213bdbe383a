"""What the commands that ask models read from options, and how they show cost."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mien.core.errors import ConfigError

if TYPE_CHECKING:
    from mien.evals.bench import Bench, Setup
    from mien.evals.result import Usage
    from mien.evals.running.planning import Plan

_NOBODY = "none/none"

Models = Annotated[
    list[str] | None, typer.Option("--model", help="Whom to ask, as PROVIDER/MODEL; repeatable.")
]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", help="ROLE=PROVIDER/MODEL: who judges or plays the user; repeatable."),
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", help="NAME=VALUE: what only this task knows; repeatable."),
]
GuardBy = Annotated[
    str | None,
    typer.Option(
        "--guard",
        help="Put the guard between model and user; mode observe, advise or enforce.",
        metavar="POLICY[:MODE]",
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", help="At most so many items.", min=1)]
Epochs = Annotated[int, typer.Option("--epochs", help="Answers to each item.", min=1)]
Connections = Annotated[
    int | None, typer.Option("--max-connections", help="Requests to a model at once.", min=1)
]
PriceFile = Annotated[
    Path | None, typer.Option("--prices", help="Your prices of models, TOML.", metavar="FILE")
]
Budget = Annotated[
    float | None,
    typer.Option("--budget", help="Dollars for all models and roles.", metavar="USD"),
]
Logs = Annotated[Path, typer.Option("--logs", help="Folder for Inspect's logs.", metavar="DIR")]


def pairs_of(option: str, given: Sequence[str] | None) -> dict[str, str]:
    """NAME=VALUE options by name.

    Raises:
        ConfigError: If one has another form, or a name comes twice.
    """
    found: dict[str, str] = {}
    for text in given or ():
        name, is_pair, value = text.partition("=")
        if not (name and is_pair and value):
            raise ConfigError(f"{option} {text!r} is not NAME=VALUE")
        if name in found:
            raise ConfigError(f"{option} names {name!r} twice")
        found[name] = value
    return found


def asked_setup(
    data: Path | None,
    limit: int | None,
    given: Sequence[str] | None,
    guard: str | None = None,
) -> Setup:
    """How a task is to be run; `--guard` is the argument `guard` of the tasks that have it.

    Raises:
        ConfigError: If the folder is none, or an argument has another form.
    """
    from dataclasses import replace

    from mien.cli.evals.options import setup_of

    args = {name: _value(text) for name, text in pairs_of("--set", given).items()}
    if guard is not None:
        if "guard" in args:
            raise ConfigError("--guard and --set guard=... are one: give one of them")
        args["guard"] = guard
    return replace(setup_of(data), limit=limit, args=args)


def asked_models(bench: Bench, setup: Setup, given: Sequence[str] | None) -> list[str]:
    """Whom to ask; nobody where a task only judges what earlier runs said.

    Raises:
        ConfigError: If somebody must be asked and nobody is named.
    """
    from mien.evals.running.planning import UNDER_TEST

    if given:
        return list(given)
    if any(one.role == UNDER_TEST for one in bench.plan(setup)):
        raise ConfigError("name a model with --model PROVIDER/MODEL, such as mien/empathic")
    return [_NOBODY]


def _value(text: str) -> Any:
    """A number, a truth value or a list where the text is one, else the text."""
    try:
        return json.loads(text.lower() if text in ("True", "False") else text)
    except ValueError:
        return text


def cost_lines(plan: Plan) -> list[str]:
    """A plan as a table, by role."""
    head = ("role", "model", "calls", "tokens read", "written", "USD")
    rows = [
        (
            p.role,
            p.model or "(not named)",
            f"{p.calls:,}",
            f"{p.read:,}",
            f"{p.written:,}",
            usd(p.usd),
        )
        for p in plan.parts
    ]
    if len(rows) > 1:
        rows.append(("in all", "", *_sums(plan.parts), usd(plan.usd)))
    return table([head, *rows], 2)


def actual_lines(plan: Plan, usage: dict[str, Usage]) -> list[str]:
    """What was planned beside what was used, by role."""
    head = (
        "role",
        "calls",
        "(planned)",
        "tokens read",
        "(planned)",
        "written",
        "(planned)",
        "USD",
        "(planned)",
    )
    rows = []
    for part in plan.parts:
        used = usage.get(part.role)
        told = (used.calls, used.read, used.written) if used else (0, 0, 0)
        planned = (part.calls, part.read, part.written)
        cells = [f"{n:,}" for pair in zip(told, planned, strict=True) for n in pair]
        rows.append((part.role, *cells, usd(used.usd if used else 0.0), usd(part.usd)))
    return table([head, *rows], 1)


def _sums(parts: Iterable[Any]) -> tuple[str, str, str]:
    listed = list(parts)
    calls, read, written = (
        sum(getattr(p, n) for p in listed) for n in ("calls", "read", "written")
    )
    return f"{calls:,}", f"{read:,}", f"{written:,}"


def usd(value: float | None) -> str:
    """Dollars for people; unknown is no zero.

    >>> usd(None), usd(0.0), usd(0.004), usd(12.345)
    ('unknown', '0', '0.0040', '12.35')
    """
    if value is None:
        return "unknown"
    if value == 0:
        return "0"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"


def duration(seconds: float) -> str:
    """For people.

    >>> duration(42), duration(3700)
    ('42 s', '1 h 2 min')
    """
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def table(rows: Sequence[Sequence[str]], left: int) -> list[str]:
    """Lines whose first `left` columns are words and whose others are figures."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_cells(row, widths, left)).rstrip() for row in rows]


def _cells(row: Sequence[str], widths: Sequence[int], left: int) -> list[str]:
    pairs = list(zip(row, widths, strict=True))
    return [
        cell.ljust(width) if i < left else cell.rjust(width)
        for i, (cell, width) in enumerate(pairs)
    ]
