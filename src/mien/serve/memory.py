"""What is kept of the last requests, in memory alone and not for ever.

A conversation is found by what was said in it (`mien.guard.chain`), so that a client that gives no
name to its conversations is followed all the same. What is to last, and what a person's next
conversation begins with, is in a `mien.guard` store.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from mien.guard import Case, Check
from mien.timeline import Turn

_LAST = 20
_LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A conversation at some point.

    Attributes:
        case: After its last turn.
        check: Of that turn; None if it was not looked at by itself.
        next: Index of the turn that comes next.
        turns: The last of them, where later requests do not bring them along.
        person: Whose it is; None if nobody says.
    """

    case: Case
    check: Check | None
    next: int
    turns: tuple[Turn, ...] = ()
    person: str | None = None


class Memory:
    """The most recently used points of conversations.

    Args:
        most: How many are kept.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: str) -> Kept | None:
        """What is kept under a key; None if nothing is, or no more."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: str, kept: Kept) -> None:
        """Keep it; the least recently used is forgotten if there is too much.

        Args:
            key: Of a chain, or the id of an answer.
            kept: What.
        """
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def forget(self, person: str) -> int:
        """Forget a person; gives the number of points that were dropped."""
        theirs = [key for key, kept in self._kept.items() if kept.person == person]
        for key in theirs:
            del self._kept[key]
        return len(theirs)


def recent(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The last turns, as much as is kept of them."""
    return tuple(
        turn if len(turn.text) <= _LONGEST else _shortened(turn) for turn in turns[-_LAST:]
    )


def _shortened(turn: Turn) -> Turn:
    return Turn(index=turn.index, role=turn.role, text=turn.text[-_LONGEST:], at=turn.at)
