"""Readings of replies by detectors that saw neither their model, nor their scenario, nor chat."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.guard.local.replies import READINGS
from training.guard.replies_data import COLUMN, OWN, part_of
from training.guard.replies_fit import Array, Corpus, Strength, fit, readings

_shared: list[tuple[Corpus, Strength]] = []


def held_out(corpus: Corpus, folds: Path, strength: Strength | None = None) -> Array:
    """Readings of every reply, each by detectors that were taught without it.

    A fold of the file holds out one model and a fifth of the scenarios, and here a fifteenth of
    the chats and pairs of this project as well.

    Args:
        corpus: All replies.
        folds: The fold file.
        strength: How strongly weights are held back.

    Returns:
        Shape (replies, readings, signals); NaN where no fold tests a reply.
    """
    found = np.full((len(corpus.replies), len(READINGS), len(COLUMN)), np.nan)
    _shared[:] = [(corpus, strength or Strength())]
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        for test, read in pool.map(_read, list(_cuts(corpus, folds))):
            found[test] = read
    return found


def _read(cut: tuple[NDArray[np.intp], NDArray[np.intp]]) -> tuple[NDArray[np.intp], Array]:
    corpus, strength = _shared[0]
    train, test = cut
    return test, readings(corpus, fit(corpus, train, strength), test)


def _cuts(corpus: Corpus, path: Path) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """(train, test) of every fold."""
    folds = json.loads(path.read_text(encoding="utf-8"))["folds"]
    for number, fold in enumerate(folds):
        train: list[int] = []
        test: list[int] = []
        for row, reply in enumerate(corpus.replies):
            if reply.origin == OWN:
                (test if part_of(reply.chat, len(folds)) == number else train).append(row)
            elif reply.origin == fold["test_model"] and reply.kind in fold["test_scenarios"]:
                test.append(row)
            elif reply.origin in fold["train_models"] and reply.kind in fold["train_scenarios"]:
                train.append(row)
        yield np.array(train, np.intp), np.array(test, np.intp)
