"""What a run of the family may be told beside its model: `-T name=value`, `--set name=value`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from mien.core.errors import ConfigError
from mien.evals.bench import Setup
from mien.evals.info import TaskInfo
from mien.evals.tasks.eq_bench.rules import Revision, Rules

PARSED, TEXT = "parsed", "text"
"""Where the answers of a stored run are taken from."""

_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Arguments of a task.

    Attributes:
        revise: Whether the model criticizes its answer and gives another.
        tries: Answers to one question at most.
        max_tokens: Of one answer. The published program stops at 60, which leaves models that
            think first nothing to answer with.
        answers: Of a stored run: `parsed` as they were then, or anew from the `text`.
    """

    revise: bool = False
    tries: int = 3
    max_tokens: int = 2_000
    answers: str = PARSED

    @classmethod
    def of(cls, setup: Setup, info: TaskInfo, rules: Rules) -> Options:
        """Those of a setup, with the task's own where it says nothing.

        Raises:
            ConfigError: If an argument is unknown, or makes no sense for this task.
        """
        known = [field.name for field in fields(cls)]
        if strange := sorted({*setup.args} - {*known}):
            raise ConfigError(
                f"{info.name} takes no argument {strange[0]!r}: it knows {', '.join(known)}"
            )
        told = {name: _value(name, value) for name, value in setup.args.items()}
        return cls(**_fitting(told, info, rules))

    def variant(self, rules: Rules) -> dict[str, str]:
        """What these add to the name of a score."""
        is_unusual = self.revise and rules.revision is Revision.ON_REQUEST
        usual = Options(**_own(rules))
        return ({"revision": "yes"} if is_unusual else {}) | {
            name: str(getattr(self, name))
            for name in ("tries", "max_tokens")
            if getattr(self, name) != getattr(usual, name)
        }


def _own(rules: Rules) -> dict[str, Any]:
    """What a task sets itself, where nobody says anything."""
    own: dict[str, Any] = {"revise": rules.revision is Revision.ALWAYS}
    # As lm-evaluation-harness: one try, cut at the same length.
    return own | {"tries": 1, "max_tokens": 80} if rules.is_harness else own


def _fitting(told: Mapping[str, Any], info: TaskInfo, rules: Rules) -> dict[str, Any]:
    own = _own(rules)
    fixed = ["revise"] if rules.revision is not Revision.ON_REQUEST else []
    fixed += ["tries", "max_tokens"] if rules.is_harness else []
    for name in fixed:
        if told.get(name, own[name]) != own[name]:
            raise ConfigError(f"{name} is always {own[name]} in {info.name}: leave it out")
    return {**own, **told}


def _value(name: str, value: Any) -> Any:
    """An argument in its type; the command line gives texts."""
    text = str(value).lower()
    if name == "answers" and text in (PARSED, TEXT):
        return text
    if name == "revise" and text in (*_TRUE, *_FALSE):
        return text in _TRUE
    if name in ("tries", "max_tokens") and text.isdecimal() and int(text) > 0:
        return int(text)
    raise ConfigError(f"{name} cannot be {value!r}: {_TAKES[name]}")


_TAKES = {
    "answers": f"give {PARSED} or {TEXT}",
    "revise": "give true or false",
    "tries": "give a whole number from 1",
    "max_tokens": "give a whole number from 1",
}
