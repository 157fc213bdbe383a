"""`mien evals rejudge`: answers of earlier runs judged by others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.cli.evals.asking import Budget, Connections, Logs, PriceFile, Roles, pairs_of
from mien.cli.evals.options import AsJson, Data, setup_of
from mien.cli.evals.run import tell, watch


def rejudge(
    logs_of_runs: Annotated[
        list[Path], typer.Argument(help="Logs of runs, as Inspect wrote them.", metavar="LOG...")
    ],
    role: Roles = None,
    data: Data = None,
    logs: Logs = Path("logs"),  # paths do not change
    max_connections: Connections = None,
    budget: Budget = None,
    prices: PriceFile = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask anew what these judges have judged.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Judge answers again by other judges; the model under test is not asked."""
    from mien.evals.prices import load_prices
    from mien.evals.running.rejudging import rejudge
    from mien.evals.running.start import Manner

    manner = Manner(
        roles=pairs_of("--role", role),
        logs=logs,
        max_connections=max_connections,
        budget=budget,
        prices=load_prices(prices),
        fresh=fresh,
        watch=watch,
    )
    for log in logs_of_runs:
        tell(rejudge(log, setup_of(data), manner), as_json=as_json)
