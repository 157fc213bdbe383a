"""The questions: a dialogue's prompt, four emotions, and how strongly each is felt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mien.core.errors import EvalError
from mien.evals.source import Published, parse

EMOTIONS = 4
"""In every question."""

_PLACES = range(1, EMOTIONS + 1)

_NORMALIZED, _FULLSCALE = "reference_answer", "reference_answer_fullscale"


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    Attributes:
        id: As published, a number.
        prompt: As published, with its instructions to revise.
        names: Of the four emotions.
        normalized: Reference of version 1, in the order of `names`; sums to about 10.
        fullscale: Reference of version 2, each 0 to 10.
    """

    id: str
    prompt: str
    names: tuple[str, ...]
    normalized: tuple[float, ...]
    fullscale: tuple[float, ...]


def read_items(published: Published, name: str) -> tuple[Item, ...]:
    """All questions of a file, in the order of their numbers.

    Args:
        published: Where it is.
        name: Of the file.

    Raises:
        AssetError: If it is not there.
        EvalError: If it is damaged; names the question.
    """
    return _items(published.text(name), name)


# Each of many stored runs needs them.
@lru_cache(maxsize=4)
def _items(text: str, name: str) -> tuple[Item, ...]:
    plain = parse(text, name)
    if not isinstance(plain, dict) or not plain:
        raise EvalError(f"{name} holds no questions: an object with one a number is needed")
    if strange := [key for key in plain if not key.isdecimal()]:
        raise EvalError(f"{name} has the question {strange[0]!r}: numbers are needed")
    return tuple(_item(name, key, plain[key]) for key in sorted(plain, key=int))


def _item(file: str, key: str, row: Any) -> Item:
    try:
        names = tuple(str(row[_FULLSCALE][f"emotion{i}"]) for i in _PLACES)
        item = Item(
            key,
            _text(row["prompt"]),
            names,
            _reference(row[_NORMALIZED], names),
            _reference(row[_FULLSCALE], names),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise EvalError(f"question {key} of {file} is damaged ({error!r})") from error
    if len(set(names)) < EMOTIONS:
        raise EvalError(f"question {key} of {file} names an emotion twice")
    return item


def _reference(row: Mapping[str, Any], names: tuple[str, ...]) -> tuple[float, ...]:
    """The four intensities; the published file holds numbers and strings side by side."""
    if tuple(row[f"emotion{i}"] for i in _PLACES) != names:
        raise ValueError("its two references name different emotions")
    found = tuple(float(row[f"emotion{i}_score"]) for i in _PLACES)
    if not all(0 <= value <= 10 for value in found):
        raise ValueError("a reference outside 0 to 10")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("it has no prompt")
    return value
