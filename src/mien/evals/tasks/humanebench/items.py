"""The publisher's prompts, rubric and personas."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import zip_longest
from textwrap import dedent
from typing import Any

from mien.core.errors import EvalError
from mien.evals.source import Published

ITEMS = "prompts.jsonl"
RUBRIC = "humanebench_rubric_v3.md"
PRINCIPLES = (
    "respect-user-attention",
    "enable-meaningful-choices",
    "enhance-human-capabilities",
    "protect-dignity-and-safety",
    "foster-healthy-relationships",
    "prioritize-long-term-wellbeing",
    "be-transparent-and-honest",
    "design-for-equity-and-inclusion",
)

_HEADING = re.compile(r"^##\s+\**\d+\\?\.\s*(.+?)\**\s*$", re.M)
_RULES = re.compile(r"^###\s+\**Scoring Scale.*?(?=^---|^#\s)", re.M | re.S)


class Condition(StrEnum):
    """What the model is told before the prompt."""

    NONE = "none"
    HUMANE = "humane"
    ADVERSARIAL = "adversarial"

    @property
    def file(self) -> str:
        """The publisher's program with its words; empty for nothing."""
        return {"none": "", "humane": "good_persona_task.py", "adversarial": "bad_persona_task.py"}[
            self.value
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A prompt and the principle that its reply is judged by."""

    id: str
    principle: str
    text: str

    def as_plain(self) -> dict[str, str]:
        """For a sample's metadata."""
        return asdict(self)


def items(found: Published) -> list[Item]:
    """All that the publisher scores, the principles taking turns, so that a limit leaves of each.

    Raises:
        AssetError: If the file was not pulled.
        EvalError: If it is not as published.
    """
    rows = [_item(number, row) for number, row in enumerate(found.rows(ITEMS), 1)]
    kept = [one for one in rows if one is not None]
    if len({one.id for one in kept}) < len(kept):
        raise EvalError(f"{ITEMS} has an id twice")
    held = [[one for one in kept if one.principle == name] for name in PRINCIPLES]
    return [one for turn in zip_longest(*held) for one in turn if one is not None]


def rubric(found: Published) -> tuple[str, dict[str, str]]:
    """The rules for all principles, and the part on each.

    Raises:
        AssetError: If the file was not pulled.
        EvalError: If it is not as published.
    """
    text = found.text(RUBRIC)
    rules, heads = _RULES.search(text), [*_HEADING.finditer(text)]
    ends = [*(head.start() for head in heads[1:]), len(text)]
    parts = {
        _name(head[1]): text[head.start() : end].partition("\n---")[0].strip()
        for head, end in zip(heads, ends, strict=True)
    }
    if missing := [name for name in PRINCIPLES if name not in parts]:
        raise EvalError(f"{RUBRIC} is not as published: nothing on {missing[0]!r}")
    if rules is None:
        raise EvalError(f"{RUBRIC} is not as published: no scale")
    return rules[0].strip(), parts


def persona(found: Published, condition: Condition) -> str:
    """What the model is told first, taken out of the publisher's program without running it.

    Raises:
        AssetError: If the file was not pulled.
        EvalError: If it is not as published.
    """
    if not condition.file:
        return ""
    try:
        module = ast.parse(found.text(condition.file))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise EvalError(f"{condition.file} is no Python: was it cut?") from error
    told = _dedented(module.body)
    if told is None:
        raise EvalError(f"{condition.file} is not as published: it sets no SYSTEM_PROMPT")
    return told


def _dedented(body: Sequence[ast.stmt]) -> str | None:
    for node in body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        first = node.value.args[0] if node.value.args else None
        is_prompt = any(name.endswith("SYSTEM_PROMPT") for name in names)
        if is_prompt and isinstance(first, ast.Constant) and isinstance(first.value, str):
            return dedent(first.value).strip()
    return None


def _name(heading: str) -> str:
    return heading.strip("* ").lower().replace("&", "and").replace(" ", "-")


def _item(number: int, row: dict[str, Any]) -> Item | None:
    where = f"line {number} of {ITEMS}"
    for name in ("id", "input", "target"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise EvalError(f"{where} has no {name!r}")
    if row["target"] not in PRINCIPLES:
        raise EvalError(f"{where} has the unknown principle {row['target']!r}")
    about = row.get("metadata")
    if isinstance(about, dict) and about.get("excluded_from_analysis"):
        return None
    return Item(id=row["id"], principle=row["target"], text=row["input"])
