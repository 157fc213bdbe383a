"""What a reader of a table must know beside its figures, in sentences."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mien.charts.numbers import count, listed
from mien.evals.boards.comparing import Difference, item_means
from mien.evals.estimate import Estimate, miss
from mien.evals.guarding import GUARD, guard_of, without_guard
from mien.evals.info import TaskInfo
from mien.evals.result import Fault, Result
from mien.rate.families import family

_PART = re.compile(r"(?:first )?(\d+) of (\d+)")
"""As `Setup.cut` says it, and `logs` of what Inspect left out."""

_FAULTS = {
    Fault.UNPARSEABLE: "could not be parsed",
    Fault.EMPTY: "were empty",
    Fault.TRUNCATED: "were cut at the token limit",
    Fault.REFUSED: "refused",
    Fault.PLACEHOLDER: "were placeholders: the template, or one value everywhere",
    Fault.JUDGE: "have no readable verdict of the judge",
    Fault.SIMULATOR: "were spoiled by the simulated user",
    Fault.BUDGET: "were not asked because the budget was spent",
    Fault.FAILED: "got no answer from the provider",
}


def of_run(run: Result) -> tuple[str, ...]:
    """What holds for one run."""
    return tuple(_of_run(run))


def _of_run(run: Result) -> Iterator[str]:
    if run.is_scripted:
        yield "a scripted character took part: the score says nothing of any model"
    if GUARD in run.variant:
        yield f"a guard stood between model and user: {run.variant[GUARD]}"
    yield from _own_family(run)
    missing = run.planned - len(run.items)
    if missing > 0:
        yield f"{missing:,} of {run.planned:,} items were never answered"
    faults = Counter(item.fault for item in run.items if item.fault is not None)
    for fault, n in faults.items():
        yield f"{n:,} of {len(run.items):,} answers {_FAULTS[fault]}"
    yield from run.notes


def _own_family(run: Result) -> Iterator[str]:
    """Judges favor their own maker's models; a table must say where that may have happened."""
    own = family(run.model)
    for model in dict.fromkeys(run.roles.values()):
        if family(model) == own:
            roles = ", ".join(role for role, who in run.roles.items() if who == model)
            yield f"{model} ({roles}) is of the model's own family ({own})"


def of_score(run: Result, main: Estimate) -> tuple[str, ...]:
    """What a limit took from the precision of a score.

    Args:
        run: Whose variant says how many of the items were asked.
        main: Its score.
    """
    part = _PART.fullmatch(run.variant.get("items", ""))
    if part is None or math.isnan(main.se):
        return ()
    asked, whole = int(part[1]), int(part[2])
    off = miss(main, asked / whole)
    return (
        f"{asked:,} items miss the score of all {whole:,} by {off:.1f} points on average, if they "
        "are like the rest",
    )


def of_board(
    info: TaskInfo, runs: Sequence[Result], pairs: Sequence[Difference]
) -> tuple[str, ...]:
    """What holds for a whole table; its runs come from the best down."""
    return tuple(_of_board(info, runs, pairs))


def _of_board(info: TaskInfo, runs: Sequence[Result], pairs: Sequence[Difference]) -> Iterator[str]:
    yield info.measures
    if info.contamination:
        yield info.contamination
    if any("items" in run.variant for run in runs):
        yield (
            f"Only {runs[0].variant['items']} items were asked: read the intervals, not the places"
        )
    yield from _unequal(runs)
    yield from _guarded(pairs)
    yield from _separation(runs, pairs, info.cluster)


def _unequal(runs: Sequence[Result]) -> Iterator[str]:
    sizes = {len(item_means(run.items)) for run in runs}
    if len(sizes) > 1:
        yield (
            f"Models have scores for {min(sizes):,} to {max(sizes):,} items; differences are "
            "taken on those that both have"
        )


def _guarded(pairs: Sequence[Difference]) -> Iterator[str]:
    """What a guard did for each model that is there with and without it."""
    for pair in pairs:
        model = without_guard(pair.better)
        if model != without_guard(pair.worse) or model not in (pair.better, pair.worse):
            continue
        gains = pair.worse == model
        guard = guard_of(pair.better if gains else pair.worse)
        found = pair.value if gains else pair.value.times(-1)
        ends = "" if math.isnan(found.low) else f" [{_signed(found.low)}, {_signed(found.high)}]"
        yield (
            f"With the guard {guard} the score of {model} changes by {_signed(found.value)}{ends}, "
            f"paired over {count(found.n, 'item')}"
        )


def _signed(value: float) -> str:
    # Minus nothing is nothing.
    return f"{round(value, 2) + 0.0:+.2f}"


def _separation(runs: Sequence[Result], pairs: Sequence[Difference], cluster: str) -> Iterator[str]:
    if not pairs:
        return
    apart = sum(pair.apart for pair in pairs)
    yield (
        f"Of {count(len(pairs), 'pair')} of models {apart or 'none'} can be told apart at 5 % by "
        "paired differences after Holm's correction"
    )
    held = {frozenset((p.better, p.worse)): p for p in pairs}
    beside = (frozenset((a.model, b.model)) for a, b in pairwise(runs))
    neighbors = [held[two] for two in beside if two in held]
    needed = sorted(p.needed for p in neighbors if not p.apart and p.needed is not None)
    if needed:
        middle = needed[len(needed) // 2]
        yield (
            "To tell two typical neighbors apart that share a rank, "
            f"{_about(middle)} {cluster}s would be needed"
        )


_MOST_NEEDED = 10_000
"""Beyond so many scenarios nobody will ever tell two models apart."""


def _about(n: int) -> str:
    return f"about {n:,}" if n <= _MOST_NEEDED else f"more than {_MOST_NEEDED:,}"


def scripted(runs: Sequence[Result]) -> str:
    """Which rows are scripted characters, for the head of a table; empty if none."""
    names = [run.model for run in runs if run.is_scripted]
    return f"Scripted characters, not models: {listed(names)}." if names else ""
