"""`python -m benchmarks.live`: how long after an utterance its reading is printed.

The bundled scene is written into `mien read -` in real time, and each line is timed against the
end that it tells. What comes once the pipe has ended is not counted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.measure import ROOT
from mien.core.arrays import RATE_HZ
from mien.media import open_source

_START = 3.0
"""Seconds that the program has to load its decoders before the first sample."""


def main() -> None:
    """Print the delays of one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--piece-ms", type=int, default=100, help="sound in each write")
    given = parser.parse_args()
    delays = sorted(play(given.piece_ms))
    if not delays:
        sys.exit("no reading came before the pipe ended")
    print(
        f"{len(delays)} readings, pieces of {given.piece_ms} ms: {delays[0]:.2f} to "
        f"{delays[-1]:.2f} s after their utterances, median {statistics.median(delays):.2f} s"
    )


def play(piece_ms: int) -> list[float]:
    """Seconds between the end of each utterance and its line."""
    command = [sys.executable, "-m", "mien", "read", "-", "--rate", str(RATE_HZ), "--json"]
    reader = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    if reader.stdin is None or reader.stdout is None:
        raise RuntimeError("a pipe that was asked for is missing")
    time.sleep(_START)
    began, delays = time.monotonic(), list[float]()
    lines = iter(reader.stdout)
    listening = threading.Thread(target=_listen, args=(lines, began, delays.append))
    listening.start()
    for until, piece in _pieces(piece_ms):
        time.sleep(max(0.0, began + until - time.monotonic()))
        reader.stdin.write(piece)
        reader.stdin.flush()
    n = len(delays)
    reader.stdin.close()
    listening.join()
    reader.wait()
    return delays[:n]


def _listen(lines: Iterator[bytes], began: float, keep: Callable[[float], None]) -> None:
    for line in lines:
        keep(time.monotonic() - began - json.loads(line)["end"])


def _pieces(piece_ms: int) -> Iterator[tuple[float, bytes]]:
    """Raw samples, and when the last of them has been spoken."""
    with open_source(ROOT / "examples" / "scene.ogg") as source:
        sound = np.concatenate([block.samples for block in source.sound()])
    raw = (sound * 32_767).astype("<i2")
    step = RATE_HZ * piece_ms // 1000
    for at in range(0, len(raw), step):
        part = raw[at : at + step]
        yield (at + len(part)) / RATE_HZ, part.tobytes()


if __name__ == "__main__":
    main()
