"""`python -m benchmarks.rate LOG`: how fast models are rated, and what is known of the log.

LOG is EQ-Bench 3's pairwise log of 2025-04-29 (`early_pairwise_2025-04-29.json.gz`).
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.machine import processor
from benchmarks.table import Figure, Row, Table, Unit
from mien.rate import Judgement, Method, Options, Response, Style, gather, rate
from mien.rate.bootstrap import Draws, resample
from mien.rate.bradley_terry import fit
from mien.rate.columns import Columns
from mien.rate.design import Terms, design
from mien.rate.files import table_json
from mien.rate.page import render
from mien.rate.scale import Anchor, spearman

RUNS = 7
ANCHORS = (Anchor("o3", 1500.0), Anchor("meta-llama/llama-3.2-1b-instruct", 200.0))


def main(arguments: list[str] | None = None) -> None:
    """Measure on the log and print two tables: speed, and the known figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rate", description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("--cores", type=int, default=2, help="how many to use (2)")
    asked = parser.parse_args(arguments)
    where = _limit(asked.cores)
    gathered = gather([asked.log])
    rows = _speed(asked.log, gathered.judgements)
    print(Table(rows, _about(where)).text())
    print()
    for what, value in _known(gathered.judgements, gathered.ladder.ratings).items():
        print(f"{what}: {value}")


def _limit(cores: int) -> str:
    if not hasattr(os, "sched_setaffinity"):
        return "not limited to a number of cores"
    kept = sorted(os.sched_getaffinity(0))[-cores:]
    os.sched_setaffinity(0, kept)
    return f"limited to {len(kept)} cores"


def _about(where: str) -> list[str]:
    versions = ", ".join(f"{name} {version(name)}" for name in ("mien", "numpy", "scipy"))
    return [f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {processor()}", f"{where}; {versions}"]


def _speed(log: Path, judgements: tuple[Judgement, ...]) -> list[Row]:
    columns = Columns.of(judgements, Response.MARGIN)
    made = design(columns, Terms())
    styled = Columns.of(judgements, Response.MARGIN, (Style.LENGTH,))
    made_styled = design(styled, Terms(styles=(Style.LENGTH,)))
    draws = Draws(columns.n_clusters, 1000, 0)
    table = rate(judgements)

    def one_fit() -> Any:
        return fit(design(Columns.of(judgements, Response.MARGIN), Terms()))

    n = f"{len(judgements):,} judgements, {len(columns.models)} models"
    return [
        _row("read the log", lambda: gather([log]), n),
        _row("one fit, from judgements to strengths", one_fit, n, goal=25.0),
        _row("one fit of the cells", lambda: fit(made), f"{made.matrix.shape[0]} cells"),
        _row("1,000 resamples of scenarios", lambda: resample(made, draws), n, 2000.0),
        _row(
            "1,000 resamples with length held constant",
            lambda: resample(made_styled, draws),
            f"{made_styled.matrix.shape[0]:,} cells",
        ),
        _row("a whole table, profiles included", lambda: rate(judgements), n),
        _row("its page", lambda: render(table), ""),
    ]


def _row(what: str, work: Callable[[], Any], note: str, goal: float | None = None) -> Row:
    work()
    wall, cpu = [], []
    for _ in range(RUNS):
        clock, own = time.perf_counter(), time.process_time()
        work()
        cpu.append(1000 * (time.process_time() - own))
        wall.append(1000 * (time.perf_counter() - clock))
    return Row("rate", what, Unit.MS, Figure(tuple(cpu)), Figure(tuple(wall)), goal=goal, note=note)


def _known(judgements: tuple[Judgement, ...], published: Any) -> dict[str, str]:
    """Figures of the log that are known from elsewhere, as they come out here."""
    known = {}
    for response in Response:
        table = rate(judgements, Options(response=response))
        ours = [row.rating for row in table.rows]
        rho = spearman(ours, [published[row.model] for row in table.rows])
        pairs = table.differences
        known[f"rank correlation with the published order, {response.value}"] = f"{rho:.4f}"
        known[f"pairs told apart of {len(pairs)}, {response.value}"] = (
            f"{sum(d.p <= 0.05 for d in pairs)}, after Holm {sum(d.apart for d in pairs)}; "
            f"{len(table.groups)} ranks"
        )
    for row in table.order_bias:
        known[f"{row.kind}: first shown won, orders agree"] = (
            f"{row.first_wins:.4f}, {row.agree:.4f} of {row.pairs}"
        )
    known["all criteria agree"] = f"{table.halo.all_agree:.4f}" if table.halo else "-"
    other = list(judgements)
    random.Random(0).shuffle(other)
    same = table_json(rate(judgements)) == table_json(rate(other))
    known["a shuffle gives the same table bit for bit"] = "yes" if same else "NO"
    for method in (Method.TRUESKILL, Method.ELO):
        options = Options(method=method, response=Response.BLEND, anchors=ANCHORS)
        order = rate(judgements, options).order
        if order is not None:
            known[f"{method.value} between two shuffles, published scale"] = (
                f"{order.moved:.1f} points on average, {order.widest:.0f} at most, "
                f"{order.models_moved} models change rank by up to {order.most_ranks}"
            )
    return known


if __name__ == "__main__":
    main()
