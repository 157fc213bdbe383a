"""What is known of a conversation when a request of it comes, and what is kept of it after."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from mien.core.errors import StoreError
from mien.guard import Case, Policy
from mien.guard.chain import chain
from mien.guard.observation import side_of
from mien.guard.signals import Side
from mien.guard.store import beginning
from mien.serve.memory import Kept, Memory, recent
from mien.serve.talk import Talk
from mien.serve.ways import Seen, Ways
from mien.timeline import Turn

_LOG = logging.getLogger("mien.serve")


class Past:
    """Finds conversations again by what was said in them, by their names, or by an answer's id.

    Args:
        ways: Where cases last, and what time it is.
        skipped: Is told what failed, such as `store`: that is counted, and costs no answer.

    Attributes:
        memory: Where states are kept.
    """

    def __init__(self, ways: Ways, skipped: Callable[[str], None]) -> None:
        self.memory = Memory(ways.most)
        self._ways, self._skipped = ways, skipped
        self._underway: dict[str, asyncio.Event] = {}
        self._forgets: Counter[str] = Counter()

    @contextmanager
    def underway(self, seen: Seen, answer_id: str | None) -> Iterator[None]:
        """While a reply is judged and kept: who goes on from it may be quicker than that."""
        names = [seen.key, *_named(seen.talk)]
        if answer_id is not None:
            names.append(_answer(seen.talk, answer_id))
        done = asyncio.Event()
        self._underway |= dict.fromkeys(names, done)
        try:
            yield
        finally:
            done.set()
            for name in names:
                if self._underway.get(name) is done:
                    del self._underway[name]

    async def settled(self, talk: Talk) -> None:
        """Wait until the replies that a request goes on from are kept."""
        names = chain(talk.turns, talk.salt)
        if talk.before is not None:
            names = [_answer(talk, talk.before)]
        for name in [*names, *_named(talk)]:
            if name in self._underway:
                await self._underway[name].wait()

    def known(self, talk: Talk) -> tuple[Kept | None, tuple[Turn, ...], int]:
        """What is kept of a conversation, its turns, and how many of these were judged before."""
        if talk.before is not None:
            kept = self.memory.get(_answer(talk, talk.before))
            if kept is None:
                return self._shortened(talk)
            moved = (replace(t, index=kept.next + i) for i, t in enumerate(talk.turns))
            return kept, (*kept.turns, *self._timed(tuple(moved))), len(kept.turns)
        keys = chain(talk.turns, talk.salt)
        for place in range(len(keys), 0, -1):
            kept = self.memory.get(keys[place - 1])
            if kept is not None:
                return kept, self._timed(talk.turns), place
        return self._shortened(talk)

    def _shortened(self, talk: Talk) -> tuple[Kept | None, tuple[Turn, ...], int]:
        """A conversation by its name, where the client has cut off its beginning."""
        stored = None
        if talk.name is not None:
            with self.storing():
                stored = self._ways.store.get(talk.id)
        if stored is None or not talk.turns:
            return None, self._timed(talk.turns), 0
        last = max((one.turn for one in stored.case.history.marks), default=0)
        after = max(stored.case.history.n_turns, last + 1, len(talk.turns) - 1)
        first = after - len(talk.turns) + 1
        moved = tuple(replace(t, index=first + i) for i, t in enumerate(self._timed(talk.turns)))
        old = tuple(turn for turn in stored.turns if turn.index < first)
        kept = Kept(case=stored.case, check=None, next=after)
        return kept, (*old, *moved), len(old) + len(moved) - 1

    def _timed(self, turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
        """Turns whose last was said now; when the others were, nobody tells."""
        if not turns or side_of(turns[-1]) is not Side.USER:
            return turns
        return (*turns[:-1], replace(turns[-1], at=self._ways.now()))

    def beginning(self, talk: Talk, policy: Policy) -> Case:
        """The case before the first turn of a conversation."""
        with self.storing():
            return beginning(self._ways.store, talk.person_id, policy, self._ways.now())
        return Case()

    def keep_reply(self, seen: Seen, turn: Turn, case: Case, answer_id: str | None) -> None:
        """Keep a conversation after a reply, under all names by which it may go on.

        Nothing is kept of whoever was forgotten while the reply came.
        """
        talk = seen.talk
        if self.forgets(talk) != seen.forgets:
            return
        after = Kept(case=case, check=None, next=turn.index + 1, person=talk.person_id)
        if talk.before is None:
            said = Turn(index=turn.index, role="assistant", text=turn.text)
            self.memory.put(chain((*talk.turns, said), talk.salt)[-1], after)
        if answer_id is not None:
            turns = recent((*seen.turns, turn))
            self.memory.put(_answer(talk, answer_id), replace(after, turns=turns))
        if talk.name is not None or talk.person_id is not None:
            with self.storing():
                turns = (*seen.turns, turn)
                self._ways.store.put(talk.id, case, person=talk.person_id, turns=turns)

    def forgets(self, talk: Talk) -> int:
        """How often the person who talks was forgotten."""
        return self._forgets[talk.person_id] if talk.person_id is not None else 0

    def forget(self, person: str) -> int:
        """Erase a person; gives the number of conversations of theirs that were there.

        Raises:
            StoreError: If the store cannot.
        """
        self._forgets[person] += 1
        self.memory.forget(person)
        return self._ways.store.forget(person)

    @contextmanager
    def storing(self, what: str = "store") -> Iterator[None]:
        """A store or a log that fails is counted, and costs no answer."""
        try:
            yield
        except StoreError as error:
            _LOG.error("%s", error)
            self._skipped(what)


def _named(talk: Talk) -> list[str]:
    """What a conversation is under way as, whatever of it the next request shows."""
    return [] if talk.name is None else [f"name\n{talk.owner}\n{talk.name}"]


def _answer(talk: Talk, answer_id: str) -> str:
    return f"answer\n{talk.owner}\n{answer_id}"
