"""A conversation under the guard's eyes: what has added up, what was claimed, what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from mien.guard.check import Action
from mien.guard.facts import FACTS
from mien.guard.habits import Habits, follow
from mien.guard.observation import Observation, Quote
from mien.guard.policy import Policy
from mien.guard.risk import History, Track, advance, estimate, trend, worst
from mien.guard.rules import Value
from mien.guard.signals import Side, Signal
from mien.timeline import Turn

CLAIMS = frozenset({Signal.DELUSION_REINFORCEMENT, Signal.CONSCIOUSNESS_CLAIMS})
"""What an assistant may have to take back."""


class Claim(NamedTuple):
    """Something that the assistant said without ground."""

    turn: int
    signal: Signal
    quote: Quote | None


class Shown(NamedTuple):
    """An action that was decided on.

    Attributes:
        key: The action, or action and step.
        turn: When.
    """

    key: str
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that the guard keeps of a conversation between two turns; it holds no words.

    Attributes:
        history: Evidence and risk.
        habits: Hours, nights, shares of words.
        claims: Of the assistant, not taken back, oldest first.
        shown: What was decided in this session.
        given: Notices by the clock in this session, and when.
        offered: Ids of people and services that were offered in this conversation.
        minor: Whether the user is known to be a minor.
        quiet: Whether the user asked the guard to stop.
    """

    history: History = field(default_factory=History.empty)
    habits: Habits = field(default_factory=Habits)
    claims: tuple[Claim, ...] = ()
    shown: tuple[Shown, ...] = ()
    given: Mapping[str, datetime | None] = field(default_factory=dict)
    offered: tuple[str, ...] = ()
    minor: bool = False
    quiet: bool = False

    def times(self, action: str) -> int:
        """How often an action, or action and step, was decided on in this session."""
        return sum(one.key == action or one.key.startswith(f"{action}.") for one in self.shown)

    def since(self, action: str, turn: int) -> int | None:
        """Turns since it was last decided on; None for never in this session."""
        turns = [one.turn for one in self.shown if one.key == action or _is_step(one.key, action)]
        return turn - turns[-1] if turns else None


def follow_turn(case: Case, turn: Turn, seen: Observation, policy: Policy) -> Case:
    """The case after one more turn, before anything is decided."""
    before = case.habits.began
    habits = follow(case.habits, turn, seen, policy.idle)
    case = replace(
        case,
        history=advance(case.history, seen, turn.at, policy.dynamics),
        habits=habits,
        claims=_claims(case, seen),
    )
    if before is not None and habits.began != before:
        # Another session: what was shown in the last one is no burden of this one.
        case = replace(case, shown=(), given={})
    return case


def facts_of(case: Case, turn: Turn, seen: Observation, policy: Policy) -> Mapping[str, Value]:
    """Everything that a policy may ask for, at this turn."""
    by, habits = policy.dynamics, case.habits
    risk = worst(case.history, by)
    known: dict[str, Value] = {
        "point": "user_turn" if seen.side is Side.USER else "reply",
        "risk": risk.risk,
        "risk_sd": risk.sd,
        "trend": trend(case.history).value,
        **{track.value: estimate(case.history, track, by).risk for track in Track},
        "level": float(seen.level if Signal.CRISIS in seen.raised else 0),
        "asked": float(case.times("crisis")),
        "turn": float(turn.index),
        "hours": habits.hours,
        "night": turn.at is not None and turn.at.hour < 5,
        "night_share": habits.night_share,
        "assistant_share": habits.assistant_share,
        "reassured": float(habits.reassured),
        "claims": float(len(case.claims)),
        "minor": case.minor,
        "quiet": case.quiet,
        **{f"raised.{signal.value}": signal in seen.raised for signal in Signal},
        **{f"p.{signal.value}": seen.signals.get(signal, 0.0) for signal in Signal},
        **{f"shown.{action.value}": float(case.times(action.value)) for action in Action},
    }
    if known.keys() != FACTS.keys():
        raise RuntimeError("facts and their descriptions differ")
    return known


def _claims(case: Case, seen: Observation) -> tuple[Claim, ...]:
    """Claims after a turn: a reply that was told to retract, and pushed back, settles the old."""
    if seen.side is Side.USER:
        return case.claims
    held = case.claims
    told = case.since(Action.RETRACT.value, seen.turn)
    if told is not None and told <= 2 and Signal.PUSHBACK in seen.raised:
        held = ()
    # In the order of the signals: a set's own order differs from process to process.
    new = (
        Claim(seen.turn, signal, seen.quotes.get(signal))
        for signal in Signal
        if signal in CLAIMS and signal in seen.raised
    )
    return (*held, *new)


def _is_step(key: str, action: str) -> bool:
    return key.startswith(f"{action}.")
