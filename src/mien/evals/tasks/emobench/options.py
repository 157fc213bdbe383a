"""What a run may be told beside its model: `-T name=value`, `--set name=value`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mien.core.errors import ConfigError

EA, EU = "EA", "EU"
"""Emotional application: what to do. Emotional understanding: what is felt, and why."""

TESTS, LANGUAGES = (EA, EU), ("en", "zh")
Y2024, Y2025 = "2024", "2025"
PROTOCOLS = {Y2024: "2024-03", Y2025: "2025-05"}
"""States of the publisher's program, by their years."""

ORDERS = 4
MOST_ANSWERS = 25
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Arguments of a run, which all change what its score means.

    Attributes:
        test: `EA` or `EU`.
        language: `en` or `zh`.
        cot: Whether the model is asked to reason first.
        protocol: `2024`: letters, the publisher's four orders. `2025`: JSON, one order.
        answers: To each item in each order; the commonest counts. Five were published.
        orders: Of options that are asked.
    """

    test: str = EA
    language: str = "en"
    cot: bool = False
    protocol: str = Y2024
    answers: int = 1
    orders: int = ORDERS

    @classmethod
    def of(cls, args: Mapping[str, Any]) -> Options:
        """Those of a setup.

        Raises:
            ConfigError: If one is unknown, or makes no sense.
        """
        if strange := sorted({*args} - {*_TAKES}):
            raise ConfigError(
                f"emobench takes no argument {strange[0]!r}: it knows {', '.join(_TAKES)}"
            )
        told = {name: _value(name, value) for name, value in args.items()}
        if told.get("protocol") == Y2025:
            told = {"orders": 1} | told
        return cls(**told)

    @property
    def is_2024(self) -> bool:
        """Whether the protocol is that of the paper."""
        return self.protocol == Y2024

    @property
    def variant(self) -> dict[str, str]:
        """What these add to the name of a score."""
        turned = "" if self.is_2024 or self.orders == 1 else " turned"
        return {
            "test": self.test,
            "language": self.language,
            "cot": "yes" if self.cot else "no",
            "protocol": PROTOCOLS[self.protocol],
            "orders": f"{self.orders}{turned}",
            "answers": str(self.answers),
        }


def _value(name: str, value: Any) -> Any:
    """An argument in its type; the command line gives texts, or what YAML makes of them."""
    text = str(value)
    if name == "test" and text.upper() in TESTS:
        return text.upper()
    if name == "language" and text.lower() in LANGUAGES:
        return text.lower()
    if name == "cot" and text.lower() in (*_TRUE, *_FALSE):
        return text.lower() in _TRUE
    if name == "protocol" and text in (*PROTOCOLS, *PROTOCOLS.values()):
        return text[:4]
    most = {"answers": MOST_ANSWERS, "orders": ORDERS}.get(name, 0)
    if text.isdecimal() and 1 <= int(text) <= most:
        return int(text)
    raise ConfigError(f"{name} cannot be {value!r}: give {_TAKES[name]}")


_TAKES = {
    "test": "EA or EU",
    "language": "en or zh",
    "cot": "true or false",
    "protocol": "2024 or 2025",
    "answers": f"a whole number from 1 to {MOST_ANSWERS}",
    "orders": f"a whole number from 1 to {ORDERS}",
}
