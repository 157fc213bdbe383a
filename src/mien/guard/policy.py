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
from mien.guard.facts import misuse
from mien.guard.risk import Course, Dynamics, Track
from mien.guard.rules import Rule, parse
from mien.guard.signals import Effect, Signal
from mien.guard.tables import flag, number, numbers, only, rows, table, whole, word, words
from mien.guard.timers import Timer
from mien.guard.wording import steps

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


class Carry(NamedTuple):
    """What a person's earlier conversations count for in a new one.

    Attributes:
        share: Of the evidence that an earlier one ended with; 0 for nothing.
        half_life_days: Days after which half of that is left.
    """

    share: float = 0.0
    half_life_days: float = 14.0


NOTHING_CARRIED = Carry()
"""Every conversation begins anew."""


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
        carry: What is taken over from a person's earlier conversations, where the application
            keeps them.
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
    carry: Carry = NOTHING_CARRIED
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
    # A name may hold a `+` only if it is a file's, and a file may be joined with presets.
    text = str(what)
    parts = [text] if text.endswith(".toml") and Path(text).is_file() else text.split("+")
    texts = [_text(part) for part in parts]
    parsed = [_parsed(part, text) for part, text in zip(parts, texts, strict=True)]
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    try:
        return _policy(_joined(parsed), digest)
    except PolicyError as error:
        raise PolicyError(f"policy {what}: {error}") from error


def policy_text(what: str) -> str:
    """The text of one policy, by name or file.

    Raises:
        PolicyError: If it is unknown, or several are joined.
    """
    if "+" in what and not Path(what).is_file():
        raise PolicyError(f"{what} is joined from several: name one, and join presets afterwards")
    return _text(what)


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
    except (OSError, ValueError) as error:
        raise PolicyError(f"cannot read policy {name}: {error}") from error


def _parsed(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PolicyError(f"policy {name} is not TOML: {error}") from error


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """One table of all parts: rules and timers add up, later numbers replace earlier ones."""
    joined = dict(parts[0])
    if "risk" not in joined:
        raise PolicyError("presets are joined to a policy: default+NAME")
    for part in parts[1:]:
        only(part, _PRESET, "a preset")
        joined["name"] = f"{word(joined, 'name')}+{word(part, 'name')}"
        joined["version"] = f"{word(joined, 'version')}.{word(part, 'version')}"
        joined["timer"] = [*rows(joined, "timer"), *rows(part, "timer")]
        joined["law"] = [*words(joined, "law"), *words(part, "law")]
        joined["interrupts"] = flag(joined, "interrupts") or flag(part, "interrupts")
    return joined


_PRESET = ("name", "version", "timer", "law", "interrupts")
_KEYS = (*_PRESET, "idle_minutes", "risk", "rule", "burden", "person")


def _policy(told: Mapping[str, Any], digest: str) -> Policy:
    only(told, _KEYS, "a policy")
    return Policy(
        name=word(told, "name"),
        version=word(told, "version"),
        sha256=digest,
        dynamics=_dynamics(table(told, "risk")),
        rules=tuple(_when(row) for row in rows(told, "rule")),
        limits=_limits(table(told, "burden") if "burden" in told else {}),
        timers=tuple(Timer.of(row) for row in rows(told, "timer")),
        idle=timedelta(minutes=number(told, "idle_minutes", low=1)),
        carry=_carry(table(told, "person")) if "person" in told else NOTHING_CARRIED,
        interrupts=flag(told, "interrupts"),
        laws=words(told, "law"),
    )


def _dynamics(told: Mapping[str, Any]) -> Dynamics:
    only(told, (*Track, "floor", "levels"), "risk")
    levels = numbers(told, "levels")
    if len(levels) != 6 or list(levels) != sorted(levels):
        raise PolicyError("risk.levels must be six numbers that do not fall")
    return Dynamics(
        courses={track: _course(track, table(told, track)) for track in Track},
        levels=levels,
        floor=number(told, "floor", low=0.01, high=1),
    )


def _course(track: Track, told: Mapping[str, Any]) -> Course:
    only(told, ("weights", "half", "half_life_turns", "half_life_hours"), f"risk.{track}")
    weights = {}
    for name in (listed := table(told, "weights")):
        signal, weight = _signal(name), number(listed, name, low=-1)
        if (weight < 0) != (signal.effect is Effect.PROTECTION):
            raise PolicyError(
                f"risk.{track}.weights.{signal} is {weight:g}: protections weigh from -1 to 0, "
                "all others more than 0"
            )
        weights[signal] = weight
    return Course(
        weights=weights,
        half=number(told, "half", low=0.01),
        half_life_turns=number(told, "half_life_turns", low=0.1),
        half_life_hours=number(told, "half_life_hours", low=0.1),
    )


def _when(row: Mapping[str, Any]) -> When:
    only(row, ("action", "step", "when"), "a rule")
    rule = parse(word(row, "when"))
    wrong = misuse(rule)
    if wrong:
        raise PolicyError(f"the rule {word(row, 'when')!r} {wrong}")
    action, step = _key(".".join(word(row, name) for name in ("action", "step") if name in row))
    return When(action, step, rule)


def _limits(told: Mapping[str, Any]) -> dict[str, Limit]:
    limits = {}
    for key in told:
        _key(key)
        row = table(told, key)
        only(row, ("gap_turns", "per_session"), f"burden.{key}")
        limits[key] = Limit(whole(row, "gap_turns") or 0, whole(row, "per_session"))
    return limits


def _carry(told: Mapping[str, Any]) -> Carry:
    only(told, Carry._fields, "person")
    share = number(told, "share", low=0, high=1)
    return Carry(share, number(told, "half_life_days", low=0.01))


def _key(name: str) -> tuple[Action, str]:
    """Action and step of `crisis.ask`, or of an action alone."""
    told, _, step = name.partition(".")
    try:
        action = Action(told)
    except ValueError:
        raise PolicyError(f"no action is called {told!r}: {', '.join(Action)}") from None
    if step and step not in steps(action.value):
        known = ", ".join(steps(action.value)) or "none"
        raise PolicyError(f"{action} has no step {step!r}: {known}")
    return action, step


def _signal(name: str) -> Signal:
    try:
        return Signal(name)
    except ValueError:
        raise PolicyError(f"no signal is called {name!r}: {', '.join(Signal)}") from None
