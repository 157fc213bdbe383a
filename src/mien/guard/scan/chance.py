"""How many alarms are right, which depends on how rare the thing is more than on the detector."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from mien.core.errors import ConfigError
from mien.core.wilson import Share
from mien.guard.accuracy import Accuracy
from mien.guard.observation import Observer

BASE_RATE = 1 / 1300
"""Conversations with severe distortion of reality, among 1.5 million with an assistant (Anthropic,
2026-01-27, arXiv 2601.19062)."""


@runtime_checkable
class Measured(Protocol):
    """An observer whose card says how often it is right."""

    @property
    def accuracy(self) -> Mapping[str, Accuracy]:
        """By signal, as far as it was measured."""


def accuracy_of(observer: Observer) -> Mapping[str, Accuracy]:
    """What an observer's card says; empty if it says nothing."""
    return observer.accuracy if isinstance(observer, Measured) else {}


def over_chat(accuracy: Accuracy, turns: float) -> Accuracy:
    """The accuracy for whole conversations of so many turns.

    False alarms add up as if turns were independent; sensitivity is taken as that of one turn, the
    least that a conversation with the thing in it can have.

    >>> from mien.core.wilson import wilson
    >>> turn = Accuracy(wilson(9, 10), wilson(1, 100), "turn")
    >>> round(over_chat(turn, 10).false_alarms.value, 3)
    0.096
    """
    if accuracy.unit == "chat":
        return accuracy
    false = Share(*(1 - (1 - share) ** turns for share in accuracy.false_alarms))
    return Accuracy(accuracy.sensitivity, false, "chat")


def right_alarms(base: float, sensitivity: float, false_alarms: float) -> float:
    """The expected share of right alarms among all (Bayes' rule); NaN without any alarm.

    >>> round(right_alarms(1 / 1300, 0.8, 0.05), 3), round(right_alarms(1 / 1300, 0.8, 0.005), 2)
    (0.012, 0.11)
    """
    right = base * sensitivity
    every = right + (1 - base) * false_alarms
    return right / every if every > 0 else math.nan


def right_share(base: float, accuracy: Accuracy) -> Share:
    """The expected share of right alarms, from the worst to the best ends of what was measured."""
    hit, false = accuracy.sensitivity, accuracy.false_alarms
    return Share(
        right_alarms(base, hit.value, false.value),
        right_alarms(base, hit.low, false.high),
        right_alarms(base, hit.high, false.low),
    )


def most_right(base: float, alarms: float) -> float:
    """The largest share of right alarms that can be, whatever the detector.

    Args:
        base: Share of conversations in which the thing is there.
        alarms: Share of conversations with an alarm, more than 0.

    >>> most_right(0.001, 0.01), most_right(0.5, 0.01)
    (0.1, 1.0)
    """
    return min(base / alarms, 1.0)


def rate_of(text: str) -> float:
    """A base rate as a person writes it: `1/1300`, `.001` or `0.1%`.

    Raises:
        ConfigError: If it is no share between 0 and 1.

    >>> rate_of("1/1300") == BASE_RATE, rate_of("0.1%")
    (True, 0.001)
    """
    over, _, under = text.strip().removesuffix("%").partition("/")
    try:
        rate = float(over) / (float(under) if under else 1.0) / (100 if "%" in text else 1)
    except (ValueError, ZeroDivisionError):
        rate = math.nan
    if not 0 < rate < 1:
        raise ConfigError(f"a base rate is a share such as 1/1300 or .001, not {text!r}")
    return rate
