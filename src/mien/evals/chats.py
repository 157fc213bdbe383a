"""Chats as a run keeps them, for scorers: who said what, and what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mien.evals.result import Fault

CHATS = "mien:chats"
"""The key under which the chats of a sample lie in Inspect's store."""


class Kept(NamedTuple):
    """A chat that is over.

    Attributes:
        said: By both sides, each with `role` and `content`.
        counts: Events by name.
        fault: Why it is not whole; None if it is.
    """

    said: tuple[Mapping[str, str], ...]
    counts: Mapping[str, int]
    fault: Fault | None

    @property
    def replies(self) -> list[str]:
        """Of the model, in their order."""
        return [one["content"] for one in self.said if one["role"] == "assistant"]


def kept(held: Any) -> tuple[Kept, ...]:
    """The chats in a store; none if the sample came to no end."""
    return tuple(
        Kept(
            tuple(one["said"]),
            dict(one["counts"]),
            Fault(one["fault"]) if one["fault"] else None,
        )
        for one in held or ()
    )


def counts_of(chats: Sequence[Kept]) -> dict[str, int]:
    """What happened in all of them, and how many replies the model gave."""
    found: Counter[str] = Counter()
    for chat in chats:
        found.update(chat.counts)
        found["replies"] += len(chat.replies)
    return dict(found)


def fault_of(chats: Sequence[Kept]) -> Fault | None:
    """The first fault of any; `FAILED` if there are none."""
    if not chats:
        return Fault.FAILED
    return next((chat.fault for chat in chats if chat.fault), None)
