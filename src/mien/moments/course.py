"""One person's shares in time: what was just before and comes just after speaks along.

Hidden states are the emotions. A state stays with probability exp(-dt / dwell), `dt` in seconds or
in turns, else the next one is drawn evenly. What is seen at a step multiplies what the steps before
(forward) and after it (backward) say of its state. These messages are tempered by `trust`, since
neighboring readings err alike; a step without neighbors keeps its shares.

A step may be settled at any time: its shares are then those that a file would have that ends there.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.emotions.emotion import Emotion

FLOOR = 0.01
"""Least part that an emotion is seen with: one reading cannot rule it out."""

N = len(Emotion)
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Manner:
    """How long a state lasts, and how far neighbors are believed.

    Attributes:
        dwell: Mean length of a state, in the units of `at`.
        trust: Power of what neighbors show, 0 (nothing) to 1 (as if they were independent).
    """

    dwell: float
    trust: float


class Settled(NamedTuple):
    """A step, smoothed.

    Attributes:
        shares: By what is before and after it, shape (41,).
        sofar: By what is before it alone, so that nothing which came later changes them.
        next: The same of the next step; None if none is known yet.
    """

    shares: Array
    sofar: Array
    next: Array | None


class _Step(NamedTuple):
    at: float
    shares: Array
    seen: Array
    before: Array


class Course:
    """The steps of one person in one source, pushed in order of time.

    Args:
        manner: Of the states.
    """

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        self._steps: deque[_Step] = deque()
        self._forward = np.full(N, 1 / N)
        self._at: float | None = None

    def push(self, shares: Array, at: float) -> None:
        """Take in a step.

        Args:
            shares: Of raters, shape (41,), NaN for what is not judged; all NaN where nothing is
                told.
            at: Seconds, or turns; never less than before.
        """
        before = self._moved(self._forward, 0.0 if self._at is None else at - self._at)
        seen = _seen(shares)
        self._forward = _even(before * seen**self._manner.trust)
        self._at = at
        self._steps.append(_Step(at, shares, seen, before))

    def settle(self) -> Settled:
        """The oldest step that waits, by all that is known now."""
        settled = self._all()[0]
        self._steps.popleft()
        return settled

    def close(self) -> list[Settled]:
        """All that still waited."""
        found = self._all()
        self._steps.clear()
        return found

    def _all(self) -> list[Settled]:
        told = [_smoothed(s, a) for s, a in zip(self._steps, self._backward(), strict=True)]
        sofar = [_smoothed(step, 1.0) for step in self._steps]
        return [Settled(*each) for each in zip_longest(told, sofar, sofar[1:])]

    def _backward(self) -> list[Array]:
        after, found = np.full(N, 1 / N), []
        later: _Step | None = None
        for step in reversed(self._steps):
            if later is not None:
                told = _even(after * later.seen**self._manner.trust)
                after = self._moved(told, later.at - step.at)
            found.append(after)
            later = step
        return found[::-1]

    def _moved(self, state: Array, dt: float) -> Array:
        stays = float(np.exp(-max(0.0, dt) / self._manner.dwell))
        return np.asarray(stays * state + (1 - stays) / N)


def _seen(shares: Array) -> Array:
    """What a step says of each state; of one that is not judged, what it says on average."""
    total = float(np.nansum(shares))
    if total <= 0:
        return np.full(N, 1.0)
    parts = np.maximum(shares / total, FLOOR)
    mean = float(np.exp(np.nanmean(np.log(parts))))
    return np.where(np.isnan(parts), mean, parts)


def _smoothed(step: _Step, after: Array | float) -> Array:
    known = ~np.isnan(step.shares)
    mass = float(np.nansum(step.shares))
    if mass <= 0:
        return step.shares
    told = np.where(known, step.shares * step.before * after, 0.0)
    return np.where(known, np.minimum(1.0, told / told.sum() * mass), np.nan)


def _even(state: Array) -> Array:
    return np.asarray(state / state.sum())
