"""How a voice is beyond emotion: what the published attributes mean, and which are given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from mien.core.errors import ConfigError
from mien.decoders.emonet.suites import constants

UNSURE_GENDER = 0.5
"""LAION says nothing about gender below this score either way; neither does Mien."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One scale of a voice, on its published range.

    Two of the published names run against their scale (`Warm_vs._Cold` is high for warm voices);
    keys here always name the low end first: `cold_warm`.

    Attributes:
        key: Its name in `Reading.extra`.
        low: The lowest published score.
        high: The highest.
        low_means: What the low end sounds like.
        high_means: What the high end sounds like.
        is_protected: Whether it describes a protected trait; it is given only if asked for.
    """

    key: str
    low: float
    high: float
    low_means: str
    high_means: str
    is_protected: bool


@cache
def attributes() -> dict[str, Attribute]:
    """Every attribute by its key, as published; valence, arousal and dominance are none."""
    return {
        row["key"]: Attribute(
            key=row["key"],
            low=row["low"],
            high=row["high"],
            low_means=row["low_means"],
            high_means=row["high_means"],
            is_protected=row.get("protected", False),
        )
        for row in constants()["voice"]["heads"].values()
        if row["role"] == "attribute"
    }


def given(asked: str) -> frozenset[str]:
    """Keys of the attributes that readings carry: all but protected traits, and those asked for.

    Args:
        asked: `Config.attributes`: keys with commas, such as `age,gender`.

    Raises:
        ConfigError: If one is unknown.
    """
    named = {part.strip() for part in asked.split(",") if part.strip()}
    unknown = sorted(named - attributes().keys())
    if unknown:
        known = ", ".join(attributes())
        raise ConfigError(f"no attribute is called {unknown[0]!r}: choose from {known}")
    return frozenset(named | {key for key, row in attributes().items() if not row.is_protected})


def is_said(key: str, score: float) -> bool:
    """Whether a score says anything: a gender near the middle does not."""
    return key != "gender" or abs(score) >= UNSURE_GENDER
