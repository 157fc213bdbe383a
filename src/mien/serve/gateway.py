"""LiteLLM's Generic Guardrail API: the guard for whoever runs LiteLLM's proxy.

Built for any field to be missing or new. A check of a response brings no conversation along, so
that of its request is kept under the id of the call. Texts go back in the order and number in which
they came. Streaming, each round brings all that was said so far: what has no end yet is withheld.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from mien.core.errors import GuardFailed
from mien.guard import Check, Hold, Mode, Remedy, Verdict
from mien.guard.chain import chain
from mien.guard.hold import Steps
from mien.guard.wording import notice
from mien.serve.dialect import Data, Said, text_of, with_instruction
from mien.serve.talk import Talk, Trust, named, person_in, turns_of
from mien.serve.watch import Watch
from mien.serve.ways import Seen

_MOST = 2_000

_QUIET_S = 2.0
"""Nobody says when a streamed reply is complete: it is if nothing more has come for so long."""

NONE: Data = {"action": "NONE"}


@dataclass(slots=True)
class _Text:
    """One text of a response, as far as it has been judged."""

    hold: Hold
    fed: str = ""
    stopped: Verdict | None = None


@dataclass(slots=True)
class _Call:
    """A call of a model: its request, and its answers so far."""

    seen: Seen
    notice: str | None = None
    texts: list[_Text] = field(default_factory=list)
    heard: str = ""
    shown: str = ""
    waiting: asyncio.TimerHandle | None = None


class Gateway:
    """Answers LiteLLM's questions.

    Args:
        watch: The guard.
        trust: What requests may say of their users.
    """

    def __init__(self, watch: Watch, trust: Trust | None = None) -> None:
        self._watch, self._trust = watch, trust or Trust()
        self._calls: OrderedDict[str, _Call] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, asked: Data) -> Data:
        """What to do about a request, or about a response as far as it has come."""
        texts = [text for text in _list(asked.get("texts")) if isinstance(text, str)]
        try:
            if asked.get("input_type") == "response":
                return await self._response(asked, texts)
            return await self._request(asked, texts)
        except GuardFailed:
            return {"action": "BLOCKED", "blocked_reason": "the guard could not judge this"}

    async def _request(self, asked: Data, texts: Sequence[str]) -> Data:
        rows = [row for row in _list(asked.get("structured_messages")) if isinstance(row, dict)]
        said = [Said(str(row.get("role")), text_of(row.get("content"))) for row in rows]
        talk = self._talk(asked, said or [Said("user", text) for text in texts])
        if not talk.turns:
            self._watch.skipped("empty_request")
            return NONE
        await self.settle(talk)
        seen = await self._watch.before(talk)
        check = seen.check if self._watch.guard.mode is not Mode.OBSERVE else None
        self._remember(asked, _Call(seen, check.notice if check else None))
        if check is None or check.instruction is None or not rows:
            return NONE
        told = with_instruction(rows, check.instruction, first=False)
        return {
            "action": "GUARDRAIL_INTERVENED",
            "texts": list(texts),
            "structured_messages": told,
            "mien": _decided(check),
        }

    async def _response(self, asked: Data, texts: Sequence[str]) -> Data:
        call = self._calls.get(str(asked.get("litellm_call_id")))
        if call is None:
            # Its request was not shown to us: the reply is judged by itself.
            call = _Call(await self._watch.before(self._talk(asked, [])))
            self._remember(asked, call)
        shown, withheld, stops = [], [], []
        for place, text in enumerate(texts):
            told, back, stopped = await self._judged(call, place, text)
            shown.append(told)
            withheld.append(back)
            stops.append(stopped)
        call.heard, call.shown = _first(texts), _first(shown)
        self._wait(call)
        return self._decision(texts, shown, withheld, [one for one in stops if one is not None])

    async def settle(self, talk: Talk | None = None) -> None:
        """Judge replies as a whole that nobody has said are complete.

        Args:
            talk: Only those of the conversation that goes on so; None for all.
        """
        waiting = [call for call in self._calls.values() if call.waiting is not None]
        if talk is not None:
            points = set(chain(talk.turns, talk.salt))
            # Calls that nobody named have one salt: what was said tells them apart.
            waiting = [
                call
                for call in waiting
                if call.seen.talk.salt == talk.salt and (talk.name or call.seen.key in points)
            ]
        await asyncio.gather(*map(self._finish, waiting))
        if talk is None:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def forget(self, person: str) -> int:
        """Erase a person; gives the number of conversations of theirs that were kept elsewhere.

        Their calls go too, and with them the words of replies that wait to be judged as a whole.

        Raises:
            StoreError: If the store cannot.
        """
        theirs = [name for name, c in self._calls.items() if c.seen.talk.person_id == person]
        for name in theirs:
            waiting = self._calls.pop(name).waiting
            if waiting is not None:
                waiting.cancel()
        return self._watch.forget(person)

    def _wait(self, call: _Call) -> None:
        if call.waiting is not None:
            call.waiting.cancel()
        loop = asyncio.get_running_loop()

        def finish() -> None:
            task = loop.create_task(self._finish(call))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        call.waiting = loop.call_later(_QUIET_S, finish)

    async def _finish(self, call: _Call) -> None:
        if call.waiting is None:
            return
        call.waiting.cancel()
        call.waiting = None
        with suppress(GuardFailed):  # counted where it failed; the reply itself has left
            await self._watch.after(call.seen, call.heard, call.shown, None)

    def _decision(
        self,
        texts: Sequence[str],
        shown: Sequence[str],
        withheld: Sequence[int],
        stops: Sequence[Verdict],
    ) -> Data:
        if any(one.remedy is Remedy.BLOCK for one in stops):
            signals = dict.fromkeys(signal.value for one in stops for signal in one.signals)
            reason = ", ".join(signals) or "it could not be judged"
            return {"action": "BLOCKED", "blocked_reason": f"the reply was stopped: {reason}"}
        answer: Data = {"action": "NONE", "stream_holdback_chars": list(withheld)}
        if list(shown) != list(texts):
            answer |= {"action": "GUARDRAIL_INTERVENED", "texts": list(shown)}
        return answer

    async def _judged(self, call: _Call, place: int, text: str) -> tuple[str, int, Verdict | None]:
        """A text as it may be shown, how much of its end must wait, and what stopped it."""
        one = self._text(call, place, text)
        if one.stopped is None:
            added = text[len(one.fed) :]
            outcome = await self._watch.hear(one.hold.feeding(added))
            one.fed = text
            self._watch.count(outcome.verdicts, outcome.timings)
            one.stopped = outcome.stopped
        opening = f"{call.notice}\n\n" if call.notice and text else ""
        if self._watch.guard.mode is not Mode.ENFORCE:
            return opening + text, 0, None
        said, waiting = one.hold.said, one.hold.held
        # The last round withholds nothing: what has no end yet must be harmless as it stands.
        last = one.stopped or await self._watch.hear(self._glance(call, waiting))
        if last is None:
            return opening + said + waiting, len(waiting), None
        language = call.seen.talk.person.language
        return f"{opening}{said}\n\n{notice('blocked', language)}", 0, last

    def _glance(self, call: _Call, text: str) -> Steps[Verdict | None]:
        hold = self._watch.hold(call.seen)
        fed = yield from hold.feeding(text)
        return fed.stopped or (yield from hold.ending()).stopped

    def _text(self, call: _Call, place: int, text: str) -> _Text:
        while len(call.texts) <= place:
            call.texts.append(_Text(self._watch.hold(call.seen)))
        one = call.texts[place]
        if not text.startswith(one.fed):
            # Not the continuation of what was judged: from the beginning.
            one = call.texts[place] = _Text(self._watch.hold(call.seen))
        return one

    def _talk(self, asked: Data, said: Sequence[Said]) -> Talk:
        told = asked.get("request_headers")
        headers = (
            {str(k).lower(): str(v) for k, v in told.items()} if isinstance(told, dict) else {}
        )
        trace = asked.get("litellm_trace_id")
        person, person_id = person_in(headers, self._trust)
        name = named(headers, None) or named({"x-mien-conversation": str(trace or "")}, None)
        return Talk(turns=turns_of(said), name=name, person=person, person_id=person_id)

    def _remember(self, asked: Data, call: _Call) -> None:
        name = asked.get("litellm_call_id")
        if not isinstance(name, str):
            return
        self._calls[name] = call
        while len(self._calls) > _MOST:
            self._calls.popitem(last=False)


def _decided(check: Check) -> Data:
    return {"action": check.action.value, "step": check.step, "risk": round(check.risk, 4)}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _first(texts: Sequence[str]) -> str:
    return texts[0] if texts else ""
