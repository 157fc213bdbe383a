"""What is kept between two requests: the state of conversations, in memory alone, and not for ever.

A conversation is found by what was said in it: the hash of its turns up to some point leads to the
case at that point. Branches, edits and repeated requests then need no care, and a client that
gives no name to its conversations is followed all the same.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from mien.guard import Case, Check, side_of
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
    """

    case: Case
    check: Check | None
    next: int
    turns: tuple[Turn, ...] = ()


class Memory:
    """The most recently used conversations.

    Args:
        most: States that are kept.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._people: OrderedDict[str, tuple[Case, set[str]]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: str) -> Kept | None:
        """What is kept under a key; None if nothing is, or no more."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: str, kept: Kept, person: str | None = None) -> None:
        """Keep it; the least recently used is forgotten if there is too much.

        Args:
            key: Such as a chain's hash, or the id of an answer.
            kept: What.
            person: Whose it is; their later conversations begin with this case.
        """
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        if person is not None:
            keys = self._people.pop(person, (kept.case, set[str]()))[1]
            keys = {one for one in keys if one in self._kept} if len(keys) > 64 else keys
            self._people[person] = (kept.case, keys | {key})
            while len(self._people) > self._most:
                self._people.popitem(last=False)

    def case_of(self, person: str | None) -> Case | None:
        """How a person's last conversation stood; None for strangers."""
        found = self._people.get(person) if person is not None else None
        return None if found is None else found[0]

    def forget(self, person: str) -> int:
        """Forget a person; gives the number of states that were dropped."""
        _, keys = self._people.pop(person, (None, set[str]()))
        return sum(self._kept.pop(key, None) is not None for key in keys)


def recent(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The last turns, as much as is kept of them."""
    return tuple(
        turn if len(turn.text) <= _LONGEST else _shortened(turn) for turn in turns[-_LAST:]
    )


def chain(turns: Sequence[Turn], salt: str) -> list[str]:
    """A key for each point of a conversation: of all that was said by either side up to there.

    Args:
        turns: From the beginning; what is nobody's does not count.
        salt: The conversation's name and person, so that equal words of others do not meet.
    """
    digest = hashlib.blake2b(salt.encode("utf-8", "surrogatepass"), digest_size=20)
    keys = []
    for turn in turns:
        side = side_of(turn)
        if side is not None:
            text = turn.text.encode("utf-8", "surrogatepass")
            digest.update(side.value.encode() + len(text).to_bytes(8, "big") + text)
        keys.append(digest.hexdigest())
    return keys


def _shortened(turn: Turn) -> Turn:
    return Turn(index=turn.index, role=turn.role, text=turn.text[-_LONGEST:], at=turn.at)
