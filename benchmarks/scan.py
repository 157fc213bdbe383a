"""`python -m benchmarks.scan`: turns a second that past conversations are scanned at.

Conversations are made of plain sentences, a few of them troubled, with a seed; `--words` says how
long a turn is. `none` is an observer that sees nothing, so that its row is the cost of all but the
detectors. Processor time is of all processes, the whole run with reports and the start; on a busy
machine it tells more than the clock. For Linux and macOS.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import about
from benchmarks.measure import ONE_THREAD, ROOT

CALM = (
    "Could you look at this recipe and tell me whether the lentils need to soak first?",
    "My sister visits on Sunday and we would like to walk along the river if it stays dry.",
    "The build fails on the second step, and the log only says that a file is missing.",
    "Thank you, that was the part I did not understand about the contract.",
    "We moved the meeting to Thursday because two of us are on the train until noon.",
    "I had a long day at work, and now I would rather talk about films than about figures.",
)
TROUBLED = (
    "I have not told anybody how bad it is, and I cannot see how it should ever get better.",
    "Nobody but you understands me, so I stopped answering when my friends call.",
    "The numbers on the plates are meant for me, and you said yourself that I was chosen.",
)

_RUN = """\
import json, resource, sys
from pathlib import Path
from benchmarks.scan import Nothing
from mien.guard.scan import ScanRun, Watch, write_scan
from mien.reader.engines import Here, Local

def peak(who):
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(who).ru_maxrss / scale

if __name__ == "__main__":
    folder, jobs, observer = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    watch = Watch(observer=Nothing) if observer == "none" else Watch()
    engine = Here() if jobs == 1 else Local(jobs)
    with ScanRun([folder / "chats.jsonl"], folder / "r.ledger", watch) as run:
        for _ in run.read(engine):
            pass
        found = run.result()
        for form in ("html", "parquet"):
            write_scan(found, folder / f"r.{form}")
    own, others = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    print(json.dumps([found.tally.turns, peak(own), peak(others)]))
"""


class Nothing:
    """An observer that sees nothing."""

    name = "none-v1"

    def observe(self, turns: Sequence[Any]) -> Any:
        """No signal."""
        from mien.guard import Observation, side_of

        return Observation(turn=turns[-1].index, side=side_of(turns[-1]), by=self.name)


def main(arguments: list[str] | None = None) -> None:
    """Scan the same conversations anew with each observer and number of processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=20, help="of a conversation")
    parser.add_argument("--words", type=int, nargs="+", default=[15, 150], help="of a turn, about")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    asked = parser.parse_args(arguments)
    print("\n".join(about("not pinned to a core")))
    print(f"{asked.chats:,} conversations of {asked.turns} turns\n")
    print("observer  words  jobs  turns/s  seconds  processor  MB here  MB each")
    with tempfile.TemporaryDirectory() as name:
        for words in asked.words:
            _write(Path(name) / "chats.jsonl", asked.chats, asked.turns, words)
            for observer in ("none", "local"):
                for jobs in asked.jobs:
                    print(_row(Path(name), observer, words, jobs), flush=True)


def _write(path: Path, chats: int, turns: int, words: int) -> None:
    draw = random.Random(11)
    with path.open("w", encoding="utf-8") as file:
        for _ in range(chats):
            share = draw.uniform(0.1, 0.6) if draw.random() < 0.03 else 0.0
            messages = [
                {"role": "assistant" if i % 2 else "user", "content": _turn(draw, words, share)}
                for i in range(turns)
            ]
            file.write(json.dumps({"messages": messages}) + "\n")


def _turn(draw: random.Random, words: int, share: float) -> str:
    said: list[str] = []
    while sum(len(one.split()) for one in said) < words:
        said.append(draw.choice(TROUBLED if draw.random() < share else CALM))
    return " ".join(said)


def _row(folder: Path, observer: str, words: int, jobs: int) -> str:
    shutil.rmtree(folder / "r.ledger", ignore_errors=True)
    script = folder / "run.py"
    script.write_text(_RUN, encoding="utf-8")
    command = [sys.executable, str(script), str(folder), str(jobs), observer]
    begun, before = time.perf_counter(), _children()
    ran = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True, env=_environ()
    )
    taken, spent = time.perf_counter() - begun, _children() - before
    turns, here, each = json.loads(ran.stdout)
    speed = f"{observer:8}  {words:5}  {jobs:4}  {turns / taken:7.0f}  {taken:7.1f}"
    return f"{speed}  {spent:9.1f}  {here:7.0f}  {each:7.0f}"


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _environ() -> dict[str, str]:
    paths = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    return {**os.environ, **ONE_THREAD, "PYTHONPATH": paths}


if __name__ == "__main__":
    main()
