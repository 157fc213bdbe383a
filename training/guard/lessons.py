"""What the detectors of one side learn from, and what they are held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mien.guard.signals import Side, Signal
from training.guard.calibrate import Limits
from training.guard.data import Row
from training.guard.train import Example, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """One side's.

    Attributes:
        side: Whose turns they judge.
        signals: In the order of the columns.
        rows: The open ones.
        examples: The same as examples.
        further: What teaches besides.
        calm: What should raise nothing; it teaches, and sets thresholds where it was held out.
        limits: Of each signal.
        floors: Signals with the share of their near misses that they may raise together.
        plan: How the nets learn.
        nets: Whose mean counts.
    """

    side: Side
    signals: tuple[Signal, ...]
    rows: list[Row]
    examples: list[Example]
    further: list[Example]
    calm: list[Example]
    limits: Mapping[Signal, Limits]
    floors: tuple[tuple[frozenset[Signal], float], ...]
    plan: Plan
    nets: int
