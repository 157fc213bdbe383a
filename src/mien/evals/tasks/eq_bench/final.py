"""From questions to the score of a run: which pass counts, and when there is no score."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from mien.evals.bench import Scored
from mien.evals.estimate import NAN, Estimate, mean
from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.eq_bench.rules import FIRST, REVISED, Rules

FACTOR = 10.0
"""From the mean of questions, whose best is 10, to the score, whose best is 100."""

_ENOUGH = 0.95
"""The revised pass counts only if it has this part of the first one's readable answers."""


def scored(items: Sequence[ItemResult], planned: int, rules: Rules) -> Scored:
    """The figures of a run, by its publisher's rules.

    With several epochs the score is the mean of theirs, each by the pass that counts in it.

    Args:
        items: Of the run.
        planned: Questions times epochs.
        rules: Of the task.
    """
    if rules.is_harness:
        return _of_harness(items, planned)
    chosen = settled(items, rules)
    counted = [item for item in chosen if item.score is not None]
    parts = {
        **{
            name: _mean(items, name)
            for name in (FIRST, REVISED)
            if any(name in i.parts for i in items)
        },
        "unparseable_as_zero": _with_zeros(counted, planned),
        "parseable": _share(len(counted), planned),
    }
    if not counted:
        return Scored(Estimate(NAN), parts, "no answer could be read", chosen)
    if len(counted) < rules.least * planned:
        why = (
            f"{len(counted):,} of {planned:,} answers could be read, and its publisher gives no "
            f"score below {100 * rules.least:.2f} %"
        )
        return Scored(Estimate(NAN), parts, why, chosen)
    return Scored(_mean_of_epochs(counted), parts, items=chosen)


def settled(items: Sequence[ItemResult], rules: Rules) -> tuple[ItemResult, ...]:
    """The questions of a run with the points of the pass that counts in their epoch.

    Args:
        items: Of the run.
        rules: Of the task.
    """
    if not any(REVISED in item.parts for item in items):
        return tuple(items)
    epochs: defaultdict[int, list[ItemResult]] = defaultdict(list)
    for item in items:
        epochs[item.epoch].append(item)
    counts = {epoch: counting(held) for epoch, held in epochs.items()}
    missing = 0.0 if rules.is_harness else None
    return tuple(_with_pass(item, counts[item.epoch], missing) for item in items)


def counting(items: Sequence[ItemResult]) -> str:
    """Which pass of an epoch counts: the revised one if it is not worse, and nearly as complete."""
    first, revised = (
        [i.parts[name] for i in items if name in i.parts] for name in (FIRST, REVISED)
    )
    if not revised:
        return FIRST
    # A pass without readable answers comes to 0, as published.
    is_better = statistics.fmean(revised) >= (statistics.fmean(first) if first else 0.0)
    return REVISED if is_better and len(revised) >= _ENOUGH * len(first) else FIRST


def _with_pass(item: ItemResult, name: str, missing: float | None) -> ItemResult:
    score = item.parts.get(name, missing)
    if score is None and item.parts:
        # Only the other pass could be read.
        return replace(item, score=None, fault=Fault.UNPARSEABLE)
    return replace(item, score=score)


def _mean(items: Sequence[ItemResult], name: str) -> Estimate:
    held = [item for item in items if name in item.parts]
    return mean([item.parts[name] for item in held], [item.cluster for item in held]).times(FACTOR)


def _mean_of_epochs(counted: Sequence[ItemResult]) -> Estimate:
    epochs: defaultdict[int, list[float]] = defaultdict(list)
    for item in counted:
        epochs[item.epoch].append(item.score or 0.0)
    pooled = mean([item.score or 0.0 for item in counted], [item.cluster for item in counted])
    value = statistics.fmean(map(statistics.fmean, epochs.values()))
    # Epochs may have lost different questions; their common error is that of all answers.
    off = value - pooled.value
    return pooled._replace(value=value, low=pooled.low + off, high=pooled.high + off).times(FACTOR)


def _with_zeros(counted: Sequence[ItemResult], planned: int) -> Estimate:
    total = math.fsum(item.score or 0.0 for item in counted)
    return Estimate(FACTOR * total / planned if planned else NAN, n=planned)


def _share(n: int, planned: int) -> Estimate:
    return Estimate(100 * n / planned if planned else NAN, n=planned)


def _of_harness(items: Sequence[ItemResult], planned: int) -> Scored:
    held = [item for item in items if item.score is not None]
    read = sum(bool(item.parts) for item in items)
    parts = {"parseable": _share(read, planned)}
    if not held:
        return Scored(Estimate(NAN), parts, "no question was answered")
    main = mean([item.score or 0.0 for item in held], [item.cluster for item in held])
    return Scored(main.times(FACTOR), parts)
