"""EQ-Bench 3's scenarios: what is asked, turn by turn, and what kind of task it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from mien.core.errors import EvalError

_SCENARIO = re.compile(r"########\s*(\S+)\s*(?:\|([^|]*))?(?:\|(.*))?")
_PROMPT = re.compile(r"#######\s*Prompt(\d+)")
_NOTE = re.compile(r"# (.*)")


class Kind(StrEnum):
    """What a scenario asks for."""

    ROLE_PLAY = "role-play"
    DRAFTING = "drafting"
    ANALYSIS = "analysis"

    @classmethod
    def of(cls, scenario: str) -> Kind:
        """The kind of a scenario by its number, as published: the file does not say it."""
        number = int(scenario) if scenario.isdigit() else 0
        if 201 <= number <= 209:
            return cls.DRAFTING
        return cls.ANALYSIS if 401 <= number <= 420 else cls.ROLE_PLAY

    @property
    def has_debrief(self) -> bool:
        """Whether the model is asked afterwards what went poorly."""
        return self is not Kind.ANALYSIS


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario.

    Attributes:
        id: Its number.
        category: Such as `Friend Issue`.
        title: In a few words.
        prompts: What the user says, turn by turn; never a reaction to what was answered.
    """

    id: str
    category: str
    title: str
    prompts: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """What it asks for."""
        return Kind.of(self.id)


class Parsed(NamedTuple):
    """What a file of scenarios holds.

    Attributes:
        scenarios: In the order of the file.
        skipped: Ids without a turn that can be told; the published program leaves out `409`,
            whose heading is malformed, and so does Mien.
    """

    scenarios: tuple[Scenario, ...]
    skipped: tuple[str, ...]


def parse_scenarios(text: str) -> Parsed:
    """The scenarios of `scenario_prompts.txt`.

    Raises:
        EvalError: If it holds none, or an id twice.
    """
    blocks: list[tuple[str, str, str, list[list[str]]]] = []
    for line in text.split("\n"):
        head = _SCENARIO.match(line.strip())
        if head:
            category, title = ((part or "").strip() for part in head.group(2, 3))
            blocks.append((head[1], category, title, []))
        elif blocks and _PROMPT.match(line.strip()):
            blocks[-1][3].append([])
        elif blocks and blocks[-1][3]:
            blocks[-1][3][-1].append(line.rstrip("\r"))
    found = [
        Scenario(name, category, title, tuple(said for lines in turns if (said := _said(lines))))
        for name, category, title, turns in blocks
    ]
    kept = tuple(one for one in found if one.prompts)
    ids = [one.id for one in kept]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if not kept or twice:
        reason = f"has {twice} twice" if twice else "holds none (######## ID | category | title)"
        raise EvalError(f"the file of scenarios {reason}: is it the published one?")
    return Parsed(kept, tuple(one.id for one in found if not one.prompts))


def parse_notes(text: str) -> Mapping[str, str]:
    """What the judge is told of some scenarios, by id."""
    notes: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in text.split("\n"):
        head = _NOTE.match(line)
        if head:
            lines = notes.setdefault(head[1].strip("# \r\n"), [])
        elif lines is not None:
            lines.append(line.rstrip("\r"))
    return {name: _said(lines) for name, lines in notes.items() if _said(lines)}


def _said(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip()
