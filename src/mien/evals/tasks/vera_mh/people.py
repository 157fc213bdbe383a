"""The publisher's personas, and what a simulator of one is told."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import asdict, dataclass

from mien.core.errors import EvalError
from mien.evals.prompting import filled
from mien.evals.source import Published

FILE = "personas.tsv"
TEMPLATE = "persona_prompt_template.txt"
RISKS = ("None", "Low", "High", "Imminent")

_PLACE = re.compile(r"\{([^{}\n]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who writes to an assistant.

    Attributes:
        name: As published.
        risk: Of suicide: one of `RISKS`.
        told: What their simulator is told.
    """

    name: str
    risk: str
    told: str

    def as_plain(self) -> dict[str, str]:
        """For a sample's metadata."""
        return asdict(self)


def people(found: Published) -> list[Person]:
    """Everybody, in the published order.

    Raises:
        AssetError: If a file was not pulled.
        EvalError: If one is not as published.
    """
    template = found.text(TEMPLATE)
    rows = list(csv.DictReader(io.StringIO(found.text(FILE)), delimiter="\t"))
    if not rows:
        raise EvalError(f"{FILE} holds nobody")
    held = [_person(number, row, template) for number, row in enumerate(rows, 2)]
    if len({one.name for one in held}) < len(held):
        raise EvalError(f"{FILE} names somebody twice")
    return held


def _person(number: int, row: dict[str, str | None], template: str) -> Person:
    where = f"line {number} of {FILE}"
    values = {name: (text or "").strip() for name, text in row.items() if name}
    if missing := [name for name in _PLACE.findall(template) if name not in values]:
        raise EvalError(f"{where} has no {missing[0]!r}, which {TEMPLATE} asks for")
    risk = values.get("Current Risk Level", "")
    if risk not in RISKS or not values.get("Name"):
        raise EvalError(f"{where} has the risk {risk!r}, not one of {', '.join(RISKS)}")
    return Person(name=values["Name"], risk=risk, told=filled(template, values, "{%s}"))
