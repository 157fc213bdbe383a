"""Runs one piece of work in a process of its own, on the core of the one that asks.

Imports, caches and memory are then those of that work alone. The parent imports nothing heavy:
on Linux a child's peak memory begins at its parent's.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

_POOLS = ("MKL", "NUMBA", "OMP", "OPENBLAS")
ONE_THREAD = {f"{pool}_NUM_THREADS": "1" for pool in _POOLS} | {"MIEN_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Work:
    """What a child does and counts.

    Attributes:
        calls: The first warms up and is not counted; one alone is counted as it is.
        amount: How much one counted call gets through: seconds of sound, messages, faces.
        tell: One line about what the last call gave.
    """

    calls: Sequence[Callable[[], Any]]
    amount: float
    tell: Callable[[Any], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it.

    Attributes:
        amount: As the work said.
        wall: Seconds of each counted call by the clock.
        cpu: Seconds of each by the process' own time.
        peak_mb: The most memory that was resident, in MB of 10^6 bytes.
        told: The work's own line.
        missing: Why nothing was measured, or empty.
    """

    amount: float = 0.0
    wall: tuple[float, ...] = ()
    cpu: tuple[float, ...] = ()
    peak_mb: float = 0.0
    told: str = ""
    missing: str = ""

    @property
    def busy(self) -> float:
        """How much longer the clock ran than the process did; above 1.1 others had the core."""
        return max(1.0, sum(self.wall) / sum(self.cpu)) if self.cpu else 1.0


def measure(work: str, environ: Mapping[str, str] | None = None, **options: Any) -> Measured:
    """Let a child do some work.

    Args:
        work: Such as `benchmarks.ours:voice`, a function that gives a `Work`.
        environ: Variables besides those that keep everything to one thread.
        options: Its keyword arguments; anything that JSON can carry, and paths.
    """
    told = json.dumps(options, default=str)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.measure", work, told],
        cwd=ROOT,
        env={**os.environ, **ONE_THREAD, **(environ or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit {done.returncode}"]
        return Measured(missing=last[0])
    found = json.loads(done.stdout.splitlines()[-1])
    return Measured(**{**found, "wall": tuple(found["wall"]), "cpu": tuple(found["cpu"])})


def pin(core: int | None = None) -> str:
    """Keep this process and its children to one core, where the system can; says which."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned to a core"
    chosen = max(os.sched_getaffinity(0)) if core is None else core
    os.sched_setaffinity(0, {chosen})
    return f"pinned to core {chosen}"


def timed(work: Work) -> Measured:
    """Do the work here and now."""
    warm_up, *counted = work.calls
    if counted:
        warm_up()
    wall: list[float] = []
    cpu: list[float] = []
    result: Any = None
    for call in counted or [warm_up]:
        clock, own = time.perf_counter(), time.process_time()
        result = call()
        cpu.append(time.process_time() - own)
        wall.append(time.perf_counter() - clock)
    return Measured(work.amount, tuple(wall), tuple(cpu), peak_mb(), work.tell(result))


def peak_mb() -> float:
    """The most memory this process had resident, in MB of 10^6 bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def main(work: str, told: str) -> None:
    """The child: find the work, do it, print what came of it."""
    module, _, name = work.partition(":")
    try:
        found = timed(getattr(import_module(module), name)(**json.loads(told)))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("benchmarks", "mien", "tests"):
            raise
        found = Measured(missing=f"{error.name} is not installed")
    print(json.dumps({name: getattr(found, name) for name in Measured.__slots__}))


if __name__ == "__main__":
    main(*sys.argv[1:])
