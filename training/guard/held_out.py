"""Logits of every open row from nets that saw neither it nor its twin."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from training.guard.data import Row
from training.guard.net import Flat, Net
from training.guard.train import Example, Plan, predict, read, train

FOLDS = 3


def fold(pair: str) -> int:
    """Which fold a pair is in, by another byte of the hash than decides what is sealed."""
    return hashlib.sha256(f"fold {pair}".encode()).digest()[1] % FOLDS


class Task(NamedTuple):
    """One net to be taught.

    Attributes:
        examples: What it learns from.
        words: The same as arrays.
        asked: What it is asked afterwards.
        outputs: Signals.
        plan: How it learns.
        seed: Of its beginning.
    """

    examples: list[Example]
    words: list[Flat]
    asked: list[Flat]
    outputs: int
    plan: Plan
    seed: int


class Answer(NamedTuple):
    """A taught net, and its logits of what it was asked."""

    net: Net
    logits: NDArray[np.float32]


class Readings(NamedTuple):
    """Logits of held-out messages, and nets that saw all.

    Attributes:
        of: What was read, as `names` says it.
        rows: Of the rows, held out by pair, shape (rows, outputs + 1).
        ordinary: Of ordinary messages, shape (ordinary, outputs + 1).
        nets: For the weight file.
    """

    of: str
    rows: NDArray[np.float32]
    ordinary: NDArray[np.float32]
    nets: tuple[Net, ...]


def names(found: Sequence[Example]) -> str:
    """A hash of messages in their order."""
    texts = "\0".join(one.text for one in found)
    return hashlib.sha256(texts.encode()).hexdigest()


def write_nets(path: Path, readings: Readings) -> None:
    """Keep held-out logits; the nets themselves are not kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, of=readings.of, rows=readings.rows, ordinary=readings.ordinary)


def read_nets(path: Path, asked: Sequence[Example]) -> Readings:
    """Held-out logits that were kept, without nets.

    Args:
        path: Of the file.
        asked: What they must be of: rows, then ordinary messages.

    Raises:
        SystemExit: If there are none, or they are of other messages.
    """
    if path.is_file():
        with np.load(path, allow_pickle=False) as file:
            if str(file["of"]) == names(asked):
                return Readings(str(file["of"]), file["rows"], file["ordinary"], ())
    raise SystemExit(f"no logits of these messages in {path}: teach the nets anew")


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
    processes: int,
) -> Readings:
    """Nets for each fold, and for all.

    Args:
        rows: The open ones.
        examples: The same as examples.
        further: What every net learns from besides.
        ordinary: Learned from as well, but for the part of its fold.
        outputs: Signals.
        plan: How to learn.
        nets: Whose mean counts; for a held-out row a quarter as many, one at least.
        seed: Of the first.
        processes: At a time.
    """
    learned = [*examples, *further, *ordinary]
    words = [read(example) for example in learned]
    of = np.full(len(learned), -1)
    of[: len(rows)] = [fold(row.id) for row in rows]
    of[len(learned) - len(ordinary) :] = [_fold_of(one) for one in ordinary]
    fewer = max(1, nets // 4)
    tasks = [
        _task(learned, words, of != number, outputs, plan, net_seed)
        for number in range(FOLDS)
        for net_seed in range(seed, seed + fewer)
    ]
    tasks += [
        _task(learned, words, of != FOLDS, outputs, plan, net_seed)
        for net_seed in range(seed, seed + nets)
    ]
    answers = list(_taught(tasks, processes))
    logits = np.zeros((len(learned), outputs + 1), np.float32)
    for index, answer in enumerate(answers[: FOLDS * fewer]):
        logits[of == index // fewer] += answer.logits / fewer
    calm = logits[len(learned) - len(ordinary) :]
    taught = tuple(answer.net for answer in answers[FOLDS * fewer :])
    return Readings(names([*examples, *ordinary]), logits[: len(rows)], calm, taught)


def _fold_of(example: Example) -> int:
    """Parts of one reply are held out together, by what they answer."""
    return fold("\0".join(said["text"] for said in example.before) or example.text)


def _task(
    learned: list[Example],
    words: list[Flat],
    is_kept: NDArray[np.bool_],
    outputs: int,
    plan: Plan,
    seed: int,
) -> Task:
    kept, left = np.flatnonzero(is_kept), np.flatnonzero(~is_kept)
    return Task(
        [learned[i] for i in kept],
        [words[i] for i in kept],
        [words[i] for i in left],
        outputs,
        plan,
        seed,
    )


def _taught(tasks: Sequence[Task], processes: int) -> Iterator[Answer]:
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_teach, tasks)


def _teach(task: Task) -> Answer:
    torch.set_num_threads(1)
    net = train(task.examples, task.outputs, task.plan, task.seed, task.words)
    logits = predict(net, task.asked) if task.asked else np.zeros((0, task.outputs + 1), np.float32)
    return Answer(net, logits)
