"""What answers come to that read no scene."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from string import ascii_lowercase

from mien.core.errors import AssetError, EvalError
from mien.evals.bench import Setup
from mien.evals.result import ItemResult, Result
from mien.evals.tasks.emobench.about import INFO
from mien.evals.tasks.emobench.items import Chosen, Item, Question, chosen
from mien.evals.tasks.emobench.options import LANGUAGES, PROTOCOLS, TESTS, Options
from mien.evals.tasks.emobench.scoring import QUESTIONS, marked

Way = Callable[[Item], tuple[int, ...]]


def baselines(setup: Setup) -> tuple[Result, ...]:
    """Of each test, language and protocol that the arguments leave open and whose items are here.

    Raises:
        AssetError: If none of the items are here.
        ConfigError: If an argument makes no sense.
        EvalError: As AssetError, for a folder.
    """
    found: list[Result] = []
    missing: list[AssetError | EvalError] = []
    for options in _wanted(setup):
        try:
            found += _of(options, chosen(options, replace(setup, limit=None)))
        except (AssetError, EvalError) as error:
            missing.append(error)
    if not found:
        raise missing[0]
    return tuple(found)


def _wanted(setup: Setup) -> dict[Options, None]:
    names, held = ("protocol", "test", "language"), product(PROTOCOLS, TESTS, LANGUAGES)
    told = (dict(zip(names, values, strict=True)) for values in held)
    return dict.fromkeys(Options.of({**one, **setup.args}) for one in told)


def _of(options: Options, asked: Chosen) -> Iterator[Result]:
    # Neither reasoning nor several answers change what reads nothing.
    shared = {key: value for key, value in options.variant.items() if key not in ("cot", "answers")}
    run = Result(
        task=INFO.name,
        version=INFO.version,
        model="",
        items=(),
        planned=len(asked.items),
        variant={**shared, **asked.found.variant},
        data=asked.found.hashes,
        notes=(_places(asked.items),),
    )
    for name, way in _ways(asked.items):
        items = tuple(marked(item.name, [way(item)], item.right) for item in asked.items)
        yield replace(run, model=name, items=items)
    yield replace(run, model="chance", items=tuple(map(_chance, asked.items)))


def _ways(items: Sequence[Item]) -> Iterator[tuple[str, Way]]:
    if len(items[0].questions) == 1:
        for place, letter in enumerate(ascii_lowercase[:4]):
            yield f"always {letter}", _always((place,))
        yield "longest option", lambda item: (_longest(item.questions[0]),)
        return
    pair = Counter(item.right for item in items).most_common(1)[0][0]
    emotion, cause = (ascii_lowercase[place] for place in pair)
    yield f"always {emotion}, {cause}", _always(pair)
    yield "first emotion, longest cause", lambda item: (0, _longest(item.questions[1]))


def _always(places: tuple[int, ...]) -> Way:
    return lambda item: places


def _longest(question: Question) -> int:
    return max(range(len(question.choices)), key=lambda place: len(question.choices[place]))


def _chance(item: Item) -> ItemResult:
    """What guessing comes to on average."""
    names = QUESTIONS[len(item.questions)]
    hits = [1 / len(question.choices) for question in item.questions]
    parts = dict(zip(names, hits, strict=True)) if len(hits) > 1 else {}
    return ItemResult(item=item.name, cluster=item.id, score=prod(hits), parts=parts)


def _places(items: Sequence[Item]) -> str:
    """Where the right options stand in the first order, which decides what a constant comes to."""
    told, first = [], [item for item in items if item.order == 0]
    for i, name in enumerate(QUESTIONS[len(items[0].questions)]):
        counts = Counter(item.right[i] for item in first)
        listed = ", ".join(f"{ascii_lowercase[place]} {counts[place]}" for place in sorted(counts))
        told.append(f"{name} {listed}")
    return f"right options in the first order: {'; '.join(told)}"
