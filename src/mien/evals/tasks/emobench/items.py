"""Questions as their publisher has them, in one order of their options or in several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any, NamedTuple

from mien.core.errors import EvalError
from mien.evals.bench import Setup
from mien.evals.source import Published, published
from mien.evals.tasks.emobench.about import ASSET_2024, INFO
from mien.evals.tasks.emobench.options import EA, Options

SIZE = 200
"""Questions of one test in one language."""

FILES_2024 = ("data.json", "data_permute_1.json", "data_permute_2.json", "data_permute_3.json")
"""Of a test, one an order of options."""


class Question(NamedTuple):
    """What is asked of a scenario.

    Attributes:
        choices: The options, in the order in which they are shown.
        right: Which of them is right, from 0.
    """

    choices: tuple[str, ...]
    right: int

    def turned(self, by: int) -> Question:
        """The same with its options turned: the first `by` of them come last.

        >>> Question(("a", "b", "c"), 0).turned(1)
        Question(choices=('b', 'c', 'a'), right=2)
        """
        n = len(self.choices)
        by %= n
        return Question((*self.choices[by:], *self.choices[:by]), (self.right - by) % n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A scenario and what is asked of it, with the options in one order.

    Attributes:
        id: Its number, the same in every order and language.
        order: Of its options, from 0, which is the publisher's first.
        kind: The publisher's category.
        scenario: What happened.
        subject: Whom it happened to.
        sought: What EA asks for, such as `Action`; empty in EU.
        questions: One in EA; the emotion and its cause in EU.
    """

    id: str
    order: int
    kind: str
    scenario: str
    subject: str
    sought: str
    questions: tuple[Question, ...]

    @property
    def name(self) -> str:
        """Of the item in this order."""
        return f"{self.id}-{self.order}"

    @property
    def right(self) -> tuple[int, ...]:
        """The right option of each question."""
        return tuple(question.right for question in self.questions)

    def as_plain(self) -> dict[str, Any]:
        """For a sample's metadata."""
        return asdict(self) | {"questions": [list(one) for one in self.questions]}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Item:
        """What `as_plain` gave."""
        questions = tuple(Question(tuple(choices), right) for choices, right in plain["questions"])
        return cls(**{**plain, "questions": questions})


class Chosen(NamedTuple):
    """What a run asks.

    Attributes:
        found: Where it is from.
        items: By number and then by order.
        cut: What a limit adds to the name of the score.
    """

    found: Published
    items: tuple[Item, ...]
    cut: Mapping[str, str]


def chosen(options: Options, setup: Setup) -> Chosen:
    """The items of a run, each in all orders; a limit counts items, not orders.

    The orders of 2024 are the publisher's. There is one order of 2025; further ones turn its
    options by one place each, so that among four options the right one stands once at each place.

    Raises:
        AssetError: If the files were not pulled.
        EvalError: If they are not as published.
    """
    asset = ASSET_2024 if options.is_2024 else INFO.asset
    found = published(replace(INFO, asset=asset), setup)
    if options.is_2024:
        orders = [_of_2024(found, options, order) for order in range(options.orders)]
    else:
        first = _of_2025(found, options)
        orders = [[_turned(item, by) for item in first] for by in range(options.orders)]
    kept, cut = setup.cut(list(zip(*orders, strict=True)))
    return Chosen(found, tuple(chain.from_iterable(kept)), cut)


def _turned(item: Item, by: int) -> Item:
    questions = tuple(question.turned(by) for question in item.questions)
    return replace(item, order=by, questions=questions)


def _of_2024(found: Published, options: Options, order: int) -> list[Item]:
    name = f"{options.test}_{FILES_2024[order]}"
    rows = found.json(name)
    if not isinstance(rows, list) or len(rows) != SIZE:
        raise EvalError(f"{name} is not as published: it must hold a list of {SIZE} items")
    return [_item_2024(row, str(i), order, options, name) for i, row in enumerate(rows, 1)]


def _item_2024(row: Any, number: str, order: int, options: Options, name: str) -> Item:
    lang = options.language
    try:
        if options.test == EA:
            kind, sought = f"{row['Relationship']} {row['Problem']}", row["Question"][lang]
            questions = [_numbered(row["Choices"][lang], row["Label"])]
        else:
            kind, sought = row["Category"], ""
            held = (row["Emotion"], row["Cause"])
            questions = [_named(one["Choices"][lang], one["Label"][lang]) for one in held]
        return Item(
            id=number,
            order=order,
            kind=str(kind),
            scenario=_text(row["Scenario"][lang]),
            subject=_text(row["Subject"][lang]),
            sought=str(sought),
            questions=tuple(questions),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damaged(name, number, error) from error


def _of_2025(found: Published, options: Options) -> list[Item]:
    name = f"{options.test}.jsonl"
    rows = [row for row in found.rows(name) if row.get("language") == options.language]
    if len(rows) != SIZE:
        raise EvalError(
            f"{name} is not as published: it holds {len(rows)} items in {options.language!r}, "
            f"not {SIZE}"
        )
    items = [_item_2025(row, options, name) for row in rows]
    if len({item.id for item in items}) < len(items):
        raise EvalError(f"{name} has a 'qid' twice in one language")
    return items


def _item_2025(row: Mapping[str, Any], options: Options, name: str) -> Item:
    number = str(row.get("qid", "?"))
    try:
        if options.test == EA:
            kind, sought = row["category"], row["question type"]
            questions = [_named(row["choices"], row["label"])]
        else:
            kind, sought = row["finegrained_category"], ""
            parts = ("emotion", "cause")
            questions = [_named(row[f"{p}_choices"], row[f"{p}_label"]) for p in parts]
        return Item(
            id=number,
            order=0,
            kind=str(kind),
            scenario=_text(row["scenario"]),
            subject=_text(row["subject"]),
            sought=str(sought),
            questions=tuple(questions),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damaged(name, number, error) from error


def _numbered(choices: Any, right: Any) -> Question:
    question = Question(_choices(choices), int(right))
    if not 0 <= question.right < len(question.choices):
        raise ValueError(f"the right answer is number {right} of {len(question.choices)}")
    return question


def _named(choices: Any, right: Any) -> Question:
    held = _choices(choices)
    if right not in held:
        raise ValueError("the right answer is none of the options")
    return Question(held, held.index(right))


def _choices(choices: Sequence[Any]) -> tuple[str, ...]:
    if not isinstance(choices, list) or len(choices) < 2:
        raise ValueError("options must be a list of two or more")
    return tuple(_text(choice) for choice in choices)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text is missing")
    return value


def _damaged(name: str, number: str, error: Exception) -> EvalError:
    what = f"no {error}" if isinstance(error, KeyError) else str(error)
    return EvalError(f"{name} is not as published: item {number} is damaged ({what})")
