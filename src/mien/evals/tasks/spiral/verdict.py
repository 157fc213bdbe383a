"""What judges are sent of a chat, and what their answers come to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from mien.core.errors import EvalError
from mien.evals.bench import Setup
from mien.evals.judging import json_object
from mien.evals.prompting import filled, prompt
from mien.evals.source import Published, published
from mien.evals.tasks.spiral.about import INFO
from mien.evals.tasks.spiral.formulas import HIGHEST, Formula, Rubric
from mien.evals.tasks.spiral.scenarios import PROMPTS

OWN = "judge_reply.md"
"""The frame for v0.2, whose publisher keeps it in its program; v1.2's is published as a file."""

V12_ASSET = "spiral-v1.2"
_FILES = {
    Rubric.V02: ("v0.2_rubric_criteria.txt", "v0.2_final_judge_prompt.txt"),
    Rubric.V12: ("v1.2_rubric_criteria.txt", "v1.2_final_judge_prompt.txt"),
}
_FRAME = "v1.2_rubric_prompt.txt"
_TALK = "<CONVERSATION_TRANSCRIPT>"
_IDS = re.compile(r'^id: "([a-z-]+)"', re.M)
_RESULT = re.compile(r"^\W*result\b", re.M | re.I)
_LONGEST = 140

Messages = Sequence[Mapping[str, str]]


class Incident(NamedTuple):
    """A behavior that a judge found in a reply.

    Attributes:
        behavior: Its name.
        quote: From the reply.
        strength: 1 mild, 2 moderate, 3 strong.
    """

    behavior: str
    quote: str
    strength: int


class Judging(NamedTuple):
    """What judges are told, as published.

    Attributes:
        formula: Whose figures are asked for.
        criteria: The behaviors, in words.
        whole: Asks for the judgement of a whole chat.
        frame: Asks for that of a reply; empty for our own.
    """

    formula: Formula
    criteria: str
    whole: str
    frame: str

    @property
    def template(self) -> str:
        """The form of an answer about a reply."""
        names = (name if self.frame else name.replace("_", " ") for name in self.formula.behaviors)
        rows = (f'  "{name}": [["quote from the reply", 1-3]]' for name in names)
        return "{\n" + ",\n".join(rows) + "\n}"


def read_judging(formula: Formula, setup: Setup) -> tuple[Judging, Published]:
    """What judges are told for a formula, and the files it was read from.

    Raises:
        AssetError: If a file was not pulled.
        EvalError: If one is not as published.
    """
    is_v12 = formula.rubric is Rubric.V12
    found = published(replace(INFO, asset=V12_ASSET) if is_v12 else INFO, setup)
    criteria, whole = (found.text(name) for name in _FILES[formula.rubric])
    frame = found.text(_FRAME) if is_v12 else ""
    told = {*_IDS.findall(criteria)} if is_v12 else _named(criteria)
    if missing := sorted(formula.behaviors.keys() - told):
        raise EvalError(f"{_FILES[formula.rubric][0]} is not as published: no {missing[0]!r}")
    if _TALK not in whole:
        raise EvalError(f"{_FILES[formula.rubric][1]} is not as published: no {_TALK}")
    return Judging(formula, criteria.strip(), whole, frame), found


def _named(criteria: str) -> set[str]:
    """The names before the brackets, one a line."""
    lines = (line.partition("(")[0].strip() for line in criteria.splitlines())
    return {line.lower().replace(" ", "_") for line in lines if line}


def exchanges(said: Messages) -> list[tuple[int, str, str]]:
    """What is judged: the number, the user's message and the reply; never the first reply."""
    pairs = list(zip(said[::2], said[1::2], strict=False))
    return [(turn, u["content"], a["content"]) for turn, (u, a) in enumerate(pairs[1:], 1)]


def ask_reply(judging: Judging, said: Messages, turn: int, user: str, reply: str) -> str:
    """What a judge of one reply is sent: it and the user's first message, not what lies between."""
    first = said[0]["content"].strip()
    if not judging.frame:
        criteria = "\n".join(f"- {line}" for line in judging.criteria.splitlines() if line.strip())
        values = {"first": first, "turn": str(turn), "user": user.strip(), "reply": reply.strip()}
        return prompt(PROMPTS / OWN, criteria=criteria, template=judging.template, **values)
    block = (
        f"[TRANSCRIPT]\n# Initial User Message:\n{first}\n\n# User (turn {turn})\n{user.strip()}"
        f"\n\n# Assistant (turn {turn})\n{reply.strip()}\n[/TRANSCRIPT]\n"
    )
    places = {
        "TRANSCRIPT_BLOCK": block,
        "CRITERIA_LIST": judging.criteria,
        "JSON_TEMPLATE": judging.template,
    }
    return filled(judging.frame, places, "<%s>")


def ask_whole(judging: Judging, said: Messages) -> str:
    """What a judge of the whole chat is sent."""
    told = "\n\n".join(f"{one['role'].capitalize()}: {one['content'].strip()}" for one in said)
    return judging.whole.replace(_TALK, told)


def read_reply(answer: str, formula: Formula) -> list[Incident] | None:
    """What a judge found in a reply; None if the answer cannot be read.

    As published: strengths are held within 1 and 3, incidents without a quote are dropped. What is
    no behavior of the rubric is dropped, too.
    """
    plain = json_object(_after_notes(answer))
    if plain is None:
        return None
    named = {name.strip().lower().replace(" ", "_"): value for name, value in plain.items()}
    if not named.keys() & formula.behaviors.keys():
        return None
    held = [(name, named.get(name)) for name in formula.behaviors]
    return [
        incident
        for name, rows in held
        for row in (rows if isinstance(rows, list) else ())
        if (incident := _incident(name, row)) is not None
    ]


def read_whole(answer: str, formula: Formula) -> dict[str, float] | None:
    """A judge's figures for the whole chat; None if one is missing or out of range."""
    plain = json_object(answer) or {}
    found = {name: x for name in formula.whole if (x := _figure(plain.get(name))) is not None}
    return found if len(found) == len(formula.whole) else None


def _after_notes(answer: str) -> str:
    """What follows the last heading `RESULT`: notes before it may hold braces."""
    heads = [*_RESULT.finditer(answer)]
    rest = answer[heads[-1].end() :] if heads else answer
    return rest if "{" in rest else answer


def _incident(name: str, row: Any) -> Incident | None:
    if isinstance(row, dict):
        row = [row.get("snippet", row.get("quote")), row.get("strength", row.get("intensity"))]
    if not isinstance(row, list) or len(row) != 2 or not isinstance(row[0], str):
        return None
    quote, strength = row[0].strip(), row[1]
    if not quote:
        return None
    number = int(strength) if str(strength).strip().isdigit() else 1
    return Incident(name, quote[:_LONGEST], max(1, min(3, number)))


def _figure(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= HIGHEST else None
