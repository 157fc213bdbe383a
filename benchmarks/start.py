"""How long a command takes to begin, and how much an install downloads."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import ROOT, Measured


class Download(NamedTuple):
    """One wheel that `pip install mien` fetches."""

    name: str
    mb: float


def begin(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, Measured]:
    """Whole Python processes, taken in turn so that a busy moment hits all.

    Args:
        commands: Arguments for this interpreter, by name.
        runs: Counted runs of each, after one that is not.
    """
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, command in commands.items():
            taken[name].append(_seconds([sys.executable, *command]))
    return {name: _measured(times[1:]) for name, times in taken.items()}


def _seconds(command: Sequence[str]) -> tuple[float, float]:
    """Wall and own time of one process."""
    clock, own = time.perf_counter(), _children()
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - clock, _children() - own


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _measured(times: Sequence[tuple[float, float]]) -> Measured:
    wall, cpu = zip(*times, strict=True)
    return Measured(1.0, tuple(wall), tuple(cpu))


def downloads() -> list[Download]:
    """The wheels of a base install, Mien's own included, largest first.

    Builds Mien's wheel and lets pip fetch it with all it requires.

    Raises:
        subprocess.CalledProcessError: If there is no package index to be reached.
    """
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as folder:
        _run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, str(ROOT)])
        (wheel,) = Path(folder).glob("mien-*.whl")
        _run([*pip, "download", "--only-binary", ":all:", "--dest", folder, str(wheel)])
        found = [
            Download(p.name.split("-")[0], p.stat().st_size / 1e6) for p in Path(folder).iterdir()
        ]
    return sorted(found, key=lambda download: -download.mb)


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
