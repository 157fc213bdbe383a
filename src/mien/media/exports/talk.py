"""What every form of export gives: a conversation, and counts of what is no words of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from mien.timeline.conversation import Turn

HIDDEN = "messages of the system or of tools, and hidden ones"
OTHER_BRANCHES = "messages on branches that were not followed"
NO_WORDS = "messages without words"
PARTS = "parts of messages that are no words, such as pictures and files"

NO_ZONE = "times have no zone: taken for those of this machine"

_YEARS = range(1990, 2200)


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


def from_unix(seconds: object) -> datetime | None:
    """A time in UTC from seconds since 1970, as a number or in letters; None for anything else.

    >>> from_unix("1700000000").isoformat()
    '2023-11-14T22:13:20+00:00'
    """
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float, str)):
        return None
    try:
        at = datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.year in _YEARS else None


def from_iso(text: object) -> datetime | None:
    """A time in UTC from ISO 8601 with an offset; None for anything else.

    >>> from_iso("2024-05-01T10:00:00.5Z").isoformat()
    '2024-05-01T10:00:00.500000+00:00'
    """
    at = _iso(text)
    return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None


def from_local(text: object) -> datetime | None:
    """A time in UTC from ISO 8601 without an offset, taken for the time of this machine."""
    at = _iso(text)
    return in_utc(at) if at is not None and at.tzinfo is None else None


def in_utc(at: datetime) -> datetime | None:
    """A time of this machine's zone in UTC; None outside of the years in which people chat."""
    return at.astimezone(UTC) if at.year in _YEARS else None


def _iso(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.year in _YEARS else None


_NAMES: dict[type, str] = {dict: "an object", list: "a list", str: "a text"}


def _json_name(value: object) -> str:
    if value is None:
        return "null"
    return _NAMES.get(type(value), "a number or a truth value")
