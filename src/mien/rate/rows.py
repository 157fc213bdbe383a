"""What readers of judgements have in common: their result, and how they refuse a row."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mien.core.errors import EvalError
from mien.rate.judgement import Judgement

_SURROGATE = re.compile("[\ud800-\udfff]")


class LeftOut(NamedTuple):
    """Rows that are not rated, and why."""

    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds.

    Attributes:
        form: Which form it has, in words.
        judgements: In the order of the file.
        read: Rows, those that were left out included.
        left_out: Why some are not among the judgements.
        unused: Columns that say nothing to a rating.
        ladder: Ratings that were published with it.
    """

    form: str
    judgements: tuple[Judgement, ...]
    read: int
    left_out: tuple[LeftOut, ...] = ()
    unused: tuple[str, ...] = ()
    ladder: Mapping[str, float] = field(default_factory=dict)


def bad_row(name: str, row: int, reason: str) -> EvalError:
    """The error for one row; rows are counted from 1, without a header."""
    return EvalError(f"{name}, row {row + 1}: {reason}")


def text(value: Any) -> str:
    """A name or id as text; what is missing is empty."""
    return "" if value is None else _SURROGATE.sub("\ufffd", str(value).strip())


def required(name: str, row: int, record: Mapping[str, Any], key: str) -> str:
    """A text that must be there.

    Raises:
        EvalError: If it is missing, empty or no text.
    """
    value = record.get(key)
    if isinstance(value, dict | list | bool):
        raise bad_row(name, row, f"says {value!r} of {key!r}, which is no name")
    found = text(value)
    if not found:
        raise bad_row(name, row, f"has no {key!r}")
    return found


def two_models(
    name: str, row: int, record: Mapping[str, Any], keys: tuple[str, str]
) -> tuple[str, str]:
    """The names of the two that are compared.

    Raises:
        EvalError: If one is missing, or they are the same.
    """
    first, second = (required(name, row, record, key) for key in keys)
    for key in keys:
        if _SURROGATE.search(str(record[key])):
            raise bad_row(name, row, f"the name {record[key]!r} is no text")
    if first == second:
        raise bad_row(name, row, f"compares {first!r} with itself")
    return first, second


def number(name: str, row: int, record: Mapping[str, Any], key: str) -> float:
    """A finite number that must be there.

    Raises:
        EvalError: If it is missing or no number.
    """
    value = record.get(key)
    try:
        found = float(value)  # type: ignore[arg-type]  # what is no number is told below
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise bad_row(name, row, f"says {value!r} of {key!r}, which is no number")
    return found


def unused_of(records: Sequence[Mapping[str, Any]], used: frozenset[str]) -> tuple[str, ...]:
    """Columns that nobody asked for, sorted."""
    return tuple(sorted({key for record in records for key in record} - used))
