"""One answer of a stream: its words that wait to be judged, and those that have left."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from mien.guard import Hold, Mode, Outcome, Remedy, Verdict
from mien.guard.hold import Steps, Timing, gap
from mien.serve.dialect import Data, Dialect, dumped
from mien.serve.sse import remark, written


class Sent(NamedTuple):
    """What follows from an event.

    Attributes:
        data: Bytes that leave now.
        verdicts: Of sentences that were finished, but for those that simply pass.
        timings: Of all that were judged.
        again: The sentence for which the answer is to be asked for again; None for none.
        unread: Whether the event could not be understood, and passed without a look.
    """

    data: bytes = b""
    verdicts: tuple[Verdict, ...] = ()
    timings: tuple[Timing, ...] = ()
    again: Verdict | None = None
    unread: bool = False

    def then(self, after: Sent) -> Sent:
        """Both, one after the other."""
        if after is NOTHING:
            return self
        if self is NOTHING:
            return after
        return Sent(
            self.data + after.data,
            self.verdicts + after.verdicts,
            self.timings + after.timings,
            self.again or after.again,
            self.unread or after.unread,
        )


NOTHING = Sent()
"""Most tokens of a sentence that is held: nothing follows."""


@dataclass(slots=True)
class Words:
    """An event that says something.

    Attributes:
        data: What it is.
        text: The words.
        name: Of its `event:` line.
        raw: Its bytes as they came; None if they cannot be used.
        gone: Characters that have left.
    """

    data: Data
    text: str
    name: str = ""
    raw: bytes | None = None
    gone: int = 0


class Answer:
    """One of the answers of a stream.

    Args:
        key: Which.
        dialect: How it speaks.
        hold: Judges its sentences.
        mode: Whether they are held.
        blocked: To be shown where it is stopped.

    Attributes:
        sent: What the client has of it, notices included.
        heard: What of that the model said itself.
        stopped: Whether it was ended before its time.
        acted: Whether it has called a tool, which cannot be taken back.
    """

    def __init__(self, key: str, dialect: Dialect, hold: Hold, mode: Mode, blocked: str) -> None:
        self.sent = self.heard = ""
        self.stopped = self.acted = False
        self._key, self._dialect, self._hold = key, dialect, hold
        self._holds, self._remarks = mode is Mode.ENFORCE, mode is not Mode.OBSERVE
        self._blocked = blocked
        self._waiting: deque[Words] = deque()
        self._credit = 0
        self._joins = False

    @property
    def is_changed(self) -> bool:
        """Whether the client has other words than the model's."""
        return self.stopped or self.sent != self.heard

    @property
    def deadline(self) -> float | None:
        """When `late` is to be called if nothing comes before; None for never."""
        return self._hold.deadline if self._holds else None

    def say(self, text: str, like: Data, name: str) -> bytes:
        """Words of ours, as an event made after another one."""
        self.sent += text
        return written(dumped(self._dialect.spoken(like, self._key, text)), name)

    def rests(self, words: Words) -> bool:
        """Take words from which nothing follows yet; False, and nothing is taken, if some might."""
        if self.stopped or self._joins or not self._hold.rests(words.text):
            return False
        self._waiting.append(words)
        return True

    def take(self, words: Words, may_rewrite: bool) -> Steps[Sent]:
        """What follows from some more words, which may be held."""
        if not self._holds:
            return (yield from self.passed(words))
        joint = self._joint(words)
        self._waiting.append(words)
        outcome = yield from self._hold.feeding(words.text)
        sent = self._after(outcome, may_rewrite)
        return Sent(joint).then(sent) if joint else sent

    def passed(self, words: Words) -> Steps[Sent]:
        """What follows from words that are not held, or whose sound cannot be."""
        outcome = yield from self._hold.feeding(words.text)
        self.sent += words.text
        self.heard += words.text
        data = whole(words) + self._remarked(outcome.verdicts)
        if outcome.stopped is not None:
            data += self.stop(words)
        return Sent(data, outcome.verdicts, outcome.timings)

    def end(self, may_rewrite: bool) -> Steps[Sent]:
        """What follows if no more words come."""
        return self._after((yield from self._hold.ending()), may_rewrite)

    def late(self, may_rewrite: bool) -> Steps[Sent]:
        """What follows if words have waited long enough."""
        return self._after((yield from self._hold.waiting()), may_rewrite)

    def go_on(self, hold: Hold) -> None:
        """What comes next is of a second answer, which goes on from here."""
        self._hold, self._credit, self._joins = hold, 0, True
        self._waiting.clear()

    def _joint(self, words: Words) -> bytes:
        """A space between two answers, where neither has one."""
        is_first, self._joins = self._joins, False
        space = gap(self.sent, words.text) if is_first else ""
        return self.say(space, words.data, words.name) if space else b""

    def stop(self, like: Words) -> bytes:
        """End it here, with a notice."""
        self.stopped = True
        notice = f"\n\n{self._blocked}" if self.sent else self._blocked
        ends = self._dialect.ended(like.data, self._key)
        told = b"".join(written(dumped(one), like.name) for one in ends)
        return self.say(notice, like.data, like.name) + told

    def _after(self, outcome: Outcome, may_rewrite: bool) -> Sent:
        if not outcome.text and not outcome.timings and outcome.stopped is None:
            return NOTHING
        like = self._waiting[-1] if self._waiting else None
        self._credit += len(outcome.text)
        data = self._leaving() + self._remarked(outcome.verdicts)
        sent = Sent(data, outcome.verdicts, outcome.timings)
        if outcome.stopped is None or not self._holds or like is None:
            return sent
        if may_rewrite and outcome.stopped.remedy is Remedy.REWRITE and not self.acted:
            return sent._replace(again=outcome.stopped)
        return sent._replace(data=data + self.stop(like))

    def _leaving(self) -> bytes:
        """The events whose words may leave; one of which only some may is parted."""
        found = []
        while self._waiting and self._credit:
            first = self._waiting[0]
            size = min(len(first.text) - first.gone, self._credit)
            end = first.gone + size
            data = self._part(first, end)
            if data is None:
                break
            found.append(data)
            self.sent += first.text[first.gone : end]
            self.heard += first.text[first.gone : end]
            self._credit -= size
            first.gone = end
            if end == len(first.text):
                self._waiting.popleft()
        return b"".join(found)

    def _part(self, words: Words, end: int) -> bytes | None:
        """The event, or what is left of it; None if it cannot be parted there."""
        is_last = end == len(words.text)
        if is_last and not words.gone:
            return whole(words)
        part = self._dialect.part(words.data, self._key, words.gone, None if is_last else end)
        return None if part is None else written(dumped(part), words.name)

    def _remarked(self, verdicts: tuple[Verdict, ...]) -> bytes:
        """Comments that tell of the verdicts; they quote nothing."""
        if not self._remarks:
            return b""
        return b"".join(
            remark(
                "mien "
                + dumped(
                    {
                        "answer": self._key,
                        "remedy": one.remedy.value,
                        "signals": [signal.value for signal in one.signals],
                        "from": one.sentence.start,
                        "to": one.sentence.end,
                        "judged": one.skipped is None,
                    }
                )
            )
            for one in verdicts
        )


def whole(words: Words) -> bytes:
    """The event as it came, or written anew if it cannot be."""
    return words.raw if words.raw is not None else written(dumped(words.data), words.name)
