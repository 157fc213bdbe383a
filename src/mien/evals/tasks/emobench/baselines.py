"""What answers come to that read no scene, in the published order of options."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from mien.evals.result import Result
from mien.evals.source import Published
from mien.evals.tasks.emobench.about import INFO, Options
from mien.evals.tasks.emobench.items import LETTERS, Choice, Item, read_items
from mien.evals.tasks.emobench.scoring import result

SEED = 20240219
"""Of the random answers."""

DRAWS = 20
"""Random answers to each question."""

Pick = Callable[[Choice], int]


def baselines(source: Published) -> tuple[Result, ...]:
    """The longest option, the first emotion with the longest cause, one letter, and chance.

    Args:
        source: Where the questions are.

    Raises:
        AssetError: If they are not here.
        EvalError: Likewise, for a folder.
    """
    items = read_items(source, Options(language="both", orders=1))
    draw = random.Random(SEED)  # noqa: S311  # guards nothing
    ways: dict[str, list[Pick]] = {
        "longest option": [_longest],
        "first emotion, longest else": [_first_emotion],
        **{f"always {LETTERS[place]}": [_always(place)] for place in range(4)},
        "random": [lambda choice: draw.randrange(len(choice.options))] * DRAWS,
    }
    return tuple(_run(items, source, name, epochs) for name, epochs in ways.items())


def _run(items: Sequence[Item], source: Published, name: str, epochs: Sequence[Pick]) -> Result:
    answered = tuple(
        result(
            item.id,
            item.cluster,
            item.group,
            {choice.name: (pick(choice), choice.key) for choice in item.choices},
            epoch=epoch,
        )
        for epoch, pick in enumerate(epochs, 1)
        for item in items
    )
    return Result(
        task=INFO.name,
        version=INFO.version,
        model=name,
        items=answered,
        planned=len(answered),
        variant=source.variant,
        data=source.hashes,
        notes=("options in the published order, English and Chinese together",),
    )


def _longest(choice: Choice) -> int:
    return max(range(len(choice.options)), key=lambda place: len(choice.options[place]))


def _first_emotion(choice: Choice) -> int:
    return 0 if choice.name == "emotion" else _longest(choice)


def _always(place: int) -> Pick:
    return lambda choice: place
