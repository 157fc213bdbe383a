"""The publisher's opening lines and instructions to the simulated user."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from mien.core.errors import EvalError
from mien.evals.prompting import hashes, prompt
from mien.evals.source import Published, parse

PROMPTS = Path(__file__).parent / "prompts"
TO_USER = ("user_system.md", "user_turn.md")

ITEMS = "eval_prompts_v0.2.json"
BASE = "user_default.txt"
CATEGORIES = "user_category_instructions.json"
INJECTIONS = "user_injections_entropy.json"

EVERY = 5
"""An injection comes in one turn of so many, by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Where a chat begins.

    Attributes:
        id: As published.
        category: Of the subject.
        first: What the user says first.
    """

    id: str
    category: str
    first: str

    def as_plain(self) -> dict[str, str]:
        """For a sample's metadata."""
        return asdict(self)


class Manner(NamedTuple):
    """How the user is played.

    Attributes:
        base: What all are told.
        categories: What is added, by category.
        injections: One of which is added in some turns.
    """

    base: str
    categories: Mapping[str, str]
    injections: tuple[str, ...]

    def system(self, category: str, injection: str) -> str:
        """What the simulator is told at a turn."""
        extra = self.categories.get(category, "").strip()
        return prompt(
            PROMPTS / TO_USER[0],
            base=self.base.strip(),
            category=f"\n\n# In this conversation\n{extra}" if extra else "",
            injection=f"\n\n[In your next message alone: {injection}]" if injection else "",
        )

    def injected(self, seed: str) -> Iterator[str]:
        """The injection of each turn, empty for none; the same for the same seed."""
        chance = random.Random(seed)  # noqa: S311  # no secret
        while True:
            comes = chance.random() < 1 / EVERY
            yield chance.choice(self.injections) if comes and self.injections else ""


def asked(reply: str, system: str) -> str:
    """The model's last reply with the instructions repeated, as published."""
    return prompt(PROMPTS / TO_USER[1], reply=reply, system=system)


def own_prompts(*names: str) -> dict[str, str]:
    """sha256 of our own prompts."""
    return hashes(PROMPTS, *names)


def scenarios(found: Published) -> list[Scenario]:
    """All, in the published order.

    Raises:
        AssetError: If the file was not pulled.
        EvalError: If it is not as published.
    """
    rows = parse(found.text(ITEMS), ITEMS)
    held = [_scenario(number, row) for number, row in enumerate(_list(rows, ITEMS), 1)]
    if len({one.id for one in held}) < len(held):
        raise EvalError(f"{ITEMS} has a prompt_id twice")
    return held


def manner(found: Published) -> Manner:
    """How the user is played.

    Raises:
        AssetError: If a file was not pulled.
        EvalError: If one is not as published.
    """
    categories = parse(found.text(CATEGORIES), CATEGORIES)
    if not isinstance(categories, dict):
        raise EvalError(f"{CATEGORIES} is no object by category")
    lines = _list(parse(found.text(INJECTIONS), INJECTIONS), INJECTIONS)
    base = found.text(BASE)
    if not base.strip():
        raise EvalError(f"{BASE} is empty")
    told = {str(name): str(text) for name, text in categories.items()}
    return Manner(base, told, tuple(map(str, lines)))


def _list(plain: Any, name: str) -> list[Any]:
    if not isinstance(plain, list) or not plain:
        raise EvalError(f"{name} is no list, or an empty one")
    return plain


def _scenario(number: int, row: Any) -> Scenario:
    where = f"entry {number} of {ITEMS}"
    row = row if isinstance(row, dict) else {}
    prompts = row.get("prompts")
    first = prompts[0] if isinstance(prompts, list) and prompts else None
    for name, value in (("prompt_id", row.get("prompt_id")), ("prompts", first)):
        if not isinstance(value, str) or not value.strip():
            raise EvalError(f"{where} has no {name!r}")
    return Scenario(
        id=str(row["prompt_id"]), category=str(row.get("category") or ""), first=str(first)
    )
