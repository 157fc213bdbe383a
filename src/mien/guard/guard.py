"""`mien.Guard`: a conversation in, what to do at each of its turns out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from mien.core.errors import ConfigError, GuardFailed, MienError
from mien.guard.carrying import NOBODY, Person, Words, quoted, word
from mien.guard.case import Case, Shown, facts_of, follow_turn
from mien.guard.check import Action, Check, Mode, Reason, Trend
from mien.guard.deciding import Decision, decide
from mien.guard.hold import Hold
from mien.guard.holding import ByObserver, Holding
from mien.guard.observation import Observation, Observer, side_of
from mien.guard.policy import Policy, load_policy
from mien.guard.resources import Resource
from mien.guard.risk import Mark, Track, estimate, reasons, trend, worst
from mien.guard.signals import Side
from mien.timeline import Conversation, Turn


class Guard:
    """Watches conversations by a policy.

    >>> guard = Guard("default")
    >>> [check.action for check in guard.check(conversation)]  # doctest: +SKIP

    Attributes:
        policy: When to step in.
        observer: What judges turns; by default the detectors that come with the package.
        judge: Whom it asks where it is in doubt, such as a language model by the name that
            `open_judge` takes; None for nobody. Sentences on their way out never wait for it.
        mode: How much of a decision is carried out.
    """

    def __init__(
        self,
        policy: str | Path | Policy = "default",
        *,
        observer: Observer | None = None,
        judge: Observer | str | None = None,
        mode: Mode | str = Mode.OBSERVE,
        on_failure: Literal["open", "closed"] = "open",
        resources: Sequence[Resource] = (),
    ) -> None:
        self.policy = policy if isinstance(policy, Policy) else load_policy(policy)
        self.observer = observer or _local()
        self.judge = _opened(judge) if isinstance(judge, str) else judge
        try:
            self.mode = Mode(mode)
        except ValueError:
            raise ConfigError(f"mode must be one of {', '.join(Mode)}, not {mode!r}") from None
        if on_failure not in ("open", "closed"):
            raise ConfigError(f"on_failure must be open or closed, not {on_failure!r}")
        self.on_failure = on_failure
        self._both = self.observer
        if self.judge is not None:
            self._both = _blended(self.observer, self.judge, strict=on_failure == "closed")
        self.resources = tuple(resources)

    def check(
        self, conversation: Conversation, person: Person = NOBODY, case: Case | None = None
    ) -> list[Check]:
        """A check of each turn of the user and the assistant, each made at its own time.

        Args:
            conversation: From its beginning.
            person: What is known of the user.
            case: What was known before the conversation; by default nothing.

        Raises:
            GuardFailed: If a turn could not be judged and `on_failure` is closed.
        """
        return [step.check for step in self.follow(conversation.turns, person, case)]

    def follow(
        self, turns: Sequence[Turn], person: Person = NOBODY, case: Case | None = None
    ) -> Iterator[Step]:
        """Each turn's check, and the case after it."""
        case = case or Case()
        for index, turn in enumerate(turns):
            if side_of(turn) is None:
                continue
            step = self.step(turns[: index + 1], case, person)
            case = step.case
            yield step

    def step(
        self,
        turns: Sequence[Turn],
        case: Case,
        person: Person = NOBODY,
        seen: Observation | None = None,
    ) -> Step:
        """The check of the last of some turns, and the case after it.

        Args:
            turns: The last is the user's or the assistant's.
            case: After the turn before it.
            person: What is known of the user.
            seen: The signals of the turn, if they are known.

        Raises:
            GuardFailed: As `check`.
        """
        # Who was known to be a minor stays one where a later request does not say.
        case = replace(case, minor=case.minor or person.minor, quiet=person.quiet)
        try:
            seen = seen or self._both.observe(turns)
        except MienError as error:
            return self._skipped(turns[-1], case, error)
        turn = turns[-1]
        case = follow_turn(case, turn, seen, self.policy)
        decision = decide(facts_of(case, turn, seen, self.policy), case, self.policy)
        check, case = self._carried_out(decision, turns, seen, case, person)
        return Step(check, case)

    def hold(self, turns: Sequence[Turn], holding: Holding | None = None) -> Hold:
        """The reply to some turns on its way out: text in, what may leave out.

        Args:
            turns: All before the reply.
            holding: What is done about a sentence; by default serious ones are rewritten.
        """
        holding = holding or Holding()
        return Hold(ByObserver(self.observer, turns, holding, self.on_failure), holding, self.mode)

    def _carried_out(
        self,
        decision: Decision,
        turns: Sequence[Turn],
        seen: Observation,
        case: Case,
        person: Person,
    ) -> tuple[Check, Case]:
        words = word(decision, turns, case, person, self.policy, self.resources)
        by = self.policy.dynamics
        risk = worst(case.history, by)
        check = Check(
            turn=seen.turn,
            role=seen.side,
            signals=seen.signals,
            raised=tuple(sorted(seen.raised, key=lambda s: (-seen.signals[s], s))),
            level=seen.level,
            risk=risk.risk,
            risk_sd=risk.sd,
            trend=trend(case.history),
            tracks={track.value: estimate(case.history, track, by).risk for track in Track},
            action=decision.action,
            step=decision.step,
            reasons=tuple(_reason(mark, turns) for mark in reasons(case.history, seen.turn, by)),
            because=decision.because,
            held_back=decision.held_back,
            instruction=words.instruction,
            notice=words.notice,
            policy=self.policy.id,
            by=seen.by,
            mode=self.mode,
        )
        return check, _after(case, decision, seen.turn, words)

    def _skipped(self, turn: Turn, case: Case, error: MienError) -> Step:
        """A turn that could not be judged: passed and said so, or refused."""
        if self.on_failure == "closed":
            raise GuardFailed(f"turn {turn.index} could not be judged: {error}") from error
        by = self.policy.dynamics
        risk = worst(case.history, by)
        check = Check(
            turn=turn.index,
            role=side_of(turn) or Side.USER,
            signals={},
            risk=risk.risk,
            risk_sd=risk.sd,
            trend=Trend.STEADY,
            tracks={track.value: estimate(case.history, track, by).risk for track in Track},
            policy=self.policy.id,
            by=self._both.name,
            mode=self.mode,
            skipped=str(error),
        )
        return Step(check, case)


def _local() -> Observer:
    # Its weights take a moment to read, which those with an observer of their own need not wait.
    from mien.guard.local import LocalObserver

    return LocalObserver()


def _opened(judge: str) -> Observer:
    # Few have a judge, and theirs brings a client for the network.
    from mien.guard.judge import open_judge

    return open_judge(judge)


def _blended(observer: Observer, judge: Observer, *, strict: bool) -> Observer:
    from mien.guard.judge import Blend

    return Blend(observer, judge, strict=strict)


@dataclass(frozen=True, slots=True)
class Step:
    """A check, and the case after it."""

    check: Check
    case: Case


def _after(case: Case, decision: Decision, turn: int, words: Words) -> Case:
    """The case that remembers what was done."""
    shown = case.shown
    if decision.action not in (Action.NOTHING, Action.WATCH):
        shown = (*shown, Shown(decision.key, turn))
    return replace(case, shown=shown, given=words.given, offered=(*case.offered, *words.offered))


def _reason(mark: Mark, turns: Sequence[Turn]) -> Reason:
    return Reason(mark.signal, mark.turn, quoted(mark.turn, mark.quote, turns), mark.p)
