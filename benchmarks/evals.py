"""`python -m benchmarks.evals`: what running an eval costs besides the model, and reading its log.

A task of one question and a scorer of one number is run on a scripted character in this process,
so that nothing is measured but the harness: Inspect, the meter, and writing the log.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.machine import processor
from benchmarks.table import Figure, Row, Table, Unit
from mien.evals.bench import Setup
from mien.evals.logs import read_log
from mien.evals.running.start import Manner, run
from tests.fakes.bench import BENCH

MODEL = "mien/flat"
START = 20
"""Samples of the run that tells what starting costs."""


def main(arguments: list[str] | None = None) -> None:
    """Run and read logs of several sizes, and print how long it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evals", description=__doc__)
    parser.add_argument("--samples", type=int, default=1000, help="of the run (1000)")
    parser.add_argument("--large", type=int, default=5000, help="of the log that is read (5000)")
    asked = parser.parse_args(arguments)
    where = _one_core()
    with tempfile.TemporaryDirectory(prefix="mien-bench-") as folder:
        rows = [*_runs(asked.samples, Path(folder)), *_reading(asked.large, Path(folder))]
    print(Table(rows, _about(where)).text())


def _one_core() -> str:
    if not hasattr(os, "sched_setaffinity"):
        return "not limited to a core"
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-1:])
    return "limited to one core"


def _about(where: str) -> list[str]:
    versions = ", ".join(f"{name} {version(name)}" for name in ("mien", "inspect-ai"))
    return [f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {processor()}", f"{where}; {versions}"]


def _runs(n: int, folder: Path) -> list[Row]:
    _ask(START, folder / "warm")
    started = _timed(lambda: _ask(START, folder / "start"))
    whole = _timed(lambda: _ask(n, folder / "whole"))
    each = tuple(1000 * (a - b) / (n - START) for a, b in zip(whole, started, strict=True))
    return [
        _row(f"a run of {n:,} samples", Unit.S, whole, goal=60.0),
        _row("each sample after the start", Unit.MS, each, goal=40.0),
    ]


def _reading(n: int, folder: Path) -> list[Row]:
    log = _ask(n, folder / "large")
    size = log.stat().st_size / 1e6
    read = _timed(lambda: read_log(log))
    return [_row(f"read a log of {n:,} samples", Unit.S, read, goal=10.0, note=f"{size:.1f} MB")]


def _ask(n: int, folder: Path) -> Path:
    (ran,) = run(BENCH, [MODEL], Setup(args={"n": n}), Manner(logs=folder))
    if len(ran.result.items) != n:
        raise SystemExit(f"{len(ran.result.items)} of {n} samples were answered")
    return ran.log


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of this process, and by the clock."""
    clock, own = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - own, time.perf_counter() - clock


def _row(
    what: str, unit: Unit, seconds: tuple[float, ...], goal: float | None = None, note: str = ""
) -> Row:
    own, clock = seconds
    return Row("evals", what, unit, Figure((own,)), Figure((clock,)), goal=goal, note=note)


if __name__ == "__main__":
    main()
