"""What the judge is told to look for: one rubric a side, with its version and its hash."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mien.core.errors import ConfigError
from mien.guard.signals import MEANINGS, Side, Signal, of_side

_TITLE = re.compile(r"# .+, version (\d+)\n")
_PART = re.compile(r"^## (\w+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rubric:
    """What is looked for in the turns of one side.

    Attributes:
        side: Whose.
        version: As its first line says.
        text: The rules for any judge, then each signal's meaning, examples and what it is not.
    """

    side: Side
    version: int
    text: str

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What it grades, in order."""
        return of_side(self.side)

    @property
    def id(self) -> str:
        """Side, version and hash: whatever changes a word of it changes this."""
        return f"{self.side.value}-{self.version}-{_hash(self.text)}"


@cache
def rubric(side: Side) -> Rubric:
    """The rubric that ships for a side."""
    return make_rubric(side, _file(side.value), _file("rules"))


def make_rubric(side: Side, text: str, rules: str) -> Rubric:
    """A rubric of one's own, with the meanings of the signals put in.

    Args:
        side: Whose turns it grades.
        text: Its first line is `# TITLE, version N`; then `## SIGNAL` and examples for each.
        rules: What holds for any rubric; likewise with a version.

    Raises:
        ConfigError: If a version is missing, or its signals are not those of the side, in order.
    """
    version, _ = _version(text), _version(rules)
    named = tuple(_PART.findall(text))
    wanted = tuple(signal.value for signal in of_side(side))
    if named != wanted:
        raise ConfigError(
            f"the rubric of {side.value} turns has the parts {', '.join(named) or 'none'}: "
            f"it needs {', '.join(wanted)}, in this order"
        )
    told = _PART.sub(lambda part: f"## {part[1]}\n{MEANINGS[Signal(part[1])].definition}.\n", text)
    return Rubric(side, version, f"{rules}\n{told}")


def rubrics_hash() -> str:
    """Of both rubrics as they are sent; a calibration holds for these words alone."""
    return _hash("\n".join(rubric(side).text for side in Side))


def _file(name: str) -> str:
    return (files(__package__) / "rubrics" / f"{name}.md").read_text(encoding="utf-8")


def _version(text: str) -> int:
    found = _TITLE.match(text)
    if found is None:
        raise ConfigError("the first line of a rubric is `# TITLE, version N`")
    return int(found[1])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
