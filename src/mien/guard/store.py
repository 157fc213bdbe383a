"""What is kept of conversations between two requests, and of a person between conversations."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from mien.guard.case import Case
from mien.guard.policy import Carry, Policy
from mien.guard.risk import Evidence, History, Track
from mien.timeline import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a store has of a conversation.

    Attributes:
        case: After its last turn.
        turns: Those that claims and reasons quote, where the store keeps words; else none.
        person: Whose it is, if the application said so.
        at: When its last turn was said, or when it was kept if that is not known.
    """

    case: Case
    turns: tuple[Turn, ...] = ()
    person: str | None = None
    at: datetime


class Store(Protocol):
    """Keeps cases by the conversation's id; used from several threads."""

    def get(self, conversation: str) -> Kept | None:
        """What is kept of a conversation."""

    def put(
        self,
        conversation: str,
        case: Case,
        *,
        person: str | None = None,
        turns: Sequence[Turn] = (),
    ) -> None:
        """Keep a case.

        Args:
            conversation: Its id.
            case: After its last turn.
            person: A lasting name of the user, best one that means nothing elsewhere; None where
                the application gives none, or does not want this user remembered.
            turns: The latest; of these a store that keeps words keeps the ones that are quoted.
        """

    def of_person(self, person: str) -> tuple[Kept, ...]:
        """A person's conversations, the newest first."""

    def forget(self, person: str) -> int:
        """Erase all conversations of a person; how many there were."""

    def forget_conversation(self, conversation: str) -> bool:
        """Erase one; whether it was there."""

    def forget_before(self, at: datetime) -> int:
        """Erase all whose last turn is older; how many there were."""

    def close(self) -> None:
        """Let go of files."""


MOST_OF_PERSON = 50
"""Conversations of a person that are looked at when a new one begins."""


class MemoryStore:
    """Keeps the conversations that were used last, as long as the process lives.

    Args:
        most: How many; the one unused for longest is dropped first.
        words: Whether quoted turns are kept too.
    """

    def __init__(self, most: int = 10_000, *, words: bool = False) -> None:
        self._most, self._words = most, words
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, conversation: str) -> Kept | None:
        """What is kept of a conversation."""
        with self._lock:
            if conversation in self._kept:
                self._kept.move_to_end(conversation)
            return self._kept.get(conversation)

    def put(
        self,
        conversation: str,
        case: Case,
        *,
        person: str | None = None,
        turns: Sequence[Turn] = (),
    ) -> None:
        """Keep a case; see `Store.put`."""
        with self._lock:
            before = self._kept.get(conversation)
            known = (*before.turns, *turns) if before else turns
            self._kept[conversation] = Kept(
                case=case,
                turns=quoted_turns(case, known) if self._words else (),
                person=person,
                at=last_of(case),
            )
            self._kept.move_to_end(conversation)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def of_person(self, person: str) -> tuple[Kept, ...]:
        """A person's conversations, the newest first."""
        with self._lock:
            found = [kept for kept in self._kept.values() if kept.person == person]
        found.sort(key=lambda kept: kept.at, reverse=True)
        return tuple(found[:MOST_OF_PERSON])

    def forget(self, person: str) -> int:
        """Drop all conversations of a person; how many there were."""
        return self._drop(lambda _, kept: kept.person == person)

    def forget_conversation(self, conversation: str) -> bool:
        """Drop one; whether it was there."""
        return self._drop(lambda name, _: name == conversation) > 0

    def forget_before(self, at: datetime) -> int:
        """Drop all whose last turn is older; how many there were."""
        return self._drop(lambda _, kept: kept.at < at)

    def close(self) -> None:
        """Nothing to let go of."""

    def _drop(self, is_meant: _Meant) -> int:
        with self._lock:
            meant = [name for name, kept in self._kept.items() if is_meant(name, kept)]
            for name in meant:
                del self._kept[name]
        return len(meant)


class _Meant(Protocol):
    def __call__(self, name: str, kept: Kept, /) -> bool: ...


def beginning(store: Store, person: str | None, policy: Policy, now: datetime) -> Case:
    """The case with which a new conversation begins: a share of what earlier ones ended with.

    Of every track the conversation counts that has most left of it, so that many calm ones
    neither add up nor wash out; a person known to be a minor stays one.

    Args:
        store: Where earlier ones are.
        person: Whose; None for nobody that is known.
        policy: Says how much is carried.
        now: When it begins.
    """
    if person is None:
        return Case()
    past = store.of_person(person)
    return Case(
        history=replace(History.empty(), evidence=_carried(past, policy.carry, now)),
        minor=any(kept.case.minor for kept in past),
    )


def quoted_turns(case: Case, turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Of some turns those that claims and reasons point to, once each, in order."""
    wanted = {claim.turn for claim in case.claims} | {mark.turn for mark in case.history.marks}
    found = {turn.index: turn for turn in turns if turn.index in wanted}
    return tuple(found[index] for index in sorted(found))


def last_of(case: Case) -> datetime:
    """When the last turn of a case was said; now, if that is not known."""
    at = case.history.last
    return datetime.now(UTC) if at is None or at.tzinfo is None else at


def _carried(past: Iterable[Kept], carry: Carry, now: datetime) -> dict[Track, Evidence]:
    most = dict.fromkeys(Track, Evidence())
    for kept in past:
        days = max((now - kept.at).total_seconds(), 0.0) / 86_400
        share = carry.share * 0.5 ** (days / carry.half_life_days)
        for track, evidence in kept.case.history.evidence.items():
            most[track] = max(most[track], evidence.aged(share))
    return most
