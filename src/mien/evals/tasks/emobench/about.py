"""What the task is, and what may be set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from mien.core.errors import ConfigError
from mien.evals.bench import Setup
from mien.evals.info import TaskInfo

ORDERS = 4
"""In which the options of a question are shown, one run through all questions each."""

PARTS = ("EA", "EU")
"""Application: what helps most; understanding: what someone feels, and why."""

LANGUAGES = ("en", "zh")

INFO = TaskInfo(
    name="emobench",
    title="EmoBench: what someone feels and why, and what would help",
    version="1",
    measures=(
        "A high score means that a model picks the answers that most of the authors' raters picked "
        "for short written scenes. It tells nothing of what the model would say by itself"
    ),
    main_score="accuracy",
    scale="0 to 100, higher is better; a question of understanding needs emotion and cause right",
    factor=100.0,
    citation=(
        "Sabour, S., Liu, S., Zhang, Z., et al. (2024). EmoBench: Evaluating the Emotional "
        "Intelligence of Large Language Models. ACL 2024, 5986-6004"
    ),
    licence="MIT",
    asset="emobench",
    cluster="scenario",
    languages=LANGUAGES,
    contamination=(
        "Questions, keys and answers of models are public since February 2024. Places of right "
        "options are not balanced, and the longest cause is right in half of the questions"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Arguments of the task.

    Attributes:
        part: `EA`, `EU` or `both`.
        language: `en`, `zh` or `both`.
        orders: Orders of options, 1 to 4; the first is the published one.
        cot: Whether the model is asked to reason before it answers.
    """

    part: str = "both"
    language: str = "en"
    orders: int = ORDERS
    cot: bool = False

    @classmethod
    def of(cls, setup: Setup) -> Options:
        """Those of a setup.

        Raises:
            ConfigError: If an argument is unknown or makes no sense.
        """
        known = [field.name for field in fields(cls)]
        if strange := sorted({*setup.args} - {*known}):
            raise ConfigError(f"emobench knows no {strange[0]!r}: it takes {', '.join(known)}")
        return cls(**{name: _value(name, value) for name, value in setup.args.items()})

    @property
    def parts(self) -> tuple[str, ...]:
        """Both, or the one."""
        return PARTS if self.part == "both" else (self.part,)

    @property
    def languages(self) -> tuple[str, ...]:
        """Both, or the one."""
        return LANGUAGES if self.language == "both" else (self.language,)

    @property
    def variant(self) -> dict[str, str]:
        """What these make of the name of the score."""
        told = {"protocol": "2025-05", "part": self.part, "language": self.language}
        told |= {"orders": str(self.orders)}
        return told | ({"reasoning": "asked for"} if self.cot else {})


_CHOICES: Mapping[str, Mapping[str, Any]] = {
    "part": {"ea": "EA", "eu": "EU", "both": "both"},
    "language": {"en": "en", "zh": "zh", "both": "both"},
    "orders": {str(n): n for n in range(1, ORDERS + 1)},
    "cot": {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False},
}


def _value(name: str, value: Any) -> Any:
    known = _CHOICES[name]
    try:
        return known[str(value).lower()]
    except KeyError:
        raise ConfigError(f"{name} cannot be {value!r}: choose from {', '.join(known)}") from None
