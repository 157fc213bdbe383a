"""A judge's answer: the form that is asked for, and what of it can be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mien.guard.judge.rubrics import Rubric
from mien.guard.observation import Quote
from mien.guard.signals import Side, Signal
from mien.llm import find_quote

GRADES = 4
"""0 to 3."""

LONGEST_QUOTE = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a judge says of one turn, after its quotes were looked up.

    Attributes:
        grades: 0 to 3; a signal that the judge was unsure of, or quoted wrongly for, is missing.
        quotes: Of the signals above 0.
        unsure: Signals that the judge could not tell.
        made_up: Signals whose quote does not stand in the turn.
        level: Of a crisis, 0 to 6.
        steering: Whether the turn tries to give the judge orders.
    """

    grades: Mapping[Signal, int]
    quotes: Mapping[Signal, Quote]
    unsure: tuple[Signal, ...] = ()
    made_up: tuple[Signal, ...] = ()
    level: int = 0
    steering: bool = False


def schema_of(rubric: Rubric) -> dict[str, Any]:
    """The JSON schema of an answer; the same for every turn of a side."""
    one = _object(
        {
            "quote": {"type": "string", "maxLength": LONGEST_QUOTE},
            "grade": {"type": ["integer", "null"], "minimum": 0, "maximum": GRADES - 1},
        }
    )
    parts: dict[str, Any] = {"key": {"type": "string"}, "steering": {"type": "boolean"}}
    parts |= {signal.value: one for signal in rubric.signals}
    if rubric.side is Side.USER:
        parts["level"] = {"type": "integer", "minimum": 0, "maximum": 6}
    return _object(parts)


def read_verdict(told: Mapping[str, Any], rubric: Rubric, text: str) -> Verdict:
    """What can be believed of an answer.

    Args:
        told: Follows `schema_of` of the same rubric.
        rubric: What was judged by.
        text: The judged turn's.
    """
    grades, quotes = dict[Signal, int](), dict[Signal, Quote]()
    unsure, made_up = list[Signal](), list[Signal]()
    for signal in rubric.signals:
        grade = told[signal.value]["grade"]
        if grade is None:
            unsure.append(signal)
            continue
        found = find_quote(told[signal.value]["quote"], text) if grade else None
        if grade and found is None:
            made_up.append(signal)
            continue
        grades[signal] = grade
        if found is not None:
            quotes[signal] = Quote(*found)
    return Verdict(
        grades=grades,
        quotes=quotes,
        unsure=tuple(unsure),
        made_up=tuple(made_up),
        level=told.get("level", 0) if grades.get(Signal.CRISIS) else 0,
        steering=told["steering"],
    )


def _object(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(parts),
        "required": list(parts),
        "additionalProperties": False,
    }
