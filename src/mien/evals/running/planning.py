"""What a run will send, take and cost, by role, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mien.core.errors import EvalError
from mien.evals.bench import Bench, Calls, Setup
from mien.evals.characters import is_scripted
from mien.evals.prices import Prices
from mien.evals.result import Usage

UNDER_TEST = "model"
"""The role of the model whose score it is."""

CONNECTIONS = 10
"""Requests at once where nobody says; Inspect begins there and adapts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast models answer.

    Attributes:
        wait: Seconds before an answer begins.
        read_per_s: Tokens.
        written_per_s: Tokens.
        source: Who says so.
    """

    wait: float
    read_per_s: float
    written_per_s: float
    source: str

    def seconds(self, calls: Calls) -> float:
        """For all calls of a role, one after another."""
        return (
            calls.calls * self.wait
            + calls.read / self.read_per_s
            + (calls.written / self.written_per_s)
        )


ASSUMED = Pace(
    wait=0.8, read_per_s=4000, written_per_s=60, source="assumed: 0.8 s, then 60 tokens/s a request"
)
SCRIPTED = Pace(wait=0.02, read_per_s=1e9, written_per_s=1e9, source="scripted")


SLOW = replace(SCRIPTED, wait=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is asked, and how fast it is answered.

    Attributes:
        epochs: Answers to each item.
        connections: Requests at once; None for Inspect's own rule.
        pace: Of the models; None for an assumption.
        roles: Who is asked; empty for all.
    """

    epochs: int = 1
    connections: int | None = None
    pace: Pace | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One role's part of a plan.

    Attributes:
        role: `model` for the one under test.
        model: Who plays it; empty if nobody was named yet.
        calls: How many.
        read: Tokens.
        written: Tokens.
        usd: None if the model has no price.
    """

    role: str
    model: str
    calls: int
    read: int
    written: int
    usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run of one model comes to.

    Attributes:
        task: Its name.
        parts: By role, the model under test first.
        seconds: By the clock.
        pace: What the seconds rest on.
    """

    task: str
    parts: tuple[Part, ...]
    seconds: float
    pace: str

    @property
    def usd(self) -> float | None:
        """In all; None if any part is unknown."""
        return total(part.usd for part in self.parts)

    def part(self, role: str) -> Part | None:
        """That role's part."""
        return next((part for part in self.parts if part.role == role), None)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        parts = [
            {
                name: getattr(part, name)
                for name in ("role", "model", "calls", "read", "written", "usd")
            }
            for part in self.parts
        ]
        return {
            "task": self.task,
            "parts": parts,
            "usd": self.usd,
            "seconds": round(self.seconds, 1),
            "pace": self.pace,
        }


def total(costs: Any) -> float | None:
    """The sum of costs; None if one of them is unknown.

    >>> total([1.0, 0.5]), total([1.0, None])
    (1.5, None)
    """
    found = list(costs)
    return None if None in found else float(sum(found))


def make_plan(
    bench: Bench,
    models: Mapping[str, str],
    setup: Setup,
    prices: Prices,
    load: Load | None = None,
) -> Plan:
    """The plan of one run.

    Args:
        bench: The task.
        models: Who plays each role, `model` for the one under test.
        setup: How the task is to be run.
        prices: Of the models.
        load: How much is asked at once; by default one answer an item.
    """
    load = load or Load()
    epochs = load.epochs
    asked = [
        replace(one, calls=one.calls * epochs, read=one.read * epochs, written=one.written * epochs)
        for one in bench.plan(setup)
        if not load.roles or one.role in load.roles
    ]
    at_once = load.connections or CONNECTIONS
    paces = [_pace(models.get(one.role, ""), load.pace) for one in asked]
    seconds = sum(pace.seconds(one) for pace, one in zip(paces, asked, strict=True)) / at_once
    sources = dict.fromkeys(pace.source for pace in paces)
    return Plan(
        task=bench.info.name,
        parts=tuple(_part(one, models.get(one.role, ""), prices) for one in asked),
        seconds=seconds,
        pace=f"{' and '.join(sources)}, {at_once} requests at once",
    )


def _part(calls: Calls, model: str, prices: Prices) -> Part:
    usage = Usage(read=calls.read, written=calls.written)
    return Part(
        role=calls.role,
        model=model,
        calls=calls.calls,
        read=calls.read,
        written=calls.written,
        usd=prices.usd(model, usage) if model else None,
    )


def _pace(model: str, pace: Pace | None) -> Pace:
    if model and is_scripted([model]):
        return SLOW if model.endswith("/slow") else SCRIPTED
    return pace or ASSUMED


def measured(path: Path) -> Pace:
    """How fast the models of an earlier run were, from its log.

    Raises:
        EvalError: If the file is no log of a task of ours, or has no times.
    """
    from mien.evals.logs import open_log

    log = open_log(path)
    seconds = sum(one.working_time or 0.0 for one in log.samples)
    written = sum(used.output_tokens for one in log.samples for used in one.model_usage.values())
    if seconds <= 0 or written <= 0:
        raise EvalError(f"{path} holds no answers to measure the pace by")
    return Pace(
        wait=0,
        read_per_s=1e9,
        written_per_s=written / seconds,
        source=f"measured in {path.name}: {written / seconds:.0f} tokens/s a request",
    )


def unpriced(plan: Plan) -> Sequence[str]:
    """Models whose price nobody said."""
    return sorted({part.model for part in plan.parts if part.model and part.usd is None})
