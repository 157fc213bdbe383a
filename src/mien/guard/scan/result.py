"""What a scan found: rates over all conversations, and these in the order of their risk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from mien.core.wilson import Share, wilson
from mien.guard.accuracy import Accuracy
from mien.guard.check import Action
from mien.guard.scan.glance import Glance, read_glance, read_rows
from mien.guard.signals import Signal
from mien.timeline import Skipped

PER = 1000
"""Chats that a rate is told for."""


class About(NamedTuple):
    """How a scan was made.

    Attributes:
        policy: Name and version.
        by: Of the detectors.
        mode: How much would have been carried out.
        private: Whether words and names were left out.
        accuracy: What the detectors' card says, by signal.
    """

    policy: str
    by: str
    mode: str
    private: bool
    accuracy: Mapping[str, Accuracy] = MappingProxyType({})

    def to_dict(self) -> dict[str, Any]:
        """What tells one scan from another."""
        named = {"policy": self.policy, "by": self.by, "mode": self.mode}
        return {**named, "private": self.private}


class Rate(NamedTuple):
    """How common a signal or an action is.

    Attributes:
        name: Of it.
        chats: Conversations in which it came at least once.
        turns: Turns in which it came.
        share: Of all conversations, with its 95 % interval.
    """

    name: str
    chats: int
    turns: int
    share: Share


@dataclass(slots=True)
class Tally:
    """Counts over all conversations."""

    chats: int = 0
    turns: int = 0
    alarms: int = 0
    unjudged: int = 0
    left_out: int = 0
    signal_chats: Counter[str] = field(default_factory=Counter)
    signal_turns: Counter[str] = field(default_factory=Counter)
    action_chats: Counter[str] = field(default_factory=Counter)
    action_turns: Counter[str] = field(default_factory=Counter)

    def add(self, glance: Glance) -> None:
        """Count a conversation."""
        self.chats += 1
        self.turns += glance.turns
        self.alarms += glance.is_alarm
        self.unjudged += glance.unjudged
        self.left_out += glance.left_out
        self.signal_chats.update(glance.raised.keys())
        self.signal_turns.update(glance.raised)
        self.action_chats.update(glance.actions.keys())
        self.action_turns.update(glance.actions)

    @property
    def alarm_share(self) -> Share:
        """Conversations in which the policy would have done more than watch."""
        return wilson(self.alarms, self.chats)

    @property
    def turns_of_user(self) -> float:
        """How many a conversation has on average; half of its turns."""
        return self.turns / 2 / max(self.chats, 1)

    def signals(self) -> list[Rate]:
        """The rate of every signal that was raised, in the order of signals."""
        names = [signal.value for signal in Signal if self.signal_chats[signal.value]]
        return [self._rate(name, self.signal_chats, self.signal_turns) for name in names]

    def actions(self) -> list[Rate]:
        """The rate of every action that was decided, the mildest first."""
        names = [action.value for action in Action if self.action_chats[action.value]]
        return [self._rate(name, self.action_chats, self.action_turns) for name in names]

    def _rate(self, name: str, chats: Counter[str], turns: Counter[str]) -> Rate:
        return Rate(name, chats[name], turns[name], wilson(chats[name], self.chats))


class Scan:
    """The conversations of a scan; memory holds a place in the order for each, and no words.

    Attributes:
        failed: Sources that could not be read, with the reason.
        skipped: Files that are no chats.
        about: How the scan was made.
        tally: Counts over all conversations.
    """

    def __init__(
        self,
        shards: Sequence[Path],
        failed: Sequence[Skipped],
        skipped: Sequence[Skipped],
        about: About,
    ) -> None:
        """Read every conversation at a glance.

        Args:
            shards: A file a conversation.
            failed: Sources that could not be read.
            skipped: Files that are no chats.
            about: How the scan was made.
        """
        self.failed = tuple(failed)
        self.skipped = tuple(skipped)
        self.about = about
        self.tally = Tally()
        places = []
        for shard in shards:
            glance = read_glance(shard)
            self.tally.add(glance)
            places.append((-glance.peak, -glance.end, glance.number, shard))
        self._ranked = [shard for *_, shard in sorted(places)]

    def __len__(self) -> int:
        return len(self._ranked)

    def glances(self, first: int = 0, last: int | None = None) -> Iterator[Glance]:
        """Conversations from the `first` to before the `last`, the highest risk first."""
        return map(read_glance, self._ranked[first:last])

    def chats(self, most: int | None = None) -> Iterator[tuple[Glance, Iterator[dict[str, Any]]]]:
        """Conversations with the rows of their turns, the highest risk first."""
        for shard in self._ranked[:most]:
            yield read_glance(shard), read_rows(shard)
