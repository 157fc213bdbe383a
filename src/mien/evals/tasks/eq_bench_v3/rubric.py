"""EQ-Bench 3's rubric: what the judge is told, and what its answer comes to."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from statistics import fmean

from mien.evals.judging import json_object
from mien.evals.pairs import Talk
from mien.evals.tasks.eq_bench_v3.prompts import Texts, fill
from mien.evals.tasks.eq_bench_v3.scenarios import Kind
from mien.evals.tasks.eq_bench_v3.sections import (
    ANALYSIS_LIMIT,
    CUT,
    DEBRIEF_LIMIT,
    cut,
    cut_sections,
    sections,
    unmarked,
)

HIGHEST = 20.0
"""Of a criterion; the lowest is 0."""

SCORING = (
    "demonstrated_empathy",
    "pragmatic_ei",
    "depth_of_insight",
    "social_dexterity",
    "emotional_reasoning",
    "message_tailoring",
)
"""Criteria of role-play and drafting that make the score; the other twelve describe style."""

ANALYSIS_SCORING = (
    "depth_of_insight",
    "emotional_reasoning",
    "theory_of_mind",
    "subtext_identification",
    "intellectual_grounding",
    "correctness",
)
"""Criteria of analyses, all of which make the score."""

REASONING = "chain_of_thought_reasoning"

_THOUGHTS = "detailed chain of thought reasoning about the coming scoring decisions"

_NUMBER = re.compile(r"\b(\d{1,6}(?:\.\d{1,6})?)\b")


def scoring(kind: Kind) -> tuple[str, ...]:
    """Criteria that make the score of a kind of scenario."""
    return ANALYSIS_SCORING if kind is Kind.ANALYSIS else SCORING


def rubric_prompt(texts: Texts, talk: Talk, *, truncate: bool = False) -> str:
    """What the judge is told of one talk.

    Args:
        texts: As published.
        talk: With its debrief, unless it is an analysis.
        truncate: Whether answers are cut as for judges of pairs; the published runs are not.
    """
    kind = Kind(talk.kind)
    form = output_format(texts.criteria[kind is Kind.ANALYSIS])
    transcript = _transcript(talk, kind, truncate)
    if kind is Kind.ANALYSIS:
        template = texts.templates["rubric_scoring_prompt_analysis"]
        return unmarked(fill(template, transcript=transcript, output_format=form))
    debrief = talk.debrief or ""
    if truncate and len(debrief) > DEBRIEF_LIMIT:
        debrief = debrief[:DEBRIEF_LIMIT] + CUT.replace(" ", "")
    template = texts.templates["rubric_scoring_prompt"]
    return unmarked(fill(template, transcript=transcript, debrief=debrief, output_format=form))


def output_format(criteria: Sequence[str]) -> str:
    """The JSON that the judge is to answer in."""
    return json.dumps({REASONING: _THOUGHTS} | dict.fromkeys(criteria, 0), indent=2).replace(
        ": 0", ": 0-20"
    )


def _transcript(talk: Talk, kind: Kind, truncate: bool) -> str:
    parts = []
    for message in talk.messages:
        text = message["content"]
        if message["role"] == "assistant":
            parts.append(f"Assistant:\n{_shown(text, kind, truncate)}\n")
        else:
            parts.append(f"User:\n{text}\n")
    return "---\n".join(parts)


def _shown(answer: str, kind: Kind, truncate: bool) -> str:
    if kind is Kind.ANALYSIS:
        return cut(answer, ANALYSIS_LIMIT) if truncate else answer
    found = cut_sections(answer, kind) if truncate else sections(answer, kind)
    return "\n\n".join(f"# {heading}\n{text}" for heading, text in found.items()) + "\n\n--"


def read_grades(answer: str) -> dict[str, float]:
    """The grades in a judge's answer, by criterion; empty if there are none.

    A grade such as "15/20" counts as 15, as published. What lies outside 0 to 20 is no grade.
    """
    said = json_object(answer) or {}
    found = {name: _grade(value) for name, value in said.items() if name != REASONING}
    return {name: grade for name, grade in found.items() if grade is not None}


def _grade(value: object) -> float | None:
    if isinstance(value, str):
        match = _NUMBER.search(value)
        value = float(match[1]) if match else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value <= HIGHEST else None


def task_score(grades: Mapping[str, float], kind: Kind) -> float | None:
    """The mean of the grades that make the score, 0 to 20; None where there is none."""
    counted = [grades[name] for name in scoring(kind) if name in grades]
    return fmean(counted) if counted else None
