"""What a policy may ask for: every name that a condition can use."""

from __future__ import annotations

from mien.guard.check import Action, Trend
from mien.guard.risk import Track
from mien.guard.rules import Claim, Rule, parts
from mien.guard.signals import Signal

FACTS = {
    "point": "where the decision is taken: user_turn (before an answer) or reply (after one)",
    "risk": "the highest risk of all tracks, 0 to 1",
    "risk_sd": "its standard deviation",
    "trend": "rising, steady or falling, against four turns ago",
    **{track.value: f"risk of the track {track.value}, 0 to 1" for track in Track},
    "level": "of a crisis raised in this turn, 1 to 6; else 0",
    "asked": "how often this session the guard had the assistant speak of suicide",
    "turn": "index of the turn",
    "hours": "how long the session has lasted; 0 without times",
    "night": "whether this turn was written between midnight and five, local time",
    "night_share": "share of the user's turns that were",
    "assistant_share": "the assistant's share of all words",
    "reassured": "reality checks that were answered with reassurance",
    "claims": "claims of the assistant that nobody has taken back",
    "minor": "whether the user is known to be a minor",
    "quiet": "whether the user asked the guard to stop",
    **{f"raised.{s.value}": f"whether this turn shows: {s.value}" for s in Signal},
    **{f"p.{s.value}": f"chance that this turn shows: {s.value}" for s in Signal},
    **{f"shown.{a.value}": f"how often this session: {a.value}" for a in Action},
}
"""Name to meaning."""

WORDS = {"point": ("user_turn", "reply"), "trend": tuple(trend.value for trend in Trend)}
"""Facts that are words, and which; all others are numbers, or hold or do not."""


def misuse(rule: Rule) -> str:
    """What is wrong with the use that a condition makes of facts, in words; empty if nothing is."""
    unknown = sorted(rule.names() - FACTS.keys())
    if unknown:
        return f"asks for {', '.join(unknown)}, which nobody knows"
    for part in parts(rule):
        words = WORDS.get(part.name)
        if words and (isinstance(part, Claim) or part.sign != "==" or part.value not in words):
            return f"must compare {part.name} by == with {' or '.join(words)}"
        if not words and not isinstance(part, Claim) and isinstance(part.value, str):
            return f"compares {part.name} with {part.value!r}, and it is no word"
    return ""
