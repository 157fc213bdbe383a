"""A reply on its way out: each sentence is judged before it leaves, never the whole answer first.

Pure and synchronous: text comes in piece by piece, and what may leave goes out. Whoever streams
(a proxy, a gateway, an agent) stands around it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple, TypeVar

from mien.guard.check import Mode
from mien.guard.holding import Holding, Remedy, Verdict
from mien.guard.sentences import Sentence, Splitter


class Timing(NamedTuple):
    """How long a sentence took, in seconds.

    Attributes:
        held: From its first character's arrival to its release: how late a reader sees it begin.
        judged: Of that, what judging it took.
    """

    held: float
    judged: float


class Outcome(NamedTuple):
    """What follows from a piece of text.

    Attributes:
        text: What may leave now.
        verdicts: Of the sentences that were finished, but for those that simply pass.
        stopped: Why nothing more may leave; None as long as it may.
        timings: One for each sentence that was judged.
    """

    text: str = ""
    verdicts: tuple[Verdict, ...] = ()
    stopped: Verdict | None = None
    timings: tuple[Timing, ...] = ()


Judge = Callable[[Sentence], Verdict]

_NOTHING = Outcome()

Given = TypeVar("Given")


class Wanted(NamedTuple):
    """A sentence on which all that follows waits.

    Attributes:
        judge: Who says what to do about it.
        sentence: Which.
    """

    judge: Judge
    sentence: Sentence


Steps = Generator[Wanted, Verdict, Given]
"""Work that stops where a sentence is to be judged, and goes on with the verdict: whoever must not
wait may have it judged elsewhere."""


def settled(steps: Steps[Given]) -> Given:
    """What comes out if each sentence is judged here and now."""
    try:
        wanted = next(steps)
        while True:
            wanted = steps.send(wanted.judge(wanted.sentence))
    except StopIteration as done:
        found: Given = done.value
        return found


class Hold:
    """One reply, held sentence by sentence; of several choices each has its own.

    In mode `enforce` a sentence leaves once it is judged, and a remedy of `rewrite` or `block`
    stops the reply before it. In other modes text leaves as it comes and is judged on the way.

    >>> from mien.guard.sentences import Sentence
    >>> def judge(sentence: Sentence) -> Verdict:
    ...     return Verdict(Remedy.BLOCK if "secret" in sentence.text else Remedy.PASS, (), sentence)
    >>> hold = Hold(judge, mode=Mode.ENFORCE)
    >>> [hold.feed(piece).text for piece in ("Good mor", "ning. Our se", "cret. Bye.")]
    ['', 'Good morning.', '']

    Args:
        judge: Says what to do about a sentence.
        holding: How sentences are held.
        mode: How much of that is carried out.
        clock: Seconds that only rise.

    Attributes:
        said: All that has left.
    """

    def __init__(
        self,
        judge: Judge,
        holding: Holding | None = None,
        mode: Mode = Mode.ENFORCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.said = ""
        self._judge, self._clock = judge, clock
        self._holding = holding or Holding()
        self._holds = mode is Mode.ENFORCE
        self._splitter = Splitter(self._holding.longest_chars)
        self._since: float | None = None
        self._stopped = False

    @property
    def held(self) -> str:
        """What has come and may not leave yet."""
        return self._splitter.waiting if self._holds and not self._stopped else ""

    @property
    def deadline(self) -> float | None:
        """When `late` is to be called, by the clock, if no more text comes; None for never."""
        if self._stopped or self._since is None:
            return None
        return self._since + self._holding.longest_s

    def feed(self, text: str) -> Outcome:
        """What follows from the next piece of the reply."""
        return settled(self.feeding(text))

    def late(self) -> Outcome:
        """What follows if a sentence has waited long enough for its end."""
        return settled(self.waiting())

    def end(self) -> Outcome:
        """What follows if the reply ends here, or something else than text comes next."""
        return settled(self.ending())

    def rests(self, text: str) -> bool:
        """Take a piece from which nothing follows; False, and nothing is taken, if some might."""
        if not self._holds or self._stopped or not text:
            return False
        now = self._clock()
        began = self._since if self._since is not None else now
        is_due = now - began >= self._holding.longest_s or text.isspace()
        if is_due or not self._splitter.rests(text):
            return False
        self._since = began
        return True

    def feeding(self, text: str) -> Steps[Outcome]:
        """`feed`, step by step."""
        if self._stopped or not text:
            return _NOTHING
        now = self._clock()
        began = self._since if self._since is not None else now
        sentences = self._splitter.feed(text)
        is_late = not sentences and now - began >= self._holding.longest_s
        if is_late or self._splitter.waiting.isspace():
            # A space behind a sentence belongs to the same piece: none is cut for its sake.
            sentences += self._all()
        self._since = self._began(began, now, bool(sentences))
        if not sentences and self._holds:
            return _NOTHING
        return (yield from self._release(text, sentences, began))

    def waiting(self) -> Steps[Outcome]:
        """`late`, step by step."""
        deadline = self.deadline
        if deadline is None or self._clock() < deadline:
            return _NOTHING
        return (yield from self.ending())

    def ending(self) -> Steps[Outcome]:
        """`end`, step by step."""
        if self._stopped:
            return _NOTHING
        began = self._since if self._since is not None else self._clock()
        self._since = None
        return (yield from self._release("", self._all(), began))

    def _all(self) -> list[Sentence]:
        rest = self._splitter.cut()
        return [] if rest is None else [rest]

    def _began(self, began: float, now: float, finished: bool) -> float | None:
        """When the first character of what still waits came."""
        if not self._splitter.waiting:
            return None
        return now if finished else began

    def _release(self, text: str, sentences: Sequence[Sentence], began: float) -> Steps[Outcome]:
        free, verdicts, timings = list[str](), list[Verdict](), list[Timing]()
        arrived = self._clock()
        for sentence in sentences:
            if sentence.is_spoken:
                start = self._clock()
                verdict = yield Wanted(self._judge, sentence)
                end = self._clock()
                timings.append(Timing(end - began if self._holds else 0.0, end - start))
                if verdict.remedy is not Remedy.PASS or verdict.skipped:
                    verdicts.append(verdict)
                if self._holds and verdict.remedy.rank >= Remedy.REWRITE.rank:
                    self._stopped = True
                    return self._out("".join(free), verdicts, verdict, timings)
            free.append(sentence.text)
            began = arrived
        return self._out("".join(free) if self._holds else text, verdicts, None, timings)

    def _out(
        self,
        text: str,
        verdicts: list[Verdict],
        stopped: Verdict | None,
        timings: list[Timing],
    ) -> Outcome:
        self.said += text
        return Outcome(text, tuple(verdicts), stopped, tuple(timings))


def gap(before: str, after: str) -> str:
    """What stands between two answers that are shown as one: a space where neither has any.

    >>> gap("Good morning.", "Call a friend."), gap("Good morning. ", "Call a friend.")
    (' ', '')
    """
    parted = not before or not after or before[-1].isspace() or after[0].isspace()
    return "" if parted else " "
