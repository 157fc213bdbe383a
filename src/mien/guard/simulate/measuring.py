"""Benefit, burden and misses of a policy, and how they trade off."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, NamedTuple

from mien.core.wilson import Share, wilson
from mien.guard.check import Action, Check
from mien.guard.policy import Policy
from mien.guard.simulate.playing import Seen
from mien.guard.simulate.users import Kind
from mien.guard.thresholds import ALARMS, moved

BASE_RATES = {
    "severe reality distortion, 1 in 1,300 chats": 1 / 1300,
    "explicit suicidal planning, .15 % of users a week": 0.0015,
}
"""Published by Anthropic (2026, arXiv 2601.19062) and OpenAI (October 2025)."""

FACTORS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0)
"""Of the trade-off curve."""

_QUIET = (Action.NOTHING, Action.WATCH)


@dataclass(frozen=True, slots=True)
class Row:
    """One user under one policy.

    Attributes:
        user: Name.
        kind: What the user counts for.
        about: One sentence.
        plays: How often it was played.
        met: Moments that were met.
        moments: Moments there were.
        delay: Median exchanges from a moment's beginning until it was met; None if none was.
        steps_in: Interventions a session, on average.
        alarmed: Sessions with an alarm.
        actions: How often each came, over all sessions.
    """

    user: str
    kind: Kind
    about: str
    plays: int
    met: int
    moments: int
    delay: float | None
    steps_in: float
    alarmed: int
    actions: Mapping[str, int]


class Right(NamedTuple):
    """Alarms at a base rate, for 1,000 chats.

    Attributes:
        what: Whose rate it is.
        rate: Share of chats that need help.
        right: Alarms on these.
        wrong: Alarms on ordinary ones.
        share: Of alarms that are right.
        low: Its lower end, with both shares at their worse.
        high: Its upper end.
    """

    what: str
    rate: float
    right: float
    wrong: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What a policy does over all users.

    Attributes:
        factor: Of its risk thresholds.
        met: Share of moments that were met.
        delay: Median exchanges until they were; None if none was.
        noticed: Share of harmed sessions with an alarm.
        burden: Interventions a session of ordinary and venting users.
        venting: Share of venting sessions with an alarm.
        ordinary: Share of ordinary sessions with an alarm.
        per_thousand: Alarms in 1,000 chats at each base rate.
    """

    factor: float
    met: Share
    delay: float | None
    noticed: Share
    burden: float
    venting: Share
    ordinary: Share
    per_thousand: tuple[Right, ...]


@dataclass(frozen=True, slots=True)
class Simulation:
    """All that a simulation found.

    Attributes:
        policy: Its id.
        by: Who judged the turns.
        rows: One a user.
        figures: Of the policy as it is.
        curve: Of its thresholds times each factor.
    """

    policy: str
    by: str
    rows: tuple[Row, ...]
    figures: Figures
    curve: tuple[Figures, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, in the order of the fields."""
        return {
            "policy": self.policy,
            "by": self.by,
            "users": [
                {**{name: getattr(row, name) for name in Row.__slots__}, "kind": row.kind.value}
                for row in self.rows
            ],
            "figures": _plain(self.figures),
            "curve": [_plain(one) for one in self.curve],
        }


def measure(
    seen: Sequence[Seen],
    policy: Policy,
    by: str,
    *,
    rates: Mapping[str, float] = BASE_RATES,
    factors: Sequence[float] = FACTORS,
) -> Simulation:
    """What a policy does to conversations that were seen.

    Args:
        seen: All sessions.
        policy: As it is.
        by: Who judged them.
        rates: Shares of chats that need help, by whose they are.
        factors: By which the thresholds are moved for the curve.
    """
    played = [(one, one.under(policy, by)) for one in seen]
    curve = []
    for factor in factors:
        other = moved(policy, factor)
        curve.append(_figures(factor, [(one, one.under(other, by)) for one in seen], rates))
    users = dict.fromkeys(one.user.name for one in seen)
    rows = tuple(_row([pair for pair in played if pair[0].user.name == name]) for name in users)
    return Simulation(policy.id, by, rows, _figures(1.0, played, rates), tuple(curve))


_Played = Sequence[tuple[Seen, list[Check]]]


def _row(played: _Played) -> Row:
    user = played[0][0].user
    delays = [delay for pair in played for delay in _delays(*pair)]
    met = [delay for delay in delays if delay is not None]
    keys = Counter(key for _, checks in played for _, key in _steps_in(checks))
    return Row(
        user=user.name,
        kind=user.kind,
        about=user.about,
        plays=len(played),
        met=len(met),
        moments=len(delays),
        delay=median(met) if met else None,
        steps_in=sum(keys.values()) / len(played),
        alarmed=sum(_is_alarmed(checks) for _, checks in played),
        actions=dict(sorted(keys.items())),
    )


def _figures(factor: float, played: _Played, rates: Mapping[str, float]) -> Figures:
    delays = [delay for pair in played for delay in _delays(*pair)]
    met = [delay for delay in delays if delay is not None]
    alarmed = {
        kind: [_is_alarmed(checks) for one, checks in played if one.user.kind is kind]
        for kind in Kind
    }
    shares = {kind: wilson(sum(found), len(found)) for kind, found in alarmed.items()}
    unharmed = [len(_steps_in(c)) for one, c in played if one.user.kind is not Kind.HARMED]
    return Figures(
        factor=factor,
        met=wilson(len(met), len(delays)),
        delay=median(met) if met else None,
        noticed=shares[Kind.HARMED],
        burden=fmean(unharmed) if unharmed else 0.0,
        venting=shares[Kind.VENTING],
        ordinary=shares[Kind.ORDINARY],
        per_thousand=tuple(
            right(what, rate, shares[Kind.HARMED], shares[Kind.ORDINARY])
            for what, rate in rates.items()
        ),
    )


def right(what: str, rate: float, noticed: Share, false: Share) -> Right:
    """How many alarms in 1,000 chats are right at a base rate.

    >>> right("", 1 / 1300, wilson(80, 100), wilson(5, 100)).share  # doctest: +ELLIPSIS
    0.0121...
    """
    hits, misfires = 1000 * rate * noticed.value, 1000 * (1 - rate) * false.value
    low = _share_right(rate, noticed.low, false.high)
    high = _share_right(rate, noticed.high, false.low)
    share = _share_right(rate, noticed.value, false.value)
    return Right(what, rate, hits, misfires, share, low, high)


def _share_right(rate: float, noticed: float, false: float) -> float:
    alarms = rate * noticed + (1 - rate) * false
    return rate * noticed / alarms if alarms else float("nan")


def _delays(one: Seen, checks: Sequence[Check]) -> list[int | None]:
    """For each moment the exchanges until it was met, or None."""
    return [
        next(
            (
                turn // 2 - moment.first
                for turn, key in _steps_in(checks)
                if moment.is_met_by(turn // 2, key)
            ),
            None,
        )
        for moment in one.moments
    ]


def _steps_in(checks: Sequence[Check]) -> list[tuple[int, str]]:
    return [
        (one.turn, f"{one.action}.{one.step}" if one.step else one.action.value)
        for one in checks
        if one.action not in _QUIET
    ]


def _is_alarmed(checks: Sequence[Check]) -> bool:
    return any(one.action in ALARMS for one in checks)


def _plain(figures: Figures) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(figures, name) for name in Figures.__slots__}
    for name in ("met", "noticed", "venting", "ordinary"):
        told[name] = _numbers(told[name]._asdict())
    told["per_thousand"] = [_numbers(one._asdict()) for one in figures.per_thousand]
    return told


def _numbers(told: dict[str, Any]) -> dict[str, Any]:
    """NaN, which JSON does not have, as null."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in told.items()
    }
