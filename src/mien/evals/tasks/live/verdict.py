"""What a judge is sent of a talk, and what its answer comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from mien.evals.judging import json_object
from mien.evals.tasks.live.persona import Persona
from mien.evals.tasks.live.rubric import Rubric
from mien.evals.tasks.live.texts import bullets, prompt, quoted

Messages: TypeAlias = Sequence[Mapping[str, str]]
"""Of a talk, with the model under test as `assistant`."""

HIGHEST = 10.0
WIDEST = 5
"""Of a margin between two talks."""


class Verdict(NamedTuple):
    """A judge's figures, by name.

    Attributes:
        abilities: Of the rubric's criteria.
        traits: Of its traits.
        notes: In words.
    """

    abilities: Mapping[str, float]
    traits: Mapping[str, float]
    notes: str


def card(persona: Persona) -> str:
    """All that is known of a person, for a judge."""
    details = tuple(f"({one.sensitivity.value}) {one.content}" for one in persona.details)
    return "\n\n".join(
        [
            f"Who: {persona.about}",
            f"The model was their: {persona.relationship.replace('_', ' ')}",
            f"What the matter really is: {persona.core}",
            f"How much of that they see: {persona.awareness}",
            f"What they tell only with trust:\n{bullets(details)}",
            f"What does them good:\n{bullets(persona.helps)}",
            f"What harms:\n{bullets(persona.harms)}",
        ]
    )


class Asked(NamedTuple):
    """The two messages that ask for a verdict; what models under test wrote is in the second."""

    system: str
    user: str


def ask_of_one(persona: Persona, rubric: Rubric, messages: Messages) -> Asked:
    """What a judge of one talk is sent."""
    text = prompt("judge")
    task = text.task.format(
        told_role=_told_role(persona),
        card=card(persona),
        criteria=_listed(rubric.criteria),
        traits=_listed(rubric.traits),
    )
    return Asked(task, f"{as_data(messages)}\n\n{_form(text.form, rubric)}")


def ask_of_two(persona: Persona, rubric: Rubric, first: Messages, second: Messages) -> Asked:
    """What a judge of two talks is sent."""
    text = prompt("pairs")
    task = text.task.format(
        told_role=_told_role(persona), card=card(persona), criteria=_listed(rubric.criteria)
    )
    talks = f"Talk with A:\n{as_data(first, 'A')}\n\nTalk with B:\n{as_data(second, 'B')}"
    return Asked(task, f"{talks}\n\n{_form(text.form, rubric)}")


def as_data(messages: Messages, model: str = "model") -> str:
    """A talk as a judge sees it: numbered, quoted, delimited."""
    said = []
    for number, one in enumerate(messages, 1):
        by = "person" if one["role"] == "user" else model
        said.append({"turn": number, "by": by, "text": one["content"]})
    return quoted(said)


def read_verdict(answer: str, rubric: Rubric) -> Verdict | None:
    """The figures of a judge's answer; None if one is missing or out of range."""
    plain = json_object(answer) or {}
    abilities = _figures(plain.get("abilities"), rubric.criteria, 0.0, HIGHEST)
    traits = _figures(plain.get("traits"), rubric.traits, 0.0, HIGHEST)
    if abilities is None or traits is None:
        return None
    return Verdict(abilities, traits, str(plain.get("notes") or ""))


def read_margins(answer: str, rubric: Rubric) -> Verdict | None:
    """The margins of a judge's answer, -1 to 1 (the first was far better), as abilities.

    None if one is missing or out of range.
    """
    plain = json_object(answer) or {}
    found = _figures(plain.get("margins"), rubric.criteria, -WIDEST, WIDEST)
    if found is None:
        return None
    margins = {name: value / WIDEST for name, value in found.items()}
    return Verdict(margins, {}, str(plain.get("notes") or ""))


def _told_role(persona: Persona) -> str:
    return f", and one line about its own role: {persona.role}" if persona.role else ""


def _listed(lines: Mapping[str, str]) -> str:
    return bullets(tuple(f"{name}: {text}" for name, text in lines.items()))


def _form(form: str, rubric: Rubric) -> str:
    return form.replace("CRITERIA", _names(rubric.criteria)).replace(
        "TRAITS", _names(rubric.traits)
    )


def _names(lines: Mapping[str, str]) -> str:
    return ", ".join(f'"{name}"' for name in lines)


def _figures(
    held: Any, wanted: Mapping[str, str], low: float, high: float
) -> dict[str, float] | None:
    found = {}
    for name in wanted:
        value = held.get(name) if isinstance(held, dict) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if not low <= value <= high:
            return None
        found[name] = float(value)
    return found
