"""The option that puts the guard between a model and its user, and what it adds to a name."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mien.core.errors import ConfigError
from mien.evals.result import Result

if TYPE_CHECKING:
    from mien.guard import Guard, Observer

GUARD = "guard"
"""The argument of a task, and the key of `Result.variant` under which the guard stands."""

MODES = ("observe", "advise", "enforce")

_WITH = " + guard "

PREFIX = "guard_"
"""Begins the names of counts (`ItemResult.counts`) of what the guard did."""


class Guarding(NamedTuple):
    """A policy, and how much of it is carried out.

    >>> Guarding.of("default+eu:advise")
    Guarding(policy='default+eu', mode='advise')
    >>> str(Guarding.of("default"))
    'default:enforce'
    """

    policy: str
    mode: str

    @classmethod
    def of(cls, told: str) -> Guarding:
        """From `POLICY[:MODE]`; without a mode all of it is carried out.

        Raises:
            ConfigError: If it names no policy.
        """
        policy, _, mode = told.rpartition(":")
        # The path of a policy may hold a colon, too.
        found = cls(policy, mode) if policy and mode in MODES else cls(told, "enforce")
        if not found.policy.strip(":") or ":" in (found.policy[0], found.policy[-1]):
            raise ConfigError(
                f"guard cannot be {told!r}: give POLICY or POLICY:MODE, such as default:advise"
            )
        return found

    def __str__(self) -> str:
        return f"{self.policy}:{self.mode}"


def guard_name(told: Any) -> str:
    """An argument `guard` with its mode; empty for none.

    Raises:
        ConfigError: If it is none, or its mode is unknown.
    """
    if told in (None, ""):
        return ""
    found = Guarding.of(str(told))
    head, _, tail = found.policy.rpartition(":")
    if head and not tail.endswith(".toml"):
        raise ConfigError(f"guard cannot be {told!r}: a mode is one of {', '.join(MODES)}")
    return str(found)


def make_guard(name: str) -> Guard | None:
    """The guard of a name; None for an empty one.

    Raises:
        PolicyError: If its policy is unknown or makes no sense.
    """
    if not name:
        return None
    from mien.guard import Guard

    told = Guarding.of(name)
    return Guard(told.policy, observer=observer(), mode=told.mode)


@cache
def observer() -> Observer:
    """What judges turns: the detectors that come with the package, read once."""
    from mien.guard.local import LocalObserver

    return LocalObserver()


def guard_variant(name: str) -> dict[str, str]:
    """What a guard adds to a score's name: policy, mode, detectors, words, all with versions."""
    guard = make_guard(name)
    if guard is None:
        return {}
    from mien.guard.wording import version

    told = (guard.policy.id, guard.mode.value, guard.observer.name, f"words-v{version()}")
    return {GUARD: " ".join(told)}


def unguarded(run: Result) -> dict[str, str]:
    """What a score must share with others of its table: all but the guard.

    The same model with and without it are rows of one table, since their difference is what the
    guard is worth.
    """
    return {name: value for name, value in run.variant.items() if name != GUARD}


def row_name(model: str, guard: str) -> str:
    """A guarded model in a table.

    Args:
        model: Without the guard.
        guard: As `guard_variant` says it; the hash of the policy and the version of the detectors
            stand beside the table.

    >>> row_name("openai/gpt-x", "default-v1#00000000 advise local-guard-v1#11111111 words-v1")
    'openai/gpt-x + guard default-v1:advise'
    """
    policy, _, rest = guard.partition("#")
    mode = rest.split()[1] if len(rest.split()) > 1 else ""
    return f"{model}{_WITH}{policy}:{mode}" if guard else model


def without_guard(name: str) -> str:
    """The model of a row, guarded or not."""
    return name.partition(_WITH)[0]


def guard_of(name: str) -> str:
    """The guard of a row; empty for none."""
    return name.partition(_WITH)[2]


def as_row(run: Result) -> Result:
    """A run under the name of its row; one that has it already stays."""
    guard = run.variant.get(GUARD, "")
    if not guard or _WITH in run.model:
        return run
    return replace(run, model=row_name(run.model, guard))
