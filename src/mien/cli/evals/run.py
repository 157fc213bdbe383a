"""`mien evals run`: a task on models, with what it came to beside what was planned."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.evals.asking import (
    Budget,
    Connections,
    Epochs,
    GuardBy,
    Limit,
    Logs,
    Models,
    PriceFile,
    Roles,
    Sets,
    actual_lines,
    asked_models,
    asked_setup,
    duration,
    pairs_of,
    usd,
)
from mien.cli.evals.options import AsJson, Data
from mien.cli.output import advise, result, result_json
from mien.core.progress import Report

if TYPE_CHECKING:
    from mien.evals.bench import Bench, Setup
    from mien.evals.running.ran import Ran
    from mien.evals.running.start import Manner


def run(
    task: Annotated[str, typer.Argument(help="A task, as `mien evals list` names it.")],
    model: Models = None,
    role: Roles = None,
    data: Data = None,
    limit: Limit = None,
    given: Sets = None,
    guard: GuardBy = None,
    logs: Logs = Path("logs"),  # paths do not change
    epochs: Epochs = 1,
    max_connections: Connections = None,
    budget: Budget = None,
    prices: PriceFile = None,
    cache: Annotated[
        bool, typer.Option("--cache", help="Keep answers for ever; ask nothing twice in any run.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask anew what an earlier run has answered.")
    ] = False,
    retries: Annotated[
        int, typer.Option("--retries", help="Tries after a failed one of each request.", min=0)
    ] = 3,
    as_json: AsJson = False,
) -> None:
    """Run a task on models; a run that was cut off goes on where it stopped."""
    from mien.evals.catalogue import find
    from mien.evals.prices import load_prices
    from mien.evals.running.start import Manner, run

    bench, setup = find(task), asked_setup(data, limit, given, guard)
    manner = Manner(
        roles=pairs_of("--role", role),
        logs=logs,
        fresh=fresh,
        epochs=epochs,
        max_connections=max_connections,
        budget=budget,
        prices=load_prices(prices),
        cache=cache,
        retries=retries,
        watch=watch,
    )
    models = asked_models(bench, setup, model)
    _announce(bench, models, setup, manner)
    try:
        for ran in run(bench, models, setup, manner):
            tell(ran, as_json=as_json)
    except KeyboardInterrupt:
        advise("what was answered is kept: the same command goes on from there")
        raise


def _announce(bench: Bench, models: list[str], setup: Setup, manner: Manner) -> None:
    """What is about to be sent, on stderr."""
    from mien.evals.running.precision import warning
    from mien.evals.running.start import plan_of

    for model in models:
        plan = plan_of(bench, model, setup, manner)
        calls = sum(part.calls for part in plan.parts)
        advise(
            f"{plan.task} on {model}: about {calls:,} requests, {duration(plan.seconds)}, "
            f"{usd(plan.usd)} USD ({plan.pace})"
        )
    if told := warning(bench, setup):
        advise(told)


def tell(ran: Ran, *, as_json: bool) -> None:
    """What a run came to; what was kept of earlier ones goes to stderr."""
    if ran.kept:
        n = "all" if ran.kept >= ran.result.planned else f"{ran.kept:,} of"
        advise(
            f"{n} {ran.result.planned:,} samples were answered by an earlier run; --fresh asks anew"
        )
    if ran.replaced is not None:
        advise(f"{ran.replaced.name} was cut off; all of it is in the new log, and it was deleted")
    if as_json:
        result_json(ran.to_dict())
        return
    result(_headline(ran))
    for note in ran.notes():
        result(f"  {note}")
    for line in actual_lines(ran.plan, dict(ran.result.usage)):
        result(f"  {line}")
    took = f"{duration(ran.seconds)} ({duration(ran.plan.seconds)} planned)" if ran.seconds else ""
    result(f"  {took + '; ' if took else ''}log: {ran.log}")


def _headline(ran: Ran) -> str:
    main, told = ran.scored.main, ran.result
    name = f"{told.name}, {told.model}"
    if ran.scored.why_none:
        return f"{name}: no score, since {ran.scored.why_none}"
    if main.clusters < 2:
        return f"{name}: {main.value:.2f} (one piece of evidence, so no interval)"
    return f"{name}: {main.value:.2f} (95 % interval {main.low:.2f} to {main.high:.2f})"


@contextmanager
def watch(title: str, total: int) -> Iterator[Report]:
    """A bar on stderr, where that is a terminal."""
    from mien.core.progress import bar

    with bar(title, float(total), sys.stderr) as report:
        yield report
