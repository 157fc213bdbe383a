"""What tasks share whose users are written down: arguments, the task for Inspect, their means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from mien.core.errors import ConfigError, EvalError
from mien.evals.bench import Scored
from mien.evals.estimate import NAN, Estimate, mean
from mien.evals.guarding import GUARD, guard_name, guard_variant
from mien.evals.info import TaskInfo
from mien.evals.result import ItemResult

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.dataset import Sample
    from inspect_ai.scorer import Scorer
    from inspect_ai.solver import Solver


class Told(NamedTuple):
    """What a header says of a run beside its task.

    Attributes:
        variant: Whatever changes what a score means.
        prompts: sha256 of prompts, by name.
        data: sha256 of files of items, by name.
    """

    variant: Mapping[str, str]
    prompts: Mapping[str, str]
    data: Mapping[str, str]


def guard_in(info: TaskInfo, args: Mapping[str, Any], *also: str) -> str:
    """The guard among a task's arguments; empty for none.

    Args:
        info: Of the task.
        args: As they were given.
        also: What else the task takes.

    Raises:
        ConfigError: If one is unknown, or the guard makes no sense.
    """
    takes = (*also, GUARD)
    if strange := sorted({*args} - {*takes}):
        raise ConfigError(f"{info.name} knows no {strange[0]!r}: it takes {', '.join(takes)}")
    return guard_name(args.get(GUARD))


def make_task(
    info: TaskInfo, samples: Sequence[Sample], solver: Solver, scorer: Scorer, told: Told
) -> Task:
    """The task for Inspect."""
    from inspect_ai import Task
    from inspect_ai.dataset import MemoryDataset

    from mien.evals.inspecting import header

    return Task(
        dataset=MemoryDataset([*samples], name=info.name),
        solver=solver,
        scorer=scorer,
        name=info.name,
        version=info.version,
        metadata=header(
            info,
            planned=len(samples),
            variant=told.variant,
            prompts=told.prompts,
            data=told.data,
        ),
    )


def variant_of(guard: str, *more: Mapping[str, str]) -> dict[str, str]:
    """What a guard and other things add to the name of a score."""
    found = guard_variant(guard)
    for one in more:
        found |= one
    return found


def mean_score(
    items: Sequence[ItemResult],
    planned: int,
    info: TaskInfo,
    group: Callable[[ItemResult], str] | None = None,
) -> Scored:
    """The mean of item scores times the task's factor, with the means of their parts.

    Args:
        items: Of a run.
        planned: Items that it set out to ask.
        info: Of the task.
        group: The name of a part that an item's score counts towards; empty for none.
    """
    held = [(one, one.score) for one in items if one.score is not None]
    if not held:
        return Scored(Estimate(NAN), {}, f"none of {planned} items could be scored")

    def of(chosen: Sequence[tuple[ItemResult, float]]) -> Estimate:
        return mean([value for _, value in chosen], [one.cluster for one, _ in chosen])

    parts = {}
    if group is not None:
        names = dict.fromkeys(filter(None, (group(one) for one, _ in held)))
        for name in names:
            parts[name] = of([row for row in held if group(row[0]) == name]).times(info.factor)
    for name in dict.fromkeys(name for one, _ in held for name in one.parts):
        parts[name] = of([(one, one.parts[name]) for one, _ in held if name in one.parts])
    return Scored(of(held).times(info.factor), parts)


def refuse_stored(info: TaskInfo, path: Path) -> NoReturn:
    """Raise for a file of a task whose publisher keeps no runs that can be scored again.

    Raises:
        EvalError: Always.
    """
    raise EvalError(
        f"{path} is no log of Inspect, and {info.name} knows no other runs: make one with "
        f"`mien evals run {info.name}`"
    )
