"""What answers come to that read nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from mien.evals.info import TaskInfo
from mien.evals.result import Result
from mien.evals.source import Published
from mien.evals.tasks.eq_bench.items import EMOTIONS, Item
from mien.evals.tasks.eq_bench.parsing import Answer, Passes
from mien.evals.tasks.eq_bench.rules import Rules

SEED = 20231218
"""Of the random answers; a run with another one differs by a few tenths."""

DRAWS = 50
"""Random answers to each question."""


def baselines(
    info: TaskInfo, rules: Rules, items: Sequence[Item], source: Published
) -> tuple[Result, ...]:
    """One value everywhere, whole numbers at random, and the mean reference by position.

    Args:
        info: Of the task.
        rules: Likewise.
        items: Its questions.
        source: Where they come from.
    """
    mean = tuple(
        sum(_reference(rules, item)[place] for item in items) / len(items)
        for place in range(EMOTIONS)
    )
    constants = (
        _run(info, rules, items, source, f"always {value}", [_always((float(value),) * EMOTIONS)])
        # Version 1 knows proportions alone, and there every value is the same.
        for value in ((1,) if rules.is_normalized else range(11))
    )
    chance = (
        _run(info, rules, items, source, f"random 0 to {most}", _random(most)) for most in (5, 10)
    )
    position = _run(info, rules, items, source, "mean of each position", [_always(mean)])
    return (*constants, *chance, position)


def _run(
    info: TaskInfo,
    rules: Rules,
    items: Sequence[Item],
    source: Published,
    name: str,
    epochs: Sequence[Callable[[], Answer]],
) -> Result:
    answered = tuple(
        rules.result(item, Passes(answer()), epoch=epoch)
        for epoch, answer in enumerate(epochs, 1)
        for item in items
    )
    return Result(
        task=info.name,
        version=info.version,
        model=name,
        items=answered,
        planned=len(answered),
        variant=source.variant,
        data=source.hashes,
    )


def _always(answer: Answer) -> Callable[[], Answer]:
    return lambda: answer


def _random(most: int) -> list[Callable[[], Answer]]:
    draw = random.Random(SEED)  # noqa: S311  # guards nothing
    return [lambda: tuple(float(draw.randint(0, most)) for _ in range(EMOTIONS))] * DRAWS


def _reference(rules: Rules, item: Item) -> tuple[float, ...]:
    return item.normalized if rules.is_normalized else item.fullscale
