"""The same policy with its risk thresholds moved: all of them by one factor."""

from __future__ import annotations

import re
from dataclasses import replace

from mien.core.errors import PolicyError
from mien.guard.check import Action
from mien.guard.policy import Policy, When
from mien.guard.risk import Track
from mien.guard.rules import Claim, Compare, Join, Not, Rule, parse

RISKS = frozenset({"risk", *(track.value for track in Track)})
"""Facts whose thresholds are moved; what a single turn shows is the observer's to decide."""

ALARMS = frozenset(
    {Action.GROUND, Action.RETRACT, Action.BREAK_NOTICE, Action.OFFER_HELP, Action.CRISIS}
)
"""Actions that a person would call an alarm; watching and a warm question are none."""

_MOST = 0.999
_WHEN = re.compile(r'^(?P<key>[ \t]*when[ \t]*=[ \t]*)"(?P<rule>[^"\\\n]*)"', re.MULTILINE)
_NAME = re.compile(r'^(?P<key>name[ \t]*=[ \t]*)"(?P<name>[^"\\\n]*)"', re.MULTILINE)


def moved(policy: Policy, factor: float) -> Policy:
    """The policy with every risk threshold times a factor, at most .999."""
    rules = tuple(When(one.action, one.step, _moved(one.rule, factor)) for one in policy.rules)
    return replace(policy, rules=rules)


def moved_text(text: str, factor: float, name: str) -> str:
    """The text of a policy's file with its thresholds moved and another name; comments stay.

    Raises:
        PolicyError: If its rules are not written on one line each, in plain quotes.
    """
    changed, n = _WHEN.subn(
        lambda found: f'{found["key"]}"{written(_moved(parse(found["rule"]), factor))}"', text
    )
    if n != text.count("[[rule]]"):
        raise PolicyError('write each rule of the policy on one line, as when = "..."')
    return _NAME.sub(lambda found: f'{found["key"]}"{name}"', changed, count=1)


def written(rule: Rule) -> str:
    """A condition as text, which parses to the same.

    >>> written(parse("~(a>=.5|b) & trend == rising"))
    '~(a >= 0.5 | b) & trend == rising'
    """
    match rule:
        case Claim(name):
            return name
        case Compare(name, sign, value):
            return f"{name} {sign} {value if isinstance(value, str) else _plain(float(value))}"
        case Not(inner):
            return (
                f"~({written(inner)})"
                if isinstance(inner, Join | Compare)
                else f"~{written(inner)}"
            )
        case Join(rules, needs_all):
            mark = " & " if needs_all else " | "
            return mark.join(_inside(one, needs_all) for one in rules)
    raise TypeError(type(rule).__name__)


def _inside(rule: Rule, needs_all: bool) -> str:
    is_loose = isinstance(rule, Join) and (needs_all or rule.needs_all == needs_all)
    return f"({written(rule)})" if is_loose else written(rule)


def _plain(value: float) -> str:
    """Without an exponent, which conditions do not know."""
    return f"{value:.9f}".rstrip("0").rstrip(".")


def _moved(rule: Rule, factor: float) -> Rule:
    match rule:
        case Compare(name, sign, value) if name in RISKS and not isinstance(value, str):
            return Compare(name, sign, min(round(value * factor, 4), _MOST))
        case Not(inner):
            return Not(_moved(inner, factor))
        case Join(rules, needs_all):
            return Join(tuple(_moved(one, factor) for one in rules), needs_all)
    return rule
