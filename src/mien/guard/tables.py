"""Values of the tables in a policy's file; whatever makes no sense is refused by its name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeGuard

from mien.core.errors import PolicyError

MOST = 1e6
"""No number of a policy means anything above."""


def only(told: Mapping[str, Any], known: Collection[str], where: str) -> None:
    """Make sure that a table has no other keys.

    Raises:
        PolicyError: If it has, with their names and those it may have.
    """
    unknown = sorted(told.keys() - set(known))
    if unknown:
        raise PolicyError(f"{where} has no {', '.join(unknown)}: it has {', '.join(known)}")


def table(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A table that must be there."""
    value = told.get(name)
    if not isinstance(value, dict):
        raise PolicyError(f"the table {name} is missing")
    return value


def rows(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of tables, written `[[name]]`; empty if it is not there."""
    value = told.get(name, [])
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise PolicyError(f"{name} must be written as [[{name}]] tables")
    return value


def words(told: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts; empty if it is not there."""
    value = told.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise PolicyError(f"{name} must be a list of texts")
    return tuple(value)


def word(told: Mapping[str, Any], name: str) -> str:
    """A text that must be there."""
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise PolicyError(f"{name} is missing, or no text")
    return value


def flag(told: Mapping[str, Any], name: str) -> bool:
    """True or false; false if it is not there."""
    value = told.get(name, False)
    if not isinstance(value, bool):
        raise PolicyError(f"{name} must be true or false, not {value!r}")
    return value


def number(told: Mapping[str, Any], name: str, low: float, high: float = MOST) -> float:
    """A number within limits that must be there."""
    value = told.get(name)
    if not _is_number(value) or not low <= value <= high:
        raise PolicyError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}")
    return float(value)


def whole(told: Mapping[str, Any], name: str) -> int | None:
    """A whole number from 0 on; None if it is not there."""
    if name not in told:
        return None
    value = number(told, name, 0)
    if value != int(value):
        raise PolicyError(f"{name} must be a whole number, not {value:g}")
    return int(value)


def numbers(told: Mapping[str, Any], name: str) -> tuple[float, ...]:
    """A list of numbers that are not negative."""
    value = told.get(name, [])
    if not isinstance(value, list) or not all(_is_number(one) and one >= 0 for one in value):
        raise PolicyError(f"{name} must be a list of numbers from 0 to {MOST:g}")
    return tuple(map(float, value))


def _is_number(value: object) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= MOST  # no infinity, and no NaN
