"""Conversations from call to call: frameworks keep no state for a guard."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mien.core.errors import GuardFailed
from mien.guard import NOBODY, Case, Check, Guard, Mode, Person, Verdict
from mien.guard.chain import chain
from mien.guard.wording import notice
from mien.timeline import Turn

_LOG = logging.getLogger("mien.integrations")

_MOST_AT_ONCE = 200
"""Of a conversation that is met for the first time, the last turns that are judged."""

_MOST_KEPT = 20
"""Turns that are kept of a conversation whose later calls may not bring its past along."""

Told = Callable[[Check], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A conversation at its last turn.

    Attributes:
        turns: All that are known, oldest first.
        case: After the last.
        check: Of the last; None if there is none.
    """

    turns: tuple[Turn, ...] = ()
    case: Case
    check: Check | None = None

    @property
    def instruction(self) -> str | None:
        """What the assistant is to be told; None in mode `observe`."""
        return None if self.is_silent or self.check is None else self.check.instruction

    @property
    def notice(self) -> str | None:
        """What the user is to be shown; None in mode `observe`."""
        return None if self.is_silent or self.check is None else self.check.notice

    @property
    def is_silent(self) -> bool:
        """Whether nothing may be changed."""
        return self.check is None or self.check.mode is Mode.OBSERVE


class Following:
    """Follows conversations whose calls bring their past along, and named ones that do not.

    A conversation is found by what was said in it, so that branches, edits and repeated calls need
    no care. Used from several threads.

    Args:
        guard: What judges them.
        person: What is known of all users.
        told: Is called with each new check; None for nobody.
        most: Points of conversations that are kept in memory.
        now: What time it is.

    Attributes:
        guard: Likewise.
        person: Likewise.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        person: Person = NOBODY,
        told: Told | None = None,
        most: int = 10_000,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self.guard, self.person = guard, person
        self._told, self._most, self._now = told, most, now
        self._points: OrderedDict[str, Point] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def holds(self) -> bool:
        """Whether sentences are held back."""
        return self.guard.mode is Mode.ENFORCE

    def at(self, turns: Sequence[Turn], name: str | None = None) -> Point:
        """The conversation at the last of some turns; each turn is judged once.

        Args:
            turns: From the beginning. Of a named conversation that was followed before, the new
                ones are enough.
            name: Of the conversation, if its framework gives it a lasting one.

        Raises:
            GuardFailed: If a turn could not be judged, and nothing may pass unseen.
        """
        before, turns = self._known(tuple(turns), name)
        judged = len(before.turns)
        point = before
        for place in range(max(judged, len(turns) - _MOST_AT_ONCE), len(turns)):
            point = self._step(point, turns[: place + 1], is_last=place == len(turns) - 1)
        self._keep(point, name)
        return point

    def after(self, point: Point, text: str, name: str | None = None) -> Point:
        """The conversation after a reply.

        Args:
            point: Before it.
            text: As it was said; nothing is judged if it is empty.
            name: Of the conversation.

        Raises:
            GuardFailed: If it could not be judged, and nothing may pass unseen.
        """
        if not text.strip():
            return point
        index = point.turns[-1].index + 1 if point.turns else 0
        reply = Turn(index=index, role="assistant", text=text)
        return self.at((*point.turns, reply), name)

    def blocked(self) -> str:
        """What is shown where a reply is stopped."""
        return notice("blocked", self.person.language) or ""

    def unread(self, what: str) -> None:
        """Something passes that the guard cannot read; it never counts as checked.

        Raises:
            GuardFailed: If nothing may pass unseen.
        """
        _LOG.warning("not judged: %s", what)
        if self.guard.on_failure == "closed":
            raise GuardFailed(f"{what} could not be judged")

    def held_whole(self, point: Point, text: str) -> tuple[str, Verdict | None]:
        """A whole reply as far as it may be shown, and what stopped it.

        Args:
            point: Before it.
            text: The reply.
        """
        hold = self.guard.hold(point.turns)
        for outcome in (hold.feed(text), hold.end()):
            if outcome.stopped is not None:
                return hold.said, outcome.stopped
        return hold.said, None

    def _step(self, point: Point, turns: tuple[Turn, ...], *, is_last: bool) -> Point:
        # When earlier turns were said, nobody tells.
        turn = replace(turns[-1], at=self._now()) if is_last else turns[-1]
        turns = (*turns[:-1], turn)
        step = self.guard.step(turns, point.case, self.person)
        if self._told is not None:
            self._told(step.check)
        return Point(turns=turns, case=step.case, check=step.check)

    def _known(self, turns: tuple[Turn, ...], name: str | None) -> tuple[Point, tuple[Turn, ...]]:
        """The latest point that is known, and all turns from the beginning."""
        keys = chain(turns, name or "")
        with self._lock:
            for place in range(len(keys), 0, -1):
                found = self._points.get(keys[place - 1])
                if found is not None:
                    self._points.move_to_end(keys[place - 1])
                    return found, (*found.turns, *turns[place:])
            kept = self._points.get(_named(name)) if name else None
        new = None if kept is None else _going_on(kept, turns)
        if kept is None or new is None:
            return Point(case=Case()), turns
        first = kept.turns[-1].index + 1
        return kept, (*kept.turns, *(replace(t, index=first + i) for i, t in enumerate(new)))

    def _keep(self, point: Point, name: str | None) -> None:
        if not point.turns or (point.check is not None and point.check.skipped is not None):
            return
        with self._lock:
            self._put(chain(point.turns, name or "")[-1], point)
            if name:
                self._put(_named(name), replace(point, turns=point.turns[-_MOST_KEPT:]))

    def _put(self, key: str, point: Point) -> None:
        self._points[key] = point
        self._points.move_to_end(key)
        while len(self._points) > self._most:
            self._points.popitem(last=False)


def why(verdict: Verdict) -> str:
    """Why a reply was stopped, without its words."""
    return ", ".join(signal.value for signal in verdict.signals) or "it could not be judged"


def _going_on(kept: Point, turns: tuple[Turn, ...]) -> tuple[Turn, ...] | None:
    """The new turns of a named conversation whose past was cut short, or not brought along.

    None if these are other turns: such as of a talk that began anew, or was edited.
    """
    last = kept.turns[-1]
    for place in range(len(turns) - 1, -1, -1):
        if (turns[place].role, turns[place].text) == (last.role, last.text):
            return turns[place + 1 :]
    return turns if turns and all(turn.role == "user" for turn in turns) else None


def _named(name: str) -> str:
    return f"name {name}"
