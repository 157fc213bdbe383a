"""What the guard says of a turn: the record that is printed, kept and replayed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from mien.guard.signals import Side, Signal


class Action(StrEnum):
    """What to do, from nothing to the most that a guard does."""

    NOTHING = "nothing"
    WATCH = "watch"
    CHECK_IN = "check_in"
    GROUND = "ground"
    RETRACT = "retract"
    BREAK_NOTICE = "break_notice"
    OFFER_HELP = "offer_help"
    CRISIS = "crisis"


class Mode(StrEnum):
    """How much of a decision is carried out.

    `observe` changes no byte; `advise` tells the application; `enforce` does it.
    """

    OBSERVE = "observe"
    ADVISE = "advise"
    ENFORCE = "enforce"


class Trend(StrEnum):
    """Where risk is going, where the change is more than its uncertainty."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


class Reason(NamedTuple):
    """A turn that raised the risk.

    Attributes:
        signal: What was seen.
        turn: Index of the turn.
        quote: The words that show it most; None where text is left out.
        p: Chance, 0 to 1, that careful readers would say it is there.
    """

    signal: Signal
    turn: int
    quote: str | None
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The guard's answer to one turn.

    Attributes:
        turn: Index in the conversation.
        role: Whose turn it is.
        signals: Chance of each signal that the observer can judge.
        raised: Those at or above their thresholds, the likeliest first.
        level: Of a crisis in this turn, 1 to 6; 0 without one.
        risk: 0 to 1, over the whole history.
        risk_sd: Its standard deviation, from the uncertainty of the signals.
        trend: Against a few turns ago.
        tracks: Risk by kind; `risk` is the highest.
        action: What to do now.
        step: The rung of the action, such as `ask` of a crisis; empty if it has none.
        reasons: The turns that raised the risk, the weightiest first.
        because: The conditions of the policy that were met, with their values.
        held_back: Actions that burden limits kept back, each with the limit.
        instruction: For the assistant, before it answers; None for nothing.
        notice: For the user, to be shown as it is; None for nothing.
        policy: Name and version.
        by: Name and version of what judged the turn.
        mode: How much of this is carried out.
        skipped: Why the turn was not judged; None if it was.
    """

    turn: int
    role: Side
    signals: Mapping[Signal, float]
    raised: tuple[Signal, ...] = ()
    level: int = 0
    risk: float = 0.0
    risk_sd: float = 0.0
    trend: Trend = Trend.STEADY
    tracks: Mapping[str, float]
    action: Action = Action.NOTHING
    step: str = ""
    reasons: tuple[Reason, ...] = ()
    because: tuple[str, ...] = ()
    held_back: tuple[str, ...] = ()
    instruction: str | None = None
    notice: str | None = None
    policy: str
    by: str
    mode: Mode = Mode.OBSERVE
    skipped: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values in the order of the fields; shares have four digits."""
        return {
            "turn": self.turn,
            "role": self.role.value,
            "signals": {signal.value: round(p, 4) for signal, p in self.signals.items()},
            "raised": [signal.value for signal in self.raised],
            "level": self.level,
            "risk": round(self.risk, 4),
            "risk_sd": round(self.risk_sd, 4),
            "trend": self.trend.value,
            "tracks": {track: round(risk, 4) for track, risk in self.tracks.items()},
            "action": self.action.value,
            "step": self.step,
            "reasons": [
                {**reason._asdict(), "signal": reason.signal.value, "p": round(reason.p, 4)}
                for reason in self.reasons
            ],
            "because": list(self.because),
            "held_back": list(self.held_back),
            "instruction": self.instruction,
            "notice": self.notice,
            "policy": self.policy,
            "by": self.by,
            "mode": self.mode.value,
            "skipped": self.skipped,
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)
