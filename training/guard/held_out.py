"""Logits of every open row from nets that saw neither it nor its twin."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.guard.data import Row
from training.guard.train import Example, Plan, predict, read, train

FOLDS = 5


def fold(pair: str) -> int:
    """Which fold a pair is in, by another byte of the hash than decides what is sealed."""
    return hashlib.sha256(f"fold {pair}".encode()).digest()[1] % FOLDS


def held_out(
    rows: Sequence[Row],
    examples: Sequence[Example],
    further: Sequence[Example],
    ordinary: Sequence[Example],
    *,
    outputs: int,
    plan: Plan,
    nets: int,
    seed: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits of the rows, held out by pair, and of ordinary messages, held out too.

    Args:
        rows: The open ones.
        examples: The same as examples.
        further: What every fold learns from besides.
        ordinary: Learned from as well, but for the part of its fold.
        outputs: Signals.
        plan: How to learn.
        nets: Whose mean counts.
        seed: Of the first.

    Returns:
        Shapes (rows, outputs + 1) and (ordinary, outputs + 1).
    """
    read_rows, read_ordinary = [read(e) for e in examples], [read(e) for e in ordinary]
    read_further = [read(e) for e in further]
    of_row = np.array([fold(row.id) for row in rows])
    of_ordinary = np.arange(len(ordinary)) % FOLDS
    logits = np.zeros((len(rows), outputs + 1), np.float32)
    calm = np.zeros((len(ordinary), outputs + 1), np.float32)
    for number in range(FOLDS):
        kept, calm_kept = np.flatnonzero(of_row != number), np.flatnonzero(of_ordinary != number)
        seen = [*(examples[i] for i in kept), *further, *(ordinary[i] for i in calm_kept)]
        words = [
            *(read_rows[i] for i in kept),
            *read_further,
            *(read_ordinary[i] for i in calm_kept),
        ]
        left, calm_left = np.flatnonzero(of_row == number), np.flatnonzero(of_ordinary == number)
        for net_seed in range(seed, seed + nets):
            net = train(seen, outputs, plan, net_seed, words)
            logits[left] += predict(net, [read_rows[i] for i in left]) / nets
            calm[calm_left] += predict(net, [read_ordinary[i] for i in calm_left]) / nets
    return logits, calm
