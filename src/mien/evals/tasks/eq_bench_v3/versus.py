"""EQ-Bench 3's judgement of pairs: what the judge is told, and how clearly who wins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mien.core.errors import EvalError
from mien.evals.judging import json_object
from mien.evals.pairs import Showing, Talk
from mien.evals.tasks.eq_bench_v3.prompts import Texts, fill
from mien.evals.tasks.eq_bench_v3.scenarios import Kind
from mien.evals.tasks.eq_bench_v3.sections import (
    ANALYSIS_LIMIT,
    DEBRIEF_LIMIT,
    cut,
    cut_sections,
    unmarked,
)

FIRST, SECOND = "A0493", "A0488"
"""What the judge calls the one shown first and the other."""

CRITERIA = (
    "demonstrated_empathy",
    "pragmatic_ei",
    "depth_of_insight",
    "social_dexterity",
    "emotional_reasoning",
    "appropriate_validating_challenging",
    "message_tailoring",
    "overall_eq",
)
"""What role-plays and drafts are compared on."""

ANALYSIS_CRITERIA = (
    "depth_of_insight",
    "authentic_eu",
    "causal_attribution",
    "theory_of_mind",
    "incisiveness",
    "reading_between_lines",
    "correctness",
    "overall_eq",
)
"""What analyses are compared on."""

MOST_OF_ONE = 5
"""Pluses that one criterion can get."""

MOST_PLUSES = 30
"""A lead of this many pluses over all criteria counts as the clearest win, as published."""

NO_NOTES = "[No scenario notes available]"
NO_DEBRIEF = "[No Debrief Provided]"

_CODE = re.compile(rf"{FIRST}|{SECOND}")


@dataclass(frozen=True, slots=True)
class Lead:
    """How far the one shown first leads.

    Attributes:
        pluses: By criterion, -5 to 5; never 0.
    """

    pluses: Mapping[str, int]

    @property
    def share(self) -> float:
        """Of the win that goes to the first, 0 to 1: .5 where the sums of pluses are equal."""
        lead = sum(self.pluses.values()) / MOST_PLUSES
        return 0.5 + max(-1.0, min(1.0, lead)) / 2.0

    @property
    def margins(self) -> dict[str, float]:
        """By criterion, -1 to 1."""
        return {name: count / MOST_OF_ONE for name, count in self.pluses.items()}


def pair_prompt(texts: Texts, showing: Showing) -> str:
    """What the judge is told of two talks to one scenario.

    Sections are cut before marks are removed; debriefs and analyses after it, as published.

    Raises:
        EvalError: If the talks are to a scenario that the published files don't have.
    """
    first, second = showing.first, showing.second
    notes = texts.notes.get(first.scenario, NO_NOTES)
    if Kind(first.kind) is Kind.ANALYSIS:
        (response_a,), (response_b,) = seen(first), seen(second)
        return fill(
            texts.templates["pairwise_prompt_eqbench3_analysis"],
            transcript_being_analysed=_analysed(texts, first.scenario),
            response_A=response_a,
            response_B=response_b,
            scenario_notes=notes,
        )
    (history_a, debrief_a), (history_b, debrief_b) = seen(first), seen(second)
    return fill(
        texts.templates["pairwise_prompt_eqbench3"],
        conversation_history_A=history_a,
        debrief_A=debrief_a,
        conversation_history_B=history_b,
        debrief_B=debrief_b,
        scenario_notes=notes,
    )


def seen(talk: Talk) -> tuple[str, ...]:
    """What of one talk the judge sees: the analysis, or the conversation and the debrief."""
    if Kind(talk.kind) is Kind.ANALYSIS:
        return (cut(unmarked(talk.answers[0]), ANALYSIS_LIMIT),)
    debrief = cut(unmarked(talk.debrief), DEBRIEF_LIMIT) if talk.debrief else NO_DEBRIEF
    return _history(talk), debrief


def read_lead(answer: str, kind: Kind) -> Lead | None:
    """The verdict in a judge's answer; None unless every criterion names one winner and pluses."""
    said = json_object(answer) or {}
    criteria = ANALYSIS_CRITERIA if kind is Kind.ANALYSIS else CRITERIA
    pluses = {name: _pluses(said.get(name)) for name in criteria}
    found = {name: count for name, count in pluses.items() if count}
    return Lead(found) if len(found) == len(criteria) else None


def _pluses(verdict: object) -> int:
    """Of the first, negative if they go to the second; 0 if that is not clear."""
    if not isinstance(verdict, str):
        return 0
    winners, count = set(_CODE.findall(verdict)), verdict.count("+")
    if len(winners) != 1 or not 1 <= count <= MOST_OF_ONE:
        return 0
    return count if winners == {FIRST} else -count


def _history(talk: Talk) -> str:
    kind, parts = Kind(talk.kind), []
    for message in talk.messages:
        text = message["content"]
        if message["role"] == "assistant":
            found = cut_sections(text, kind)
            lines = [line for heading, part in found.items() for line in (f"# {heading}", part)]
            text = "\n\n".join([*lines, "--"])
        parts.append(f"{message['role'].capitalize()}:\n{unmarked(text)}\n---")
    return "\n".join(parts)


def _analysed(texts: Texts, scenario: str) -> str:
    for one in texts.parsed.scenarios:
        if one.id == scenario:
            return one.prompts[0].strip()
    raise EvalError(f"the published files have no scenario {scenario!r}, which the runs talk to")
