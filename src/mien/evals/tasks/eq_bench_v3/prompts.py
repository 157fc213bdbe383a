"""EQ-Bench 3's published texts, and what the model under test is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mien.core.errors import EvalError
from mien.evals.source import Published
from mien.evals.tasks.eq_bench_v3.scenarios import (
    Kind,
    Parsed,
    Scenario,
    parse_notes,
    parse_scenarios,
)

_FIELD = re.compile(r"\{(\w+)\}")

_TEMPLATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "scenario_master_prompt": ("scenario_prompt",),
        "scenario_master_prompt_message_drafting": ("scenario_prompt",),
        "scenario_master_prompt_analysis": ("scenario_prompt",),
        "debrief_prompt": (),
        "rubric_scoring_prompt": ("transcript", "debrief", "output_format"),
        "rubric_scoring_prompt_analysis": ("transcript", "output_format"),
        "pairwise_prompt_eqbench3": (
            "conversation_history_A",
            "debrief_A",
            "conversation_history_B",
            "debrief_B",
            "scenario_notes",
        ),
        "pairwise_prompt_eqbench3_analysis": (
            "transcript_being_analysed",
            "response_A",
            "response_B",
            "scenario_notes",
        ),
    }
)
"""Templates by the name of their file, with the fields that they must have."""

_MASTERS = {
    Kind.ROLE_PLAY: "scenario_master_prompt",
    Kind.DRAFTING: "scenario_master_prompt_message_drafting",
    Kind.ANALYSIS: "scenario_master_prompt_analysis",
}


@dataclass(frozen=True, slots=True)
class Texts:
    """All published texts.

    Attributes:
        parsed: The scenarios.
        notes: What the judge of pairs is told of some, by id.
        templates: By the name of their file.
        criteria: Of the rubric, by whether it is that of analyses.
    """

    parsed: Parsed
    notes: Mapping[str, str]
    templates: Mapping[str, str]
    criteria: Mapping[bool, tuple[str, ...]]

    def turns(self, scenario: Scenario) -> tuple[str, ...]:
        """What the model under test is told, turn by turn, without the debrief."""
        master = self.templates[_MASTERS[scenario.kind]]
        return tuple(fill(master, scenario_prompt=prompt) for prompt in scenario.prompts)

    @property
    def debrief(self) -> str:
        """The last question after a role-play or a draft."""
        return self.templates["debrief_prompt"]


def load(published: Published) -> Texts:
    """The published texts.

    Raises:
        AssetError: If they were not pulled.
        EvalError: If one is missing, or lacks a field that is to be filled.
    """
    templates = {name: published.text(f"{name}.txt") for name in _TEMPLATES}
    for name, wanted in _TEMPLATES.items():
        missing = [field for field in wanted if f"{{{field}}}" not in templates[name]]
        if missing:
            raise EvalError(f"{name}.txt has no {{{missing[0]}}}: is it the published file?")
    return Texts(
        parsed=parse_scenarios(published.text("scenario_prompts.txt")),
        notes=parse_notes(published.text("scenario_notes.txt")),
        templates=templates,
        criteria={
            is_analysis: _criteria(published.text(f"rubric_scoring_criteria{ending}.txt"))
            for is_analysis, ending in ((False, ""), (True, "_analysis"))
        },
    )


def fill(template: str, **fields: str) -> str:
    """A template with its fields filled; what they are filled with is never looked at again.

    >>> fill("{name} says {what}", name="{what}", what="hello")
    '{what} says hello'
    """
    return _FIELD.sub(lambda match: fields.get(match[1], match[0]), template)


def _criteria(text: str) -> tuple[str, ...]:
    lines = (line.strip() for line in text.split("\n"))
    found = tuple(line for line in lines if line and not line.startswith("#"))
    if not found:
        raise EvalError("a file of rubric criteria is empty: is it the published one?")
    return found


def prompt_hashes(hashes: Mapping[str, str]) -> dict[str, str]:
    """Of what a publisher's files hold, the prompts and rubrics, by name."""
    scenarios = ("scenario_prompts", "scenario_notes")
    return {name: sha for name, sha in hashes.items() if not any(s in name for s in scenarios)}
