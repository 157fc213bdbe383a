"""A decision in words: what the assistant is told, what the user sees, what is remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from mien.guard.case import Case
from mien.guard.check import Action
from mien.guard.deciding import Decision
from mien.guard.observation import Quote, side_of
from mien.guard.policy import Policy
from mien.guard.resources import Resource, fitting
from mien.guard.signals import Side
from mien.guard.timers import due
from mien.guard.wording import instruction, notice
from mien.timeline import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What an application knows of its user.

    Attributes:
        minor: Whether they are known to be one.
        quiet: Whether they asked the guard to stop; crisis is still answered.
        country: ISO 3166 code, for people and services to offer.
        language: ISO 639-1 code, for notices.
    """

    minor: bool = False
    quiet: bool = False
    country: str | None = None
    language: str = "en"


NOBODY = Person()
"""A user of whom nothing is known."""


class Words(NamedTuple):
    """What follows from a decision.

    Attributes:
        instruction: For the assistant; None for nothing.
        notice: For the user; None for nothing.
        offered: Ids of people and services in either.
        given: Notices by the clock so far, with these.
    """

    instruction: str | None
    notice: str | None
    offered: tuple[str, ...]
    given: Mapping[str, datetime | None]


def word(
    decision: Decision,
    turns: Sequence[Turn],
    case: Case,
    person: Person,
    policy: Policy,
    resources: Sequence[Resource],
) -> Words:
    """What to tell the assistant and the user at the last of some turns."""
    offers = _offers(decision, case, person, policy, resources)
    told = instruction(
        decision.key,
        claims=_claimed(case, turns),
        hours=case.habits.hours,
        resources=offers,
        offered=[one.name for one in resources if one.id in case.offered],
    )
    if side_of(turns[-1]) is Side.ASSISTANT:
        return Words(told, None, tuple(one.id for one in offers), case.given)
    now = turns[-1].at
    keys = due(policy.timers, minor=case.minor, now=now, began=case.habits.began, given=case.given)
    lines = [notice(key, person.language) for key in keys]
    if decision.action is Action.BREAK_NOTICE:
        lines.append(notice("break_notice", person.language, hours=case.habits.hours))
    if decision.action is Action.CRISIS and policy.interrupts:
        lines.append(notice("crisis", person.language, resources=offers))
    return Words(
        told,
        "\n".join(line for line in lines if line) or None,
        tuple(one.id for one in offers),
        {**case.given, **dict.fromkeys(keys, now)},
    )


def quoted(turn: int, quote: Quote | None, turns: Sequence[Turn]) -> str | None:
    """The words at a place, if the turn that holds them is at hand."""
    if quote is None:
        return None
    return next((quote.of(one.text) for one in turns if one.index == turn), None)


def _claimed(case: Case, turns: Sequence[Turn]) -> list[str]:
    found = (quoted(claim.turn, claim.quote, turns) for claim in case.claims)
    return list(dict.fromkeys(text for text in found if text))


def _offers(
    decision: Decision,
    case: Case,
    person: Person,
    policy: Policy,
    resources: Sequence[Resource],
) -> tuple[Resource, ...]:
    is_crisis = decision.action is Action.CRISIS
    if not is_crisis and decision.action is not Action.OFFER_HELP:
        return ()
    if decision.step in ("ask", "stay") and not policy.interrupts:
        return ()
    return fitting(
        resources,
        country=person.country,
        language=person.language,
        crisis=is_crisis,
        without=case.offered,
    )
