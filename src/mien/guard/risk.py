"""Risk over a whole history: evidence that adds up, ages, and says how sure it is.

A turn adds to a track the expected number of incidents in it, each signal by its weight; calm
turns and idle hours take it away again. With evidence e and the track's half h, risk is
e² / (e² + h²): nothing for nothing, one half at h incidents, never certain. Its standard deviation
follows from that of the incidents, each a coin of known bias, by the delta method.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from mien.guard.check import Trend
from mien.guard.observation import Observation, Quote
from mien.guard.signals import Signal


class Track(StrEnum):
    """A way in which a conversation goes wrong."""

    CRISIS = "crisis"
    DELUSION = "delusion"
    DEPENDENCY = "dependency"
    SYCOPHANCY = "sycophancy"
    MANIPULATION = "manipulation"
    DISTRESS = "distress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How evidence of one track adds up and ages.

    Attributes:
        weights: Incidents that one certain signal counts for; protections are negative, and take
            away that share of the evidence at hand.
        half: Incidents at which risk is one half.
        half_life_turns: Turns without any signal after which half of the evidence is left.
        half_life_hours: The same for time that nobody wrote in.
    """

    weights: Mapping[Signal, float]
    half: float
    half_life_turns: float
    half_life_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dynamics:
    """All that decides how signals become risk; part of a policy.

    Attributes:
        courses: One a track.
        levels: What a crisis of level 1 to 6 multiplies its weight by.
        floor: Chances below this are an observer's noise, and add nothing.
    """

    courses: Mapping[Track, Course]
    levels: tuple[float, ...]
    floor: float


class Evidence(NamedTuple):
    """Expected incidents, and their variance."""

    mean: float = 0.0
    variance: float = 0.0

    def aged(self, share: float) -> Evidence:
        """What is left of it."""
        return Evidence(self.mean * share, self.variance * share * share)


class Estimate(NamedTuple):
    """Risk, 0 to 1, and its standard deviation."""

    risk: float
    sd: float


class Mark(NamedTuple):
    """What a signal added to a track, to be told as a reason.

    Attributes:
        track: Where to.
        signal: What was seen.
        turn: Where.
        p: Its chance.
        weight: Incidents it stood for when it was seen.
        quote: Where in the turn it shows most; None if the observer did not say.
    """

    track: Track
    signal: Signal
    turn: int
    p: float
    weight: float
    quote: Quote | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What has added up so far; holds no words.

    Attributes:
        evidence: By track.
        risks: The highest risk after each of the last turns, the newest last.
        marks: The weightiest, at most `MARKS`.
        n_turns: Turns that were judged.
        last: When the last turn was said, if that is known.
    """

    evidence: Mapping[Track, Evidence]
    risks: tuple[Estimate, ...] = ()
    marks: tuple[Mark, ...] = ()
    n_turns: int = 0
    last: datetime | None = None

    @classmethod
    def empty(cls) -> History:
        """Before the first turn."""
        return cls(evidence=dict.fromkeys(Track, Evidence()))


MARKS = 24
"""Reasons that are remembered."""

_BACK = 4
"""Turns that a trend looks back."""


def advance(history: History, seen: Observation, at: datetime | None, by: Dynamics) -> History:
    """The history after one more turn.

    Args:
        history: Before it.
        seen: What an observer says of the turn.
        at: When it was said, or None.
        by: How signals become risk.
    """
    hours = _hours(history.last, at)
    evidence, added = {}, list[Mark]()
    for track, course in by.courses.items():
        marks = _marks(track, course, seen, by)
        aged = history.evidence[track].aged(_kept(course, seen, by, hours))
        evidence[track] = _plus(aged, marks)
        added += marks
    after = replace(
        history,
        evidence=evidence,
        marks=_weightiest((*history.marks, *added), seen.turn, by),
        n_turns=history.n_turns + 1,
        last=at or history.last,
    )
    return replace(after, risks=(*history.risks, worst(after, by))[-_BACK - 1 :])


def estimate(history: History, track: Track, by: Dynamics) -> Estimate:
    """The risk of one track.

    >>> from mien.guard.policy import load_policy
    >>> estimate(History.empty(), Track.CRISIS, load_policy("default").dynamics)
    Estimate(risk=0.0, sd=0.0)
    """
    mean, variance = history.evidence[track]
    half = by.courses[track].half
    below = mean * mean + half * half
    slope = 2 * mean * half * half / (below * below)
    return Estimate(mean * mean / below, slope * math.sqrt(variance))


def worst(history: History, by: Dynamics) -> Estimate:
    """The highest risk of all tracks."""
    return max(estimate(history, track, by) for track in by.courses)


def trend(history: History) -> Trend:
    """Where risk is going: a change counts if it is more than the uncertainty of both ends."""
    if len(history.risks) < 2:
        return Trend.STEADY
    then, now = history.risks[0], history.risks[-1]
    change, sd = now.risk - then.risk, math.hypot(now.sd, then.sd)
    if abs(change) <= max(sd, 0.02):
        return Trend.STEADY
    return Trend.RISING if change > 0 else Trend.FALLING


def reasons(history: History, turn: int, by: Dynamics, n: int = 5) -> tuple[Mark, ...]:
    """The marks that weigh most at a turn, one a signal and turn."""
    best: dict[tuple[Signal, int], Mark] = {}
    for mark in history.marks:
        best.setdefault((mark.signal, mark.turn), mark)
    return _weightiest(tuple(best.values()), turn, by)[:n]


def _hours(before: datetime | None, at: datetime | None) -> float:
    if before is None or at is None:
        return 0.0
    return max((at - before).total_seconds() / 3600, 0.0)


def _kept(course: Course, seen: Observation, by: Dynamics, hours: float) -> float:
    """The share of old evidence that outlives a turn: less with time, less with protection."""
    turns = math.pow(0.5, 1 / course.half_life_turns)
    idle = math.pow(0.5, hours / course.half_life_hours)
    calmed = 1.0
    for signal, weight in course.weights.items():
        p = seen.signals.get(signal, 0.0)
        if weight < 0 and p >= by.floor:
            calmed *= max(1 + weight * p, 0.0)
    return turns * idle * calmed


def _marks(track: Track, course: Course, seen: Observation, by: Dynamics) -> list[Mark]:
    found = []
    for signal, weight in course.weights.items():
        p = seen.signals.get(signal, 0.0)
        if weight <= 0 or p < by.floor:
            continue
        grave = by.levels[seen.level - 1] if signal is Signal.CRISIS and seen.level else 1.0
        quote = seen.quotes.get(signal)
        found.append(Mark(track, signal, seen.turn, p, grave * weight * p, quote))
    return found


def _plus(evidence: Evidence, marks: list[Mark]) -> Evidence:
    mean, variance = evidence
    for mark in marks:
        mean += mark.weight
        variance += mark.weight * mark.weight * (1 - mark.p) / mark.p
    return Evidence(mean, variance)


def _weightiest(marks: tuple[Mark, ...], turn: int, by: Dynamics) -> tuple[Mark, ...]:
    def now(mark: Mark) -> float:
        course = by.courses[mark.track]
        age = (turn - mark.turn) / course.half_life_turns
        return mark.weight / course.half * math.pow(0.5, age)

    return tuple(sorted(marks, key=now, reverse=True))[:MARKS]
