"""What every form of export gives: a conversation, and counts of what is no words of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mien.timeline.conversation import Turn

HIDDEN = "messages of the system or of tools, and hidden ones"
OTHER_BRANCHES = "messages on branches that were not followed"
NO_WORDS = "messages without words"
PARTS = "parts of messages that are no words, such as pictures and files"

NO_ZONE = "times have no zone: taken for those of this machine"


class Order(StrEnum):
    """Which number comes first in dates such as 03/04/24; `AUTO` finds out."""

    AUTO = "auto"
    DAY = "day"
    MONTH = "month"


class UnknownForm(ValueError):
    """An export that is not as it is known; the message names the field that is at fault.

    Attributes:
        title: Of the conversation, if that much is known.
    """

    title: str | None = None


@dataclass(slots=True)
class Talk:
    """A conversation of an export.

    Attributes:
        title: As the service shows it, or None.
        begun: When it began, or None.
        turns: In order.
        skipped: How often what was left out, by reason.
        notes: What was guessed.
    """

    title: str | None = None
    begun: datetime | None = None
    turns: list[Turn] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()

    def say(
        self, text: str, *, speaker: str | None, role: str | None = None, at: datetime | None = None
    ) -> None:
        """Add a turn; one without words is only counted."""
        if not text.strip():
            self.skipped[NO_WORDS] += 1
            return
        turn = Turn(index=len(self.turns), text=text, speaker=speaker, role=role, at=at)
        self.turns.append(turn)
        if self.begun is None:
            self.begun = at


def need(
    plain: Mapping[str, Any], name: str, kind: type[Any], where: str, *, or_null: bool = False
) -> Any:
    """A field that every known version of a form has.

    Raises:
        UnknownForm: If it is missing or of another type.
    """
    if name not in plain:
        raise UnknownForm(f"{where} has no field `{name}`: a version of the export that is unknown")
    value = plain[name]
    if not (isinstance(value, kind) or (or_null and value is None)):
        raise UnknownForm(
            f"the field `{name}` of {where} is {_json_name(value)}, not {_NAMES[kind]}: "
            "a version of the export that is unknown"
        )
    return value


def title_of(value: object) -> str | None:
    """A title, or None for what is none."""
    return value.strip() or None if isinstance(value, str) else None


_NAMES: dict[type, str] = {dict: "an object", list: "a list", str: "a text"}


def _json_name(value: object) -> str:
    if value is None:
        return "null"
    return _NAMES.get(type(value), "a number or a truth value")
