"""What is remembered of a scanned conversation: one line at a glance, and a row a turn."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mien.guard.check import Action, Check, Reason
from mien.guard.observation import Observation
from mien.guard.showing import kind_of
from mien.guard.signals import Signal
from mien.timeline import Turn

CELLS = 60
"""Of a small ribbon; a longer conversation shows the highest risk of each stretch."""

_REASONS = 3


class Seen(NamedTuple):
    """A turn with all that was said of it."""

    turn: Turn
    check: Check
    raised: Observation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A conversation in one line.

    Attributes:
        number: Place among all that were ever found, from 1.
        name: Of the source.
        title: Of the conversation, if it has one.
        begun: When its first turn was said, ISO 8601, if that is known.
        turns: Of the user and the assistant.
        left_out: Turns of the system and of tools, which are not judged.
        unjudged: Turns that the observer could not judge.
        peak: The highest risk.
        peak_sd: Its standard deviation.
        peak_turn: Index of the turn at which it was reached.
        kind: The track on which it was reached.
        end: Risk after the last turn.
        end_sd: Its standard deviation.
        risks: After each turn, at most `CELLS` of them.
        raised: Turns in which each signal was raised.
        actions: Turns for which each action was decided, `nothing` left out.
        reasons: What raised the risk most at its peak.
    """

    number: int
    name: str
    title: str | None
    begun: str | None
    turns: int
    left_out: int
    unjudged: int
    peak: float
    peak_sd: float
    peak_turn: int
    kind: str
    end: float
    end_sd: float
    risks: tuple[float, ...]
    raised: Mapping[str, int]
    actions: Mapping[str, int]
    reasons: tuple[Reason, ...]

    @property
    def strongest(self) -> Action:
        """The action that does most, of those decided."""
        ladder = list(Action)
        return max((Action(name) for name in self.actions), key=ladder.index, default=ladder[0])

    @property
    def is_alarm(self) -> bool:
        """Whether the policy would have done more than watch."""
        return self.strongest not in (Action.NOTHING, Action.WATCH)

    def to_dict(self) -> dict[str, Any]:
        """Plain values; shares have four digits."""
        plain = asdict(self)
        plain["reasons"] = [_plain_reason(reason) for reason in self.reasons]
        return plain

    @classmethod
    def of_dict(cls, plain: Mapping[str, Any]) -> Glance:
        """From what `to_dict` gave."""
        reasons = tuple(
            Reason(Signal(one["signal"]), one["turn"], one["quote"], one["p"])
            for one in plain["reasons"]
        )
        return cls(**{**plain, "risks": tuple(plain["risks"]), "reasons": reasons})


def glance_of(
    number: int, name: str, title: str | None, seen: Sequence[Seen], left_out: int
) -> Glance:
    """A conversation in one line.

    Args:
        number: Place among all that were ever found.
        name: Of the source.
        title: Of the conversation.
        seen: Its turns, one at least.
        left_out: Turns that were not to be judged.
    """
    checks = [one.check for one in seen]
    peak, end = max(checks, key=lambda check: check.risk), checks[-1]
    begun = next((one.turn.at for one in seen if one.turn.at is not None), None)
    raised = Counter(s.value for one in seen if one.raised for s in one.raised.raised)
    actions = Counter(c.action.value for c in checks if c.action is not Action.NOTHING)
    return Glance(
        number=number,
        name=name,
        title=title,
        begun=begun.isoformat() if begun else None,
        turns=len(checks),
        left_out=left_out,
        unjudged=sum(check.skipped is not None for check in checks),
        peak=round(peak.risk, 4),
        peak_sd=round(peak.risk_sd, 4),
        peak_turn=peak.turn,
        kind=kind_of(peak) if peak.risk > 0 else "",
        end=round(end.risk, 4),
        end_sd=round(end.risk_sd, 4),
        risks=_thinned([check.risk for check in checks]),
        raised=dict(sorted(raised.items())),
        actions=dict(sorted(actions.items())),
        reasons=peak.reasons[:_REASONS],
    )


def row_of(seen: Seen) -> dict[str, Any]:
    """A turn as plain values: its check, its words, and where each raised signal shows."""
    turn, found = seen.turn, seen.raised
    return {
        **seen.check.to_dict(),
        "speaker": turn.speaker,
        "at": turn.at.isoformat() if turn.at else None,
        "text": turn.text,
        "raised": [_plain_raised(signal, found) for signal in Signal if signal in found.raised]
        if found
        else [],
    }


def write_shard(path: Path, glance: Glance, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write a conversation, its glance in the first line; the size in bytes."""
    lines = [json.dumps(one, ensure_ascii=False) for one in (glance.to_dict(), *rows)]
    # Half of a surrogate pair may be in any text, and cannot be written.
    raw = ("\n".join(lines) + "\n").encode("utf-8", "replace")
    part = path.with_name(f".{path.name}")
    part.write_bytes(raw)
    part.replace(path)
    return len(raw)


def read_glance(path: Path) -> Glance:
    """The first line of a shard."""
    with path.open(encoding="utf-8") as file:
        return Glance.of_dict(json.loads(file.readline()))


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a shard, one at a time."""
    with path.open(encoding="utf-8") as file:
        file.readline()
        for line in file:
            yield json.loads(line)


def _thinned(risks: Sequence[float]) -> tuple[float, ...]:
    if len(risks) <= CELLS:
        return tuple(round(risk, 3) for risk in risks)
    parts = np.array_split(np.asarray(risks), CELLS)
    return tuple(round(float(part.max()), 3) for part in parts)


def _plain_reason(reason: Reason) -> dict[str, Any]:
    return {**reason._asdict(), "signal": reason.signal.value, "p": round(reason.p, 4)}


def _plain_raised(signal: Signal, found: Observation) -> dict[str, Any]:
    quote = found.quotes.get(signal)
    return {
        "signal": signal.value,
        "p": round(found.signals.get(signal, 1.0), 4),
        "from_char": quote.from_char if quote else None,
        "to_char": quote.to_char if quote else None,
    }
