"""A simulated person: who they are, what they hide, what helps and what harms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

CHATBOT = "chatbot"
"""The relationship in which the model under test is what it is."""

FAMILIES = (
    "ego_threat",
    "power_imbalance",
    "reality_distortion",
    "exclusion",
    "ordinary",
)
"""Four families of what is hard, after EQ-Bench 4's hand-written half, and ordinary life."""

STANCES: Mapping[str, tuple[str, ...]] = {
    "candor": ("plain", "gentle", "either"),
    "advice": ("wanted", "later", "unwelcome"),
    "feelings": ("welcome", "sparing", "unwelcome"),
    "challenge": ("needed", "earned", "harmful"),
    "need": ("company", "understanding", "clarity", "a way forward"),
}
"""On what people part, and how: no single way of talking can suit them all."""

SEVERITIES = ("mild", "moderate", "severe", "grave")


_ID = re.compile(r"[\w.-]{1,80}")


def is_id(value: object) -> bool:
    """Whether a persona may be called so: Inspect makes paths of the ids of samples."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


class Sensitivity(StrEnum):
    """How much trust it takes to tell a detail."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def gate(self) -> float:
        """The openness, 0 to 10, from which on it may be told (`feelings.openness`)."""
        return {"low": 3.5, "medium": 5.0, "high": 6.5}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """Something a person tells only once they trust.

    Attributes:
        id: Within the persona.
        content: What is so, in a sentence or two.
        sensitivity: How much trust it takes.
        keys: Words or phrases that give it away.
    """

    id: str
    content: str
    sensitivity: Sensitivity
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One simulated person.

    Attributes:
        id: Unique in a set; also what the person's judge is drawn by.
        title: For tables; neither the model nor a judge's verdict depends on it.
        relationship: What the model is to the person; `chatbot` for what it is.
        role: What the model under test is told of its own role; empty for a chatbot.
        opening: The first message.
        core: The hidden core issue.
        awareness: How much of it the person knows themselves.
        details: What is told only with trust.
        state: Felt at the start, 0 to 10, by `feelings.KEYS`.
        about: Circumstances.
        voice: How they write.
        helps: What does them good.
        harms: What makes them withdraw, fight or give in.
        stance: On which side they are of what people part on (`STANCES`); empty if unknown.
        family: Of what is hard.
        severity: One of `SEVERITIES`, or what a foreign file says.
        language: Of the opening, ISO 639-1.
        care: How the person must be played so that it stays humane; for grave matters.
        source: The file's name.
        sha256: Of the file.
    """

    id: str
    title: str
    relationship: str
    role: str
    opening: str
    core: str
    awareness: str
    details: tuple[Detail, ...]
    state: Mapping[str, float]
    about: str
    voice: str
    helps: tuple[str, ...]
    harms: tuple[str, ...]
    stance: Mapping[str, str] = field(default_factory=dict)
    family: str = "ordinary"
    severity: str = "moderate"
    language: str = "en"
    care: str = ""
    source: str = ""
    sha256: str = ""

    def as_plain(self) -> dict[str, Any]:
        """For a sample's metadata."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Persona:
        """What `as_plain` gave, also after JSON."""
        details = tuple(
            Detail(
                id=one["id"],
                content=one["content"],
                sensitivity=Sensitivity(one["sensitivity"]),
                keys=tuple(one["keys"]),
            )
            for one in plain["details"]
        )
        lists = {key: tuple(plain[key]) for key in ("helps", "harms")}
        return cls(**{**plain, **lists, "details": details})
