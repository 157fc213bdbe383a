"""When to step in, as data: thresholds, rules in order, and limits on the burden."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from mien.core.errors import PolicyError
from mien.guard.check import Action
from mien.guard.facts import FACTS
from mien.guard.risk import Course, Dynamics, Track
from mien.guard.rules import Rule, parse
from mien.guard.signals import Effect, Signal
from mien.guard.timers import Timer

_LARGEST = 1 << 20


class When(NamedTuple):
    """A line of a policy.

    Attributes:
        action: What to do.
        step: The rung of it; empty if it has none.
        rule: When.
    """

    action: Action
    step: str
    rule: Rule

    @property
    def key(self) -> str:
        """`crisis.ask`, or the action alone."""
        return f"{self.action}.{self.step}" if self.step else self.action.value


class Limit(NamedTuple):
    """How often an action may come.

    Attributes:
        gap_turns: Turns that must lie between two.
        per_session: The most in one session; None for any number.
    """

    gap_turns: int = 0
    per_session: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All that decides when the guard steps in.

    Attributes:
        name: With the presets it was joined from, such as `default+new_york`.
        version: Of the files.
        sha256: Of their bytes, so that a decision names exactly what it was made by.
        dynamics: How signals become risk.
        rules: In the order in which they are tried.
        limits: By action, or action and step.
        timers: Notices that come by the clock.
        idle: A longer gap begins another session.
        calm_turns: Turns without a reason after which a notice is not a repetition.
        interrupts: Whether a crisis must be answered with resources in the very same turn.
        laws: The laws that presets were written after, with their links.
    """

    name: str
    version: str
    sha256: str
    dynamics: Dynamics
    rules: tuple[When, ...]
    limits: Mapping[str, Limit]
    timers: tuple[Timer, ...]
    idle: timedelta
    calm_turns: int
    interrupts: bool = False
    laws: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What every decision carries: name, version and the beginning of the hash."""
        return f"{self.name}-v{self.version}#{self.sha256[:8]}"


def load_policy(what: str | Path) -> Policy:
    """A policy by name, by file, or several joined by `+`.

    Args:
        what: Such as `default`, `default+california`, or the path of a `.toml`. Presets of laws
            add timers and duties to what stands before them.

    Raises:
        PolicyError: If one is unknown or makes no sense; the message says where.
    """
    parts = [str(what)] if str(what).endswith(".toml") else str(what).split("+")
    texts = [_text(part) for part in parts]
    told = _joined([_parsed(part, text) for part, text in zip(parts, texts, strict=True)])
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    try:
        return _policy(told, digest)
    except PolicyError as error:
        raise PolicyError(f"policy {what}: {error}") from error


def policies() -> tuple[str, ...]:
    """The names of the policies that ship."""
    folder = files("mien.guard").joinpath("policies")
    return tuple(sorted(path.name[:-5] for path in folder.iterdir() if path.name[-5:] == ".toml"))


def _text(name: str) -> str:
    if not name.endswith(".toml"):
        if name not in policies():
            raise PolicyError(f"no policy is called {name!r}: choose from {', '.join(policies())}")
        return files("mien.guard").joinpath("policies", f"{name}.toml").read_text(encoding="utf-8")
    path = Path(name)
    try:
        if path.stat().st_size > _LARGEST:
            raise PolicyError(f"{name} holds more than {_LARGEST >> 20} MB: it is no policy")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"cannot read policy {name}: {error}") from error


def _parsed(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"policy {name} is not TOML: {error}") from error


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """One table of all parts: rules and timers add up, later numbers replace earlier ones."""
    whole = dict(parts[0])
    if "risk" not in whole:
        raise PolicyError("presets are joined to a policy: default+NAME")
    for part in parts[1:]:
        unknown = part.keys() - _PRESET
        if unknown:
            raise PolicyError(f"a preset may not set {', '.join(sorted(unknown))}")
        whole["name"] = f"{whole['name']}+{part['name']}"
        whole["version"] = f"{whole['version']}.{part['version']}"
        whole["timer"] = [*whole.get("timer", ()), *part.get("timer", ())]
        whole["law"] = [*whole.get("law", ()), *part.get("law", ())]
        whole["interrupts"] = whole.get("interrupts", False) or part.get("interrupts", False)
    return whole


_PRESET = {"name", "version", "timer", "law", "interrupts"}
_KEYS = _PRESET | {"idle_minutes", "calm_turns", "risk", "rule", "burden"}


def _policy(told: Mapping[str, Any], digest: str) -> Policy:
    unknown = told.keys() - _KEYS
    if unknown:
        raise PolicyError(f"it sets {', '.join(sorted(unknown))}, which no policy has")
    return Policy(
        name=_word(told, "name"),
        version=_word(told, "version"),
        sha256=digest,
        dynamics=_dynamics(_table(told, "risk")),
        rules=tuple(_when(row) for row in told.get("rule", ())),
        limits={_limited(key): _limit(row) for key, row in told.get("burden", {}).items()},
        timers=tuple(Timer.of(row) for row in told.get("timer", ())),
        idle=timedelta(minutes=_number(told, "idle_minutes", low=1)),
        calm_turns=int(_number(told, "calm_turns", low=1)),
        interrupts=bool(told.get("interrupts", False)),
        laws=tuple(str(row) for row in told.get("law", ())),
    )


def _dynamics(told: Mapping[str, Any]) -> Dynamics:
    levels = told.get("levels", ())
    if len(levels) != 6 or list(levels) != sorted(levels):
        raise PolicyError("risk.levels must be six numbers that do not fall")
    unknown = told.keys() - {*Track, "floor", "levels"}
    if unknown:
        raise PolicyError(f"risk has no {', '.join(sorted(unknown))}: it has {', '.join(Track)}")
    courses = {track: _course(track, _table(told, track)) for track in Track}
    floor = _number(told, "floor", low=0, high=1)
    return Dynamics(courses=courses, levels=tuple(map(float, levels)), floor=floor)


def _course(track: Track, told: Mapping[str, Any]) -> Course:
    weights = {_signal(name): float(weight) for name, weight in _table(told, "weights").items()}
    for signal, weight in weights.items():
        if (weight < 0) != (signal.effect is Effect.PROTECTION) or weight < -1:
            raise PolicyError(
                f"risk.{track}.weights.{signal} is {weight:g}: protections weigh from -1 to 0, "
                "all others more than 0"
            )
    return Course(
        weights=weights,
        half=_number(told, "half", low=0.01),
        half_life_turns=_number(told, "half_life_turns", low=0.1),
        half_life_hours=_number(told, "half_life_hours", low=0.1),
    )


def _when(row: Mapping[str, Any]) -> When:
    rule = parse(_word(row, "when"))
    unknown = rule.names() - FACTS.keys()
    if unknown:
        raise PolicyError(f"a rule asks for {', '.join(sorted(unknown))}, which nobody knows")
    step = row.get("step", "")
    return When(_action(_word(row, "action")), str(step), rule)


def _limited(key: str) -> str:
    _action(key.partition(".")[0])
    return key


def _limit(row: Mapping[str, Any]) -> Limit:
    per = row.get("per_session")
    return Limit(int(row.get("gap_turns", 0)), None if per is None else int(per))


def _action(name: str) -> Action:
    try:
        return Action(name)
    except ValueError:
        raise PolicyError(f"no action is called {name!r}: {', '.join(Action)}") from None


def _signal(name: str) -> Signal:
    try:
        return Signal(name)
    except ValueError:
        raise PolicyError(f"no signal is called {name!r}: {', '.join(Signal)}") from None


def _table(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = told.get(name)
    if not isinstance(value, dict):
        raise PolicyError(f"the table {name} is missing")
    return value


def _word(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise PolicyError(f"{name} is missing")
    return value


def _number(told: Mapping[str, Any], name: str, *, low: float, high: float = float("inf")) -> float:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise PolicyError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}")
    return float(value)
