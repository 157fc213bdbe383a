"""EQ-Bench 4's persona cards as they are published (`personas.json`, or one card a file)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mien.evals.tasks.live.feelings import HIGHEST, KEYS, LOWEST
from mien.evals.tasks.live.persona import CHATBOT, Detail, Persona, Sensitivity, is_id

_PARTS = ("presenting_issue", "core_issue", "initial_state")
_LISTS = ("core_adjacent_attributes", "modifiers", "sensitivities", "preferences")


def is_card(plain: object) -> bool:
    """Whether a JSON value has the shape of one card."""
    return isinstance(plain, dict) and {"presenting_issue", "core_issue"} <= plain.keys()


def problems(plain: Mapping[str, Any]) -> Iterator[str]:
    """Everything that keeps a card from being a persona, in words."""
    if not is_id(plain.get("id")):
        yield "id is missing, or holds more than letters, digits, dots and hyphens"
    for name in _PARTS:
        if not isinstance(plain.get(name), dict):
            yield f"{name} is missing"
    for name in _LISTS:
        held = plain.get(name, [])
        if not isinstance(held, list) or not all(isinstance(one, dict) for one in held):
            yield f"{name} is no list of objects"
    issue, core = (plain.get(name) or {} for name in ("presenting_issue", "core_issue"))
    for name, held in (("presenting_issue", issue), ("core_issue", core)):
        if isinstance(held, dict) and not _text(held, "description"):
            yield f"{name}.description is missing or empty"
    yield from _of_details(plain.get("core_adjacent_attributes"))
    yield from _of_state(plain.get("initial_state"))


def persona(plain: Mapping[str, Any]) -> Persona:
    """The persona of a card in which there are no `problems`."""
    issue, core = plain["presenting_issue"], plain["core_issue"]
    relationship = str(plain.get("assistant_relationship") or CHATBOT)
    is_chatbot = relationship.lower() in {CHATBOT, "assistant", "ai assistant", "none"}
    relationship = CHATBOT if is_chatbot else relationship
    style = plain.get("persona") if isinstance(plain.get("persona"), dict) else {}
    return Persona(
        id=plain["id"],
        title=_text(issue, "label"),
        relationship=relationship,
        role="" if is_chatbot else f"You are this person's {relationship.replace('_', ' ')}.",
        opening=_text(issue, "description"),
        core=_text(core, "description"),
        awareness="As said above." if "Awareness:" in _text(core, "description") else "Unknown.",
        details=tuple(_details(plain.get("core_adjacent_attributes", []))),
        state={key: float(plain["initial_state"][key]) for key in KEYS},
        about="\n".join(_lines(plain.get("modifiers", []))) or "Unknown.",
        voice="\n".join(_styles(style or {})) or "In everyday words.",
        helps=tuple(_lines(plain.get("preferences", []))),
        harms=tuple(_lines(plain.get("sensitivities", []))),
        family=str(plain.get("_task_type") or core.get("category") or "ordinary"),
        severity=str(issue.get("severity_hint") or "moderate"),
    )


def _text(held: Mapping[str, Any], name: str) -> str:
    value = held.get(name)
    return value.strip() if isinstance(value, str) else ""


def _details(held: list[dict[str, Any]]) -> Iterator[Detail]:
    for number, one in enumerate(held, 1):
        yield Detail(
            id=f"d{number}",
            content=_text(one, "content") or _text(one, "label"),
            sensitivity=Sensitivity(one["sensitivity"]),
        )


def _lines(held: list[dict[str, Any]]) -> Iterator[str]:
    for one in held:
        text = _text(one, "content") or _text(one, "label")
        if text:
            yield text


def _styles(style: Mapping[str, Any]) -> Iterator[str]:
    for one in style.values():
        if isinstance(one, dict):
            name = _text(one, "name") or _text(one, "label")
            yield f"{name}: {_text(one, 'description')}" if name else _text(one, "description")


def _of_details(details: object) -> Iterator[str]:
    for number, one in enumerate(details if isinstance(details, list) else [], 1):
        if isinstance(one, dict) and one.get("sensitivity") not in tuple(Sensitivity):
            yield f"core_adjacent_attributes {number} is neither low, medium nor high"


def _of_state(state: object) -> Iterator[str]:
    if not isinstance(state, dict):
        return
    for key in KEYS:
        value = state.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"initial_state.{key} is missing or no number"
        elif not LOWEST <= value <= HIGHEST:
            yield f"initial_state.{key} is {value}, not from {LOWEST:g} to {HIGHEST:g}"
