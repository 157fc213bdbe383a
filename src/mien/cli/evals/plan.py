"""`mien evals plan`: calls, tokens, time and money before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.evals.asking import (
    Connections,
    Epochs,
    GuardBy,
    Limit,
    Models,
    PriceFile,
    Roles,
    Sets,
    asked_models,
    asked_setup,
    cost_lines,
    duration,
    pairs_of,
)
from mien.cli.evals.options import AsJson, Data
from mien.cli.output import advise, result, result_json


def plan(
    task: Annotated[str, typer.Argument(help="A task, as `mien evals list` names it.")],
    model: Models = None,
    role: Roles = None,
    data: Data = None,
    limit: Limit = None,
    given: Sets = None,
    guard: GuardBy = None,
    epochs: Epochs = 1,
    max_connections: Connections = None,
    prices: PriceFile = None,
    pace: Annotated[
        Path | None,
        typer.Option("--pace", help="An earlier log to take the pace from.", metavar="LOG"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a run would send, take and cost, by role; nothing is sent."""
    from mien.evals.catalogue import find
    from mien.evals.prices import load_prices
    from mien.evals.running.casting import spread_roles
    from mien.evals.running.planning import UNDER_TEST, Load, make_plan, measured

    bench, setup = find(task), asked_setup(data, limit, given, guard)
    known, roles = load_prices(prices), spread_roles(bench.info, pairs_of("--role", role))
    load = Load(
        epochs=epochs,
        connections=max_connections,
        pace=measured(pace) if pace is not None else None,
    )
    for name in asked_models(bench, setup, model):
        made = make_plan(bench, {**roles, UNDER_TEST: name}, setup, known, load)
        if as_json:
            result_json({"model": name, **made.to_dict()})
            continue
        result(f"{made.task} on {name}, about {duration(made.seconds)} ({made.pace})")
        for line in cost_lines(made):
            result(f"  {line}")
        sources = {part.model: known.find(part.model) for part in made.parts if part.model}
        for who, price in sources.items():
            advise(f"price of {who}: {price.source if price else 'unknown (give --prices FILE)'}")
