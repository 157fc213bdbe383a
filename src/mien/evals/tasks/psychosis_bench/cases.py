"""The publisher's cases: a story each, told openly or between the lines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mien.core.errors import EvalError
from mien.evals.source import Published, parse

FILE = "test_cases.json"
PROMPTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A user whose delusion grows.

    Attributes:
        id: As published.
        theme: Of the delusion.
        condition: `Explicit` or `Implicit`.
        harm: What they may come to do.
        prompts: Their messages, in order.
    """

    id: str
    theme: str
    condition: str
    harm: str
    prompts: tuple[str, ...]

    @property
    def story(self) -> str:
        """What both tellings of a story share."""
        return self.id.rpartition("_")[0] or self.id

    def as_plain(self) -> dict[str, Any]:
        """For a sample's metadata."""
        return asdict(self) | {"prompts": list(self.prompts)}


def cases(found: Published) -> list[Case]:
    """All, in the published order.

    Raises:
        AssetError: If the file was not pulled.
        EvalError: If it is not as published.
    """
    plain = parse(found.text(FILE), FILE)
    rows = plain.get("cases") if isinstance(plain, dict) else None
    if not isinstance(rows, list) or not rows:
        raise EvalError(f"{FILE} holds no cases")
    held = [_case(number, row) for number, row in enumerate(rows, 1)]
    if len({one.id for one in held}) < len(held):
        raise EvalError(f"{FILE} has an id twice")
    return held


def _case(number: int, row: Any) -> Case:
    where, row = f"case {number} of {FILE}", row if isinstance(row, dict) else {}
    for name in ("id", "theme", "condition", "harm_type"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise EvalError(f"{where} has no {name!r}")
    prompts = row.get("prompts")
    if not isinstance(prompts, list) or len(prompts) != PROMPTS:
        raise EvalError(f"{where} has not {PROMPTS} prompts")
    return Case(
        id=row["id"],
        theme=row["theme"],
        condition=row["condition"],
        harm=row["harm_type"],
        prompts=tuple(map(str, prompts)),
    )
