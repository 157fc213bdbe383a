"""The guard beside a stream of requests: who was heard before, what to do, what was said then."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread

from mien.core.errors import GuardFailed, MienError
from mien.guard import Action, Check, Guard, Hold, Mode, Observation, Verdict
from mien.guard.chain import chain
from mien.guard.guard import Step
from mien.guard.hold import Steps, Timing, Wanted
from mien.guard.holding import ByObserver
from mien.guard.observation import side_of
from mien.guard.signals import Side
from mien.serve.helpers import Aside
from mien.serve.memory import Kept
from mien.serve.metrics import Metrics
from mien.serve.past import Past
from mien.serve.talk import Talk
from mien.serve.ways import Glancing, Seen, Sturdy, Ways
from mien.timeline import Turn

_LOG = logging.getLogger("mien.serve")

_INLINE = 4
_MOST = 200

Given = TypeVar("Given")


class Watch:
    """Follows conversations from request to request.

    Args:
        guard: What judges them.
        ways: How that is done.
        metrics: Where all is counted.

    Attributes:
        guard: Likewise; whatever fails in its observer is a failure of the guard. It has a glance
            at replies, for streams wait.
        whole: The same for where nobody does: it reads replies as a whole.
        ways: Likewise.
        metrics: Likewise.
        past: Finds conversations again.
        memory: Where it keeps them.
    """

    def __init__(
        self, guard: Guard, ways: Ways | None = None, metrics: Metrics | None = None
    ) -> None:
        self.guard, self.whole = _sturdy(guard, Glancing), _sturdy(guard, Sturdy)
        self.ways = ways or Ways()
        self.metrics = metrics or Metrics()
        self.past = Past(self.ways, self.skipped)
        self.memory = self.past.memory
        self._helpers = None if self.ways.waits else self.ways.helpers
        self._few: anyio.CapacityLimiter | None = None

    def warm(self) -> None:
        """Judge something: weights load at the first turn, which would be somebody's."""
        user = Turn(index=0, role="user", text="Good morning. How are you?")
        reply = Turn(index=1, role="assistant", text="I am an AI, and ready.")
        for turns in ((user,), (user, reply)):
            with suppress(MienError):  # what fails here fails, and is counted, with each turn
                self.whole.observer.observe(turns)

    def start(self) -> None:
        """Get ready, in the loop that serves."""
        self.warm()
        if self._helpers is not None:
            self._helpers.start(self.guard.observer.name, reads=self.guard.judge is None)

    async def stop(self) -> None:
        """End what was started."""
        if self._helpers is not None:
            await self._helpers.stop()

    async def before(self, talk: Talk) -> Seen:
        """What to do at the last turn of a request.

        Raises:
            GuardFailed: If it could not be judged, and nothing may pass unseen.
        """
        forgets = self.past.forgets(talk)
        await self.past.settled(talk)
        found, turns, known = self.past.known(talk)
        fresh = turns[known:][-_MOST:]
        heavy = len(fresh) > _INLINE
        with self._judging():
            last = None if heavy or not fresh else await self._beside(turns)
            work = partial(self._follow, talk, turns, found, fresh, last)
            seen = replace(await self.run(work, heavy=heavy), forgets=forgets)
        if seen.check is not None and fresh:
            self._told(seen.check, seen.talk)
        return seen

    def hold(self, seen: Seen) -> Hold:
        """For a reply to it."""
        return self.guard.hold(seen.turns, self.ways.holding)

    def aside(self, seen: Seen) -> Aside | None:
        """Where the sentences of a reply are judged; None for here."""
        return None if self._helpers is None else self._helpers.aside(seen.turns)

    async def hear(self, steps: Steps[Given], aside: Aside | None = None) -> Given:
        """Take steps, whose sentences never wait for a judge, only for the observer.

        Args:
            steps: What is to be done.
            aside: Where sentences are judged; None for here, or in a thread if the observer waits.
        """
        try:
            wanted = next(steps)
            while True:
                wanted = steps.send(await self._verdict(wanted, aside))
        except StopIteration as done:
            found: Given = done.value
            return found

    async def _verdict(self, wanted: Wanted, aside: Aside | None) -> Verdict:
        judge, sentence = wanted
        if aside is not None and isinstance(judge, ByObserver):
            seen = await aside.observe(judge.turn(sentence))
            if seen is not None:
                return judge.verdict(sentence, seen)
        if self.ways.waits:
            return await _threaded(partial(judge, sentence))
        return judge(sentence)

    async def _beside(self, turns: Sequence[Turn]) -> Observation | None:
        """The signals of the last turn, if helpers can tell them all."""
        if self._helpers is None or self.guard.judge is not None:
            return None
        is_said = side_of(turns[-1]) is not None and turns[-1].text.strip()
        return await self._helpers.observe(turns) if is_said else None

    async def after(self, seen: Seen, heard: str, sent: str, answer_id: str | None) -> Check | None:
        """The check of a reply that has been sent; None if nothing was said.

        Args:
            seen: The request.
            heard: The model's own words.
            sent: What the client has, notices included: its next request quotes that.
            answer_id: Under which the client may go on from it.

        Raises:
            GuardFailed: If it could not be judged, and nothing may pass unseen.
        """
        if not sent.strip():
            return None
        index = seen.turns[-1].index + 1 if seen.turns else 0
        turn = Turn(index=index, role="assistant", text=heard or sent, at=self.ways.now())
        turns = (*seen.turns, turn)
        with self.past.underway(seen, answer_id):
            with self._judging():
                step = await self._replied(turns, seen)
            self._told(step.check, seen.talk)
            self.past.keep_reply(seen, replace(turn, text=sent), step.case, answer_id)
        return step.check

    async def _replied(self, turns: Sequence[Turn], seen: Seen) -> Step:
        """What follows from a whole reply: read where nothing waits for it, else glanced at."""
        guard, found = self.guard, None
        if self._in_threads:
            guard = self.whole
        elif self._helpers is not None:
            try:
                found = await self._helpers.read(turns)
            except GuardFailed:
                guard = self.whole  # fails again there, and is counted
        if found is None and guard is self.guard:
            self.metrics.count("mien_guard_glances_total")
        step = partial(guard.step, turns, seen.case, seen.talk.person, found)
        return await self.run(step, heavy=guard is self.whole)

    @contextmanager
    def _judging(self) -> Iterator[None]:
        """What is judged is timed, and counted if it failed and nothing may pass."""
        began = time.perf_counter()
        try:
            yield
        except GuardFailed:
            self.skipped("observer")
            raise
        finally:
            self.metrics.time("mien_guard_judge_seconds", time.perf_counter() - began)

    async def slowly(self, work: Callable[[], Given]) -> Given:
        """Do what may take seconds in a thread, two at a time: others are left for turns."""
        if self._few is None:
            self._few = anyio.CapacityLimiter(2)
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._few)

    async def run(self, work: Callable[[], Given], *, heavy: bool = False) -> Given:
        """Do it here if it takes a millisecond, in a thread if it may take longer."""
        return await _threaded(work) if heavy or self._in_threads else work()

    @property
    def _in_threads(self) -> bool:
        """Whether whatever judges waits for somebody."""
        return self.ways.waits or self.guard.judge is not None

    def count(self, verdicts: Sequence[Verdict], timings: Sequence[Timing]) -> None:
        """Count what was found in sentences of a reply."""
        mode = self.guard.mode.value
        for verdict in verdicts:
            if verdict.skipped is not None:
                self.skipped("observer")
            if verdict.skipped is None or verdict.signals:
                self.metrics.count(
                    "mien_guard_remedies_total", remedy=verdict.remedy.value, mode=mode
                )
        for timing in timings:
            self.metrics.time("mien_guard_hold_seconds", timing.held)
            self.metrics.time("mien_guard_judge_seconds", timing.judged)
        judged = len(timings) - sum(one.skipped is not None for one in verdicts)
        if judged:
            self.metrics.count("mien_guard_checks_total", judged, point="sentence")

    def skipped(self, reason: str) -> None:
        """Count what was not judged; it never counts as a check."""
        self.metrics.count("mien_guard_skipped_total", reason=reason)
        self.metrics.count("mien_guard_failures_total", done=self.guard.on_failure)

    def _follow(
        self,
        talk: Talk,
        turns: tuple[Turn, ...],
        kept: Kept | None,
        fresh: tuple[Turn, ...],
        last: Observation | None,
    ) -> Seen:
        case = kept.case if kept else self.past.beginning(talk, self.guard.policy)
        check = kept.check if kept and not fresh else None
        for place in range(len(turns) - len(fresh), len(turns)):
            if side_of(turns[place]) is None or not turns[place].text.strip():
                continue
            known = last if place == len(turns) - 1 else None
            step = self.guard.step(turns[: place + 1], case, talk.person, known)
            case, check = step.case, step.check
        if check is not None and (not turns or check.role is not Side.USER):
            check = None
        key = (chain(talk.turns, talk.salt) or [""])[-1]
        if fresh and check is not None and check.skipped is None:
            stop = turns[-1].index + 1
            kept = Kept(case=case, check=check, next=stop, person=talk.person_id)
            self.memory.put(key, kept)
        return Seen(talk=talk, turns=turns, case=case, check=check, key=key)

    def forget(self, person: str) -> int:
        """Erase a person; gives the number of conversations of theirs that were there.

        Raises:
            StoreError: If the store cannot.
        """
        return self.past.forget(person)

    def refresh(self) -> None:
        """Bring gauges up to date."""
        self.metrics.gauge("mien_guard_kept_conversations", len(self.memory))
        if self.ways.hand_over is not None:
            for name, n in self.ways.hand_over.counts._asdict().items():
                self.metrics.gauge(f"mien_guard_hand_overs_{name}", n)

    def _told(self, check: Check, talk: Talk) -> None:
        if check.skipped is not None:
            self.skipped("observer")
        else:
            point = "user_turn" if check.role is Side.USER else "reply"
            self.metrics.count("mien_guard_checks_total", point=point)
            self.metrics.count(
                "mien_guard_actions_total", action=check.action.value, mode=check.mode.value
            )
        if self.ways.hand_over is not None and check.mode is not Mode.OBSERVE:
            self.ways.hand_over.tell(check, conversation=talk.id, person=talk.person_id)
        if self.ways.decisions is not None and (
            check.action is not Action.NOTHING or check.skipped
        ):
            with self.past.storing("decisions"):
                self.ways.decisions.write(check, talk.id, self.ways.now())


def _sturdy(guard: Guard, kind: type[Sturdy]) -> Guard:
    return Guard(
        guard.policy,
        observer=kind(guard.observer),
        judge=None if guard.judge is None else Sturdy(guard.judge),
        mode=guard.mode,
        on_failure=guard.on_failure,
        resources=guard.resources,
    )


async def _threaded(work: Callable[[], Given]) -> Given:
    return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
