"""`python -m benchmarks.folder`: files a second that a folder is read at, and in how much memory.

Clips are cut from the bundled example, so their sound and words repeat; what is measured is the
whole command, its start included. For Linux and macOS.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from benchmarks.machine import about
from benchmarks.measure import ROOT

SCENE = ROOT / "examples" / "scene.ogg"

_RUN = """\
import json, resource, sys
from pathlib import Path
from mien.reader import FolderRun, prepare
from mien.reader.engines import Local
from mien.timeline import write_timelines

def peak():
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale

if __name__ == "__main__":
    folder, jobs = Path(sys.argv[1]), int(sys.argv[2])
    options = prepare(None, None, 5.0, None, None, baseline=None, config=None)
    with FolderRun([folder / "in"], folder / "r.ledger", options) as run:
        started = peak()
        readings = sum(done.outcome.readings for done in run.read(Local(jobs)))
        read = peak()
        write_timelines(run.corpus(), folder / "r.parquet")
    print(json.dumps([readings, started, read, peak()]))
"""


def main(arguments: list[str] | None = None) -> None:
    """Read the same folder anew with each number of processes and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a clip")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2, 4])
    asked = parser.parse_args(arguments)
    print("\n".join(about("not pinned to a core")))
    print(f"{asked.files:,} clips of {asked.seconds:g} s\n")
    print("jobs  files/s  x real time  seconds  again  MB at start  MB read  MB written  readings")
    with _clips(asked.files, asked.seconds) as folder:
        for jobs in asked.jobs:
            print(_row(folder, jobs, asked.files, asked.seconds))


@contextmanager
def _clips(n: int, seconds: float) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "in"
        folder.mkdir()
        first = folder / "00000.ogg"
        _cut(SCENE, first, seconds)
        for i in range(1, n):
            shutil.copyfile(first, folder / f"{i:05}.ogg")
        yield Path(name)


def _cut(source: Path, path: Path, seconds: float) -> None:
    with av.open(str(source)) as found, av.open(str(path), "w") as made:
        sound = found.streams.audio[0]
        copy = made.add_stream_from_template(sound)
        for packet in found.demux(sound):
            if packet.pts is None or float(packet.pts * packet.time_base) >= seconds:
                break
            packet.stream = copy
            made.mux(packet)


def _row(folder: Path, jobs: int, files: int, seconds: float) -> str:
    for old in ("r.ledger", "r.parquet"):
        shutil.rmtree(folder / old, ignore_errors=True)
    taken, plain = _timed(folder, jobs)
    again, _ = _timed(folder, jobs)
    readings, started, read, written = plain
    speed = f"{jobs:4}  {files / taken:7.1f}  {files * seconds / taken:11.0f}"
    times = f"{taken:7.1f}  {again:5.1f}"
    return f"{speed}  {times}  {started:11.0f}  {read:7.0f}  {written:10.0f}  {readings:8.0f}"


def _timed(folder: Path, jobs: int) -> tuple[float, list[float]]:
    script = folder / "run.py"
    script.write_text(_RUN, encoding="utf-8")
    begun = time.perf_counter()
    command = [sys.executable, str(script), str(folder), str(jobs)]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return time.perf_counter() - begun, json.loads(ran.stdout)


if __name__ == "__main__":
    main()
