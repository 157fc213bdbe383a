"""From facts to one decision: the first rule that holds and that burden allows."""

from __future__ import annotations

from typing import NamedTuple

from mien.guard.case import Case
from mien.guard.check import Action
from mien.guard.policy import Limit, Policy, When
from mien.guard.rules import Facts


class Decision(NamedTuple):
    """What to do at a turn.

    Attributes:
        action: What.
        step: The rung of it.
        because: The conditions that were met, with their values.
        held_back: Stronger actions that limits kept back, each with the limit.
    """

    action: Action
    step: str
    because: tuple[str, ...]
    held_back: tuple[str, ...]

    @property
    def key(self) -> str:
        """`crisis.ask`, or the action alone."""
        return f"{self.action}.{self.step}" if self.step else self.action.value


def decide(facts: Facts, case: Case, policy: Policy) -> Decision:
    """The first rule that holds and is not held back.

    A crisis that this turn shows is never held back altogether: limits only choose among its
    steps, and where they leave none, the last that holds is taken.
    """
    held_back: list[str] = []
    spared: When | None = None
    for when in policy.rules:
        if not when.rule.holds(facts):
            continue
        limit = _limited(when, case, policy, int(float(facts["turn"])))
        if limit is None and (spared is None or when.action is Action.CRISIS):
            return Decision(when.action, when.step, when.rule.why(facts), tuple(held_back))
        if limit is not None:
            held_back.append(f"{when.key}: {limit}")
        if when.action is Action.CRISIS and facts["raised.crisis"]:
            spared = when
    if spared is not None:
        return Decision(spared.action, spared.step, spared.rule.why(facts), tuple(held_back))
    return Decision(Action.NOTHING, "", (), tuple(held_back))


def _limited(when: When, case: Case, policy: Policy, turn: int) -> str | None:
    """Why it must wait; None if it need not."""
    if case.quiet and when.action not in (Action.CRISIS, Action.WATCH):
        return "the user asked for no more of this"
    for key in (when.key, when.action.value):
        limit = policy.limits.get(key, Limit())
        since = case.since(key, turn)
        if since is not None and since < limit.gap_turns:
            return f"{since} turns since the last, and {limit.gap_turns} must lie between"
        if limit.per_session is not None and case.times(key) >= limit.per_session:
            return f"{limit.per_session} in this session is the most"
    return None
