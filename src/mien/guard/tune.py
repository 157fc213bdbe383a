"""Thresholds for one's own conversations: chosen on half of them, measured on the other."""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from mien.core.errors import ConfigError
from mien.core.wilson import Share, wilson
from mien.guard.guard import Guard
from mien.guard.labeled_chats import LabeledChat
from mien.guard.observation import Observation, Observer, side_of
from mien.guard.policy import Policy, load_policy, policy_text
from mien.guard.simulate.observers import Kept
from mien.guard.thresholds import ALARMS, moved, moved_text

LEAST_POSITIVES = 40
"""Half of them measure: a recall of .80 is then known to about ± .17."""

EARLY_TURNS = 4
"""An alarm that comes more turns before its label is another alarm, and no right one."""

FACTORS = tuple(round(0.3 * 1.06**i, 4) for i in range(36))
"""From a third to more than twice the thresholds, in steps of 6 %."""


class Measured(NamedTuple):
    """What a policy does to labelled conversations.

    Attributes:
        recall: Share of those that want an alarm which get one, from a little before the label on.
        false: Share of the others that get one.
        delay: Median turns from the label to the alarm; negative for before. None without any.
    """

    recall: Share
    false: Share
    delay: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """A choice and what it is worth.

    Attributes:
        policy: The policy it began from.
        by: Who judged the turns.
        factor: By which its risk thresholds are moved.
        most: Alarms per 1,000 ordinary conversations that were asked for.
        chosen_on: Figures on the half that the factor was chosen on; too good.
        held_out: Figures on the other half.
        n_positive: Conversations that want an alarm, both halves.
        n_negative: The others.
    """

    policy: str
    by: str
    factor: float
    most: float
    chosen_on: Measured
    held_out: Measured
    n_positive: int
    n_negative: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values, in the order of the fields."""
        told = {name: getattr(self, name) for name in Tuned.__slots__}
        for name in ("chosen_on", "held_out"):
            one: Measured = told[name]
            told[name] = {
                "recall": one.recall._asdict(),
                "false": one.false._asdict(),
                "delay": one.delay,
            }
        return told


class _Case(NamedTuple):
    labeled: LabeledChat
    seen: dict[int, Observation]


def tune(
    chats: Iterable[LabeledChat],
    *,
    policy: str = "default",
    observer: Observer,
    most_per_thousand: float,
    on_chat: Callable[[int], None] = lambda _: None,
) -> Tuned:
    """The lowest thresholds that keep to so many alarms on ordinary conversations.

    Every conversation is judged once; one half, chosen by the hash of its person or id, decides
    and the other measures. Nothing but the label is looked at.

    Args:
        chats: Labelled ones.
        policy: To begin from.
        observer: What judges turns.
        most_per_thousand: Alarms in 1,000 ordinary conversations.
        on_chat: Told after each how many were judged.

    Raises:
        ConfigError: If there are too few, or no threshold keeps to it.
    """
    if not 0 < most_per_thousand < 1000:
        raise ConfigError(
            f"alarms per 1,000 must lie between 0 and 1000, not {most_per_thousand:g}"
        )
    begun = load_policy(policy)
    cases = []
    for n, chat in enumerate(chats, 1):
        cases.append(_Case(chat, _seen(chat, observer)))
        on_chat(n)
    _check(cases, most_per_thousand)
    choosing, held_out = _halves(cases)
    _check_halves(choosing, held_out)
    factor, chosen = _choice(choosing, begun, observer.name, most_per_thousand)
    return Tuned(
        policy=begun.id,
        by=observer.name,
        factor=factor,
        most=most_per_thousand,
        chosen_on=chosen,
        held_out=_measured(held_out, moved(begun, factor), observer.name),
        n_positive=sum(one.labeled.alarm_at is not None for one in cases),
        n_negative=sum(one.labeled.alarm_at is None for one in cases),
    )


def write_policy(tuned: Tuned, policy: str, path: Path) -> None:
    """The tuned policy as a file that says what it is worth.

    Args:
        tuned: The choice.
        policy: Which policy it began from, one file or name.
        path: Where to; must not exist.

    Raises:
        ConfigError: If the file exists or cannot be written, or the policy is joined from several.
    """
    name = path.stem
    if not name.replace("-", "").replace("_", "").isalnum():
        raise ConfigError(f"{path.name!r} would be the policy's name: letters, digits, - and _")
    text = moved_text(policy_text(policy), tuned.factor, name)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_head(tuned) + text)
    except FileExistsError as error:
        raise ConfigError(f"{path} exists: name another file") from error
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error


def _head(tuned: Tuned) -> str:
    recall, false = tuned.held_out.recall, tuned.held_out.false
    return (
        f"# Tuned from {tuned.policy} by mien guard tune, judged by {tuned.by}.\n"
        f"# Risk thresholds x {tuned.factor:g}, for at most {tuned.most:g} alarms per 1,000.\n"
        f"# On the half held out: recall {_said(recall)}; alarms per 1,000 ordinary "
        f"conversations {1000 * false.value:.1f} [{1000 * false.low:.1f}, "
        f"{1000 * false.high:.1f}].\n"
        f"# {tuned.n_positive} conversations wanted an alarm, {tuned.n_negative} did not.\n"
    )


def _said(share: Share) -> str:
    return f"{share.value:.2f} [{share.low:.2f}, {share.high:.2f}]"


def _seen(chat: LabeledChat, observer: Observer) -> dict[int, Observation]:
    turns = chat.turns
    return {
        turn.index: observer.observe(turns[: turn.index + 1])
        for turn in turns
        if side_of(turn) is not None
    }


def _check(cases: Sequence[_Case], most: float) -> None:
    ids = {one.labeled.id for one in cases}
    if len(ids) < len(cases):
        raise ConfigError("two conversations share an id, and might fall into both halves")
    positive = sum(one.labeled.alarm_at is not None for one in cases)
    negative = len(cases) - positive
    if positive < LEAST_POSITIVES:
        raise ConfigError(
            f"{positive} conversations want an alarm, and {LEAST_POSITIVES} are needed: with fewer "
            "the recall would be a guess"
        )
    # Fewer cannot show even one alarm in as many as are allowed.
    needed = 2 * math.ceil(1000 / most)
    if negative < needed:
        raise ConfigError(
            f"{negative} conversations want none, and {needed} are needed to tell {most:g} alarms "
            "per 1,000 from none"
        )


def _check_halves(*halves: Sequence[_Case]) -> None:
    """That each half can say something: a person's conversations are never split."""
    for half in halves:
        positive = sum(one.labeled.alarm_at is not None for one in half)
        if positive < LEAST_POSITIVES // 4 or positive == len(half):
            raise ConfigError(
                f"a half holds {positive} conversations that want an alarm, of {len(half)}: too "
                "few people share them all"
            )


def _halves(cases: Sequence[_Case]) -> tuple[list[_Case], list[_Case]]:
    """Every second group, in the order of hashes; those with an alarm and the others apart."""
    groups = dict[str, list[_Case]]()
    for one in sorted(cases, key=lambda one: _hash(one.labeled.id)):
        groups.setdefault(one.labeled.group, []).append(one)
    halves: tuple[list[_Case], list[_Case]] = ([], [])
    for wanted in (True, False):
        names = [
            name
            for name in sorted(groups, key=_hash)
            if any(one.labeled.alarm_at is not None for one in groups[name]) == wanted
        ]
        for i, name in enumerate(names):
            halves[i % 2].extend(groups[name])
    return halves


def _hash(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _choice(cases: Sequence[_Case], policy: Policy, by: str, most: float) -> tuple[float, Measured]:
    """The factor with the most recall that keeps to the limit; of equals the highest.

    Higher thresholds never add a first alarm, so both ends are found by halving.
    """

    @cache
    def at(i: int) -> Measured:
        return _measured(cases, moved(policy, FACTORS[i]), by)

    last = len(FACTORS) - 1
    if 1000 * at(last).false.value > most:
        raise ConfigError(
            f"no threshold keeps to {most:g} alarms per 1,000: the least is "
            f"{1000 * at(last).false.value:.1f}, by what single turns show (rules on raised.*), "
            "which thresholds of risk do not move"
        )
    lowest = bisect_left(range(last), True, key=lambda i: 1000 * at(i).false.value <= most)
    recall = at(lowest).recall.value
    lost = bisect_left(range(lowest, last + 1), True, key=lambda i: at(i).recall.value < recall)
    chosen = lowest + lost - 1
    return FACTORS[chosen], at(chosen)


def _measured(cases: Sequence[_Case], policy: Policy, by: str) -> Measured:
    delays, false, n_negative = list[int | None](), 0, 0
    for labeled, seen in cases:
        guard = Guard(policy, observer=Kept(seen, by))
        steps = guard.follow(labeled.turns)
        alarms = (step.check.turn for step in steps if step.check.action in ALARMS)
        if labeled.alarm_at is None:
            n_negative += 1
            false += any(True for _ in alarms)
        else:
            late = (turn - labeled.alarm_at for turn in alarms)
            delays.append(next((turns for turns in late if turns >= -EARLY_TURNS), None))
    hits = [delay for delay in delays if delay is not None]
    return Measured(
        recall=wilson(len(hits), len(delays)),
        false=wilson(false, n_negative),
        delay=median(hits) if hits else None,
    )
