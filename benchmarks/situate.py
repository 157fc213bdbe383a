"""`python -m benchmarks.situate`: what moments cost, for a chat of a thousand turns on one core.

The turns are the project's own open dialogues, one after the other, between two people. Figures are
CPU time of this process, medians of `--rounds`, without loading models; live ones are a turn's.
Before each round the transformer forgets what it has read.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from itertools import chain, cycle, islice
from typing import TYPE_CHECKING

import numpy as np

from mien.decoders.words.models import shipped_transformer

if TYPE_CHECKING:
    from mien.timeline import Turn

TURNS = 1_000


def main() -> None:
    """Print reading, situating and live costs for both decoders of words."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from mien import Follower, read, situate
    from mien.timeline import Conversation

    turns = _turns()
    conversation = Conversation(id="talk", turns=tuple(turns))
    for name in ("words-fast-v1", "words-v1"):
        timeline = read(conversation, decoders=[name])
        situate(timeline)  # loads the models
        kept = _median(options.rounds, partial(situate, timeline))
        whole = _median(options.rounds, partial(situate, conversation, decoders=[name]))
        print(f"{name}: read and situate {whole:.2f} s, situate what was kept {kept:.2f} s")
        shipped_transformer(1).forget()
        follower = Follower(decoders=[name])
        live = [_seconds(partial(follower.push, turn)) for turn in turns]
        p50, p95, worst = np.quantile(live[1:], [0.5, 0.95, 1.0]) * 1000
        print(f"{name}: live {p50:.2f} ms a turn, p95 {p95:.2f}, worst {worst:.2f} (n {TURNS - 1})")


def _turns() -> list[Turn]:
    from mien.timeline import Turn
    from training.moments.data import dialogues

    texts = chain.from_iterable((turn["text"] for turn in row["turns"]) for row in dialogues())
    some = islice(cycle(list(texts)), TURNS)
    return [Turn(index=i, text=text, speaker="AB"[i % 2]) for i, text in enumerate(some)]


def _median(rounds: int, work: Callable[[], object]) -> float:
    return float(np.median([_seconds(partial(_afresh, work)) for _ in range(rounds)]))


def _afresh(work: Callable[[], object]) -> None:
    shipped_transformer(1).forget()
    work()


def _seconds(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


if __name__ == "__main__":
    main()
