"""A streamed answer on its way from a model's server to a client, event by event.

Bytes leave as they came unless a change is needed: then, and only then, is an event written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mien.guard import Hold, Mode
from mien.guard.hold import Steps
from mien.serve.answer import NOTHING, Answer, Sent, Words, whole
from mien.serve.dialect import MISSHAPEN, Data, Dialect, Heard, parsed
from mien.serve.sse import Event


class Outgoing:
    """The answers of one stream.

    Args:
        dialect: How it speaks.
        new_hold: Gives a hold for an answer.
        mode: Whether sentences are held; else all passes and is judged on the way.
        notice: To be shown before the first words; None for nothing.
        blocked: To be shown where an answer is stopped.
        rewrites: How often it may be asked for again.

    Attributes:
        answer_id: The id of the answer, once it was told.
    """

    def __init__(
        self,
        dialect: Dialect,
        new_hold: Callable[[], Hold],
        *,
        mode: Mode,
        notice: str | None = None,
        blocked: str = "",
        rewrites: int = 0,
    ) -> None:
        self.answer_id: str | None = None
        self._dialect, self._new_hold, self._mode = dialect, new_hold, mode
        self._notice, self._blocked = notice, blocked
        self._rewrites = rewrites if dialect.free else 0
        self._answers: dict[str, Answer] = {}
        self._first: Data | None = None
        self._adopts = False
        self._last: Words | None = None

    @property
    def sent(self) -> dict[str, str]:
        """The words that left, by answer: what the client has, notices included."""
        return {key: answer.sent for key, answer in self._answers.items()}

    @property
    def heard(self) -> dict[str, str]:
        """The model's own words of these."""
        return {key: answer.heard for key, answer in self._answers.items()}

    @property
    def deadline(self) -> float | None:
        """When `late` is to be called if nothing comes before; None for never."""
        times = [one.deadline for one in self._answers.values()]
        return min((at for at in times if at is not None), default=None)

    def feed(self, events: Sequence[Event]) -> Steps[Sent]:
        """What follows from the next events, up to one for which to ask again."""
        sent = NOTHING
        for event in events:
            sent = sent.then((yield from self._fed(event)))
            if sent.again is not None:
                break
        return sent

    def late(self) -> Steps[Sent]:
        """What follows if nothing has come for a while: sentences leave as far as they came."""
        return self._all(Answer.late)

    def end(self) -> Steps[Sent]:
        """What follows if no more words come."""
        return self._all(Answer.end)

    def go_on(self) -> None:
        """What comes next is of a second answer, which goes on where the first was stopped."""
        self._rewrites -= 1
        self._adopts = True
        for answer in self._answers.values():
            answer.go_on(self._new_hold())

    def block(self) -> Sent:
        """End every answer here."""
        if self._last is None:
            return Sent()
        going = [one for one in self._answers.values() if not one.stopped]
        return Sent(b"".join(one.stop(self._last) for one in going))

    def _fed(self, event: Event) -> Steps[Sent]:
        if event.data is None:
            return Sent(event.raw)
        data = parsed(event.data)
        try:
            if data is not None:
                return (yield from self._read(event, data))
        except MISSHAPEN:
            pass
        # Unread, it still ends what was said before it, so that the order stays.
        is_end = event.data.strip() == "[DONE]"
        ended = yield from self.end()
        return ended.then(Sent(event.raw, unread=not is_end))

    def _all(self, what: Callable[[Answer, bool], Steps[Sent]]) -> Steps[Sent]:
        sent = NOTHING
        for answer in self._answers.values():
            sent = sent.then((yield from what(answer, self._rewrites > 0)))
        return sent

    def _read(self, event: Event, data: Data) -> Steps[Sent]:
        if self._first is None:
            self._first = data
        elif self._adopts:
            data = self._dialect.adopted(data, self._first)
        self.answer_id = self.answer_id or self._dialect.answer_id(data)
        parts = self._dialect.hear(data)
        if len(parts) == 1:
            heard = parts[0][0]
            words = Words(data, heard.text, event.name, None if self._adopts else event.raw)
            return NOTHING if self._rests(heard, words) else (yield from self._one(heard, words))
        sent = NOTHING
        for heard, part in parts:
            words = Words(part, heard.text, event.name)
            sent = sent.then((yield from self._one(heard, words)))
        if self._mode is Mode.ENFORCE:
            return sent
        # Nothing is held: an event of several answers leaves as it came.
        return sent._replace(data=event.raw)

    def _one(self, heard: Heard, words: Words) -> Steps[Sent]:
        if heard.key is None:
            ended = yield from self.end()
            return ended.then(Sent(self._settled(words)))
        answer, opening = self._answers.get(heard.key), b""
        if answer is None and (heard.text or self._dialect.free):
            answer = self._begun(heard.key)
            if self._notice:
                opening = answer.say(f"{self._notice}\n\n", words.data, words.name)
        if answer is None:
            return Sent(whole(words))
        if answer.stopped:
            return NOTHING
        self._last = words
        sent = yield from self._said(heard, words, answer)
        return Sent(opening).then(sent) if opening else sent

    def _rests(self, heard: Heard, words: Words) -> bool:
        """Whether these words only wait, as most of them do: then they have been taken."""
        answer = None if heard.key is None else self._answers.get(heard.key)
        if answer is None or heard.closes or heard.is_sound or not answer.rests(words):
            return False
        self._last = words
        return True

    def _begun(self, key: str) -> Answer:
        answer = Answer(key, self._dialect, self._new_hold(), self._mode, self._blocked)
        self._answers[key] = answer
        return answer

    def _said(self, heard: Heard, words: Words, answer: Answer) -> Steps[Sent]:
        may_rewrite = self._rewrites > 0
        if not heard.text:
            sent = yield from answer.end(may_rewrite)
            answer.acted = answer.acted or heard.acts
            if answer.stopped or sent.again:
                return sent
            return sent.then(Sent(whole(words)))
        taken = answer.passed(words) if heard.is_sound else answer.take(words, may_rewrite)
        sent = yield from taken
        if heard.closes and not answer.stopped and not sent.again:
            sent = sent.then((yield from answer.end(may_rewrite)))
        return sent

    def _settled(self, words: Words) -> bytes:
        """An event for all answers: where it repeats words, it repeats those that were sent."""
        changed = {key: one.sent for key, one in self._answers.items() if one.is_changed}
        if not changed or self._dialect.free:
            return whole(words)
        stopped = frozenset(key for key, one in self._answers.items() if one.stopped)
        words.data, words.raw = self._dialect.reworded(words.data, changed, stopped), None
        return whole(words)
