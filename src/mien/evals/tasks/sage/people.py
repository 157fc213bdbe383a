"""The people of the task, as their publisher describes them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mien.core.errors import EvalError
from mien.evals.source import Published

FILE = "simulator_profile_withfirsttalk.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone who seeks support.

    Attributes:
        id: As published.
        profile: Who they are.
        scene: What happened, what they hide, and how they react.
        kind: Of character.
        first: What they say first.
    """

    id: str
    profile: str
    scene: str
    kind: str
    first: str

    def as_plain(self) -> dict[str, Any]:
        """For a sample's metadata."""
        return asdict(self)


def people(found: Published) -> list[Person]:
    """Everybody, in the published order.

    Raises:
        AssetError: If the file was not pulled.
        EvalError: If it is not as published.
    """
    rows = found.rows(FILE)
    held = [_person(i, row) for i, row in enumerate(rows, 1)]
    if len({one.id for one in held}) < len(held):
        raise EvalError(f"{FILE} has an id twice")
    return held


def _person(number: int, row: dict[str, Any]) -> Person:
    names = ("id", "player", "scene", "main_cha", "first_talk")
    values = [row.get(name) for name in names]
    for name, value in zip(names, values, strict=True):
        if not isinstance(value, str) or not value.strip():
            raise EvalError(f"line {number} of {FILE} has no {name!r}")
    id_, profile, scene, kind, first = map(str, values)
    return Person(id=id_, profile=profile, scene=scene, kind=kind, first=first)
