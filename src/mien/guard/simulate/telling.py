"""A simulation in sentences, for page and terminal alike."""

from __future__ import annotations

import math

from mien.charts.numbers import count, decimal, interval, portion
from mien.core.wilson import Share
from mien.guard.simulate.measuring import Figures, Right, Row, Simulation
from mien.guard.simulate.users import Kind


def what_it_is(found: Simulation) -> str:
    """Policy, observer and how much was played, in one line."""
    plays = sum(row.plays for row in found.rows)
    return (
        f"Policy {found.policy} · judged by {found.by} · {count(len(found.rows), 'user')}, "
        f"{count(plays, 'session')}"
    )


def what_it_says(found: Simulation) -> str:
    """The two or three things that a person would retell."""
    figures = found.figures
    n = sum(row.moments for row in found.rows)
    met = sum(row.met for row in found.rows)
    late = "" if figures.delay is None else f", after {figures.delay:g} exchanges at the median"
    venting = sum(row.plays for row in found.rows if row.kind is Kind.VENTING)
    alarmed = sum(row.alarmed for row in found.rows if row.kind is Kind.VENTING)
    vents = (
        f" {alarmed:,} of {venting:,} sessions of people who merely vent had an alarm."
        if venting
        else ""
    )
    if not n:
        return f"No user here has a moment at which stepping in helps.{vents}"
    return f"{met:,} of {n:,} right moments were met{late}.{vents}"


MEANING = (
    "Scripted users show what a policy does, not how often people are harmed: few scripts, written "
    "for this project, and intervals that hold for scripts like these."
)


def share(value: Share) -> str:
    """A share with its interval; a dash for a share of nothing."""
    if math.isnan(value.value):
        return "–"
    return f"{decimal(value.value)} {interval(value.low, value.high)}"


def moments(row: Row) -> str:
    """Moments met of those there were."""
    return f"{row.met:,} of {row.moments:,}" if row.moments else "–"


def delay(value: float | None) -> str:
    """Exchanges until help came."""
    return "–" if value is None else f"{value:g}"


def actions(row: Row) -> str:
    """What was done, with how often."""
    return ", ".join(f"{key} {n:,}" for key, n in row.actions.items()) or "nothing"


def at_a_base_rate(one: Right) -> str:
    """How many alarms of 1,000 chats are right."""
    if math.isnan(one.right) or math.isnan(one.wrong):
        return f"{one.what}: cannot tell, without harmed and ordinary users"
    right = "no alarm at all"
    if not math.isnan(one.share):
        right = f"{portion(one.share)} of alarms right {interval(one.low, one.high)}"
    return f"{one.what}: {one.right:.2f} right and {one.wrong:.1f} wrong alarms in 1,000; {right}"


def curve_row(figures: Figures) -> tuple[str, ...]:
    """One factor of the curve, as cells."""
    return (
        f"× {decimal(figures.factor)}",
        share(figures.met),
        delay(figures.delay),
        share(figures.noticed),
        decimal(figures.burden),
        share(figures.venting),
        share(figures.ordinary),
    )


CURVE_HEADS = (
    "thresholds",
    "moments met",
    "delay, exchanges",
    "harmed alarmed",
    "interventions a session, unharmed",
    "venting alarmed",
    "ordinary alarmed",
)
USER_HEADS = ("user", "kind", "moments met", "delay", "interventions a session", "what was done")


def user_row(row: Row) -> tuple[str, ...]:
    """One user, as cells."""
    return (
        row.user,
        row.kind.value,
        moments(row),
        delay(row.delay),
        f"{row.steps_in:.1f}",
        actions(row),
    )
