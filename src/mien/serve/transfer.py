"""One guarded answer from a model's server to a client, streamed or whole."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import anyio

from mien.core.errors import GuardFailed
from mien.guard import Mode, Verdict
from mien.guard.holding import correction
from mien.serve.answer import Sent
from mien.serve.dialect import MISSHAPEN, Data, Dialect, dumped, parsed
from mien.serve.door import Message, Send
from mien.serve.headers import Headers, returned
from mien.serve.outgoing import Outgoing
from mien.serve.sse import Event, Reader
from mien.serve.upstream import Lost, Reply
from mien.serve.watch import Watch
from mien.serve.ways import Seen
from mien.serve.whole import Whole

_TICK_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the model's server was asked.

    Attributes:
        dialect: In which protocol.
        data: The request.
        body: Its bytes.
        send: Asks with a body.
        first: Where corrections go: into the first system message, or as one of their own.
        is_one: Whether one answer is wanted.
        blocked: What to show where an answer is stopped.
    """

    dialect: Dialect
    data: Data
    body: bytes
    send: Callable[[bytes], AbstractAsyncContextManager[Reply]]
    first: bool
    is_one: bool
    blocked: str

    def again(self, said: str, verdict: Verdict) -> bytes:
        """The request that lets the model go on after what it has said."""
        told = self.dialect.again(self.data, said, correction(verdict), self.first)
        return dumped(told).encode("utf-8", "surrogatepass")


class Transfer:
    """The way of one answer.

    Args:
        watch: The guard.
        asked: What was asked.
        seen: What the guard made of the request.
        more: Headers to add.
        send: To the client.
    """

    def __init__(self, watch: Watch, asked: Asked, seen: Seen, more: Headers, send: Send) -> None:
        self._watch, self._asked, self._seen = watch, asked, seen
        self._more, self._send = list(more), send
        self._mode = watch.guard.mode
        self._passes = self._mode is Mode.OBSERVE
        self._lock = asyncio.Lock()
        self._late: Verdict | None = None
        check = seen.check
        self._aside = watch.aside(seen)
        self._notice = None if check is None or self._mode is Mode.OBSERVE else check.notice

    async def run(self, response: Reply) -> None:
        """Bring the answer over.

        Raises:
            Lost: If the model's server breaks off.
        """
        try:
            if response.header("content-encoding", "identity") != "identity":
                await self._unread(response, "packed_answer")
            elif response.header("content-type").startswith("text/event-stream"):
                await self._stream(response)
            else:
                await self._whole(response)
        finally:
            self._close_aside()

    def _close_aside(self) -> None:
        """No more sentences come: what helpers keep for them may go."""
        if self._aside is not None:
            self._aside.close()

    async def _unread(self, response: Reply, reason: str) -> None:
        """An answer that the guard cannot read passes, or breaks off, as configured."""
        self._watch.skipped(reason)
        if self._watch.guard.on_failure == "closed":
            raise Lost("unreadable", "an answer that the guard cannot read")
        await self._start(response, changed=False)
        while piece := await response.read():
            await self._put(piece)
        await self._put(b"", more=False)

    async def _stream(self, response: Reply) -> None:
        rewrites = self._watch.ways.holding.rewrites if self._asked.is_one else 0
        outgoing = Outgoing(
            self._asked.dialect,
            lambda: self._watch.hold(self._seen),
            mode=self._mode,
            notice=self._notice,
            blocked=self._asked.blocked,
            rewrites=rewrites,
        )
        await self._start(response, changed=True)
        ticking = asyncio.create_task(self._tick(outgoing))
        try:
            await self._pump(response, outgoing)
            await self._put(b"", more=False)
        finally:
            ticking.cancel()
            await self._after(outgoing.heard, outgoing.sent, outgoing.answer_id)

    async def _pump(self, response: Reply, outgoing: Outgoing) -> None:
        """Bring events over; where a sentence is held back for good, ask again."""
        verdict = await self._events(response, outgoing)
        while verdict is not None:
            response.close()
            said = next(iter(outgoing.heard.values()), "")
            outgoing.go_on()
            self._late = None
            async with self._asked.send(self._asked.again(said, verdict)) as second:
                if second.status != 200:
                    self._watch.metrics.count("mien_guard_rewrites_total", outcome="refused")
                    await self._out(outgoing.block(), time.perf_counter())
                    await self._put(b"data: [DONE]\n\n")
                    return
                self._watch.metrics.count("mien_guard_rewrites_total", outcome="asked")
                verdict = await self._events(second, outgoing)

    async def _events(self, response: Reply, outgoing: Outgoing) -> Verdict | None:
        """Bring events over; the sentence for which to ask again, or None at the end."""
        reader = Reader()
        try:
            while piece := await response.read():
                began = time.perf_counter()
                events = reader.feed(piece)
                if self._passes:
                    # Not a byte is changed and none waits: the guard reads a copy.
                    await self._put(piece)
                async with self._lock:
                    verdict = await self._heard(outgoing, events, began)
                if verdict is not None:
                    return verdict
        except Lost:
            # Whatever came is judged and leaves, even if the server broke off.
            await self._end(outgoing, reader)
            raise
        return await self._end(outgoing, reader)

    async def _end(self, outgoing: Outgoing, reader: Reader) -> Verdict | None:
        async with self._lock:
            sent = await self._watch.hear(outgoing.end(), self._aside)
            rest = b"" if sent.again else reader.rest()
            await self._out(sent._replace(data=sent.data + rest), time.perf_counter())
        return sent.again or self._late

    async def _heard(
        self, outgoing: Outgoing, events: Sequence[Event], began: float
    ) -> Verdict | None:
        sent = await self._watch.hear(outgoing.feed(events), self._aside)
        if sent.unread:
            self._watch.skipped("unreadable_event")
        await self._out(sent, began)
        return sent.again or self._late

    async def _tick(self, outgoing: Outgoing) -> None:
        """Let go of sentences whose end does not come."""
        while self._mode is Mode.ENFORCE:
            await anyio.sleep(_TICK_S)
            deadline = outgoing.deadline
            if deadline is None or time.monotonic() < deadline:
                continue
            async with self._lock:
                sent = await self._watch.hear(outgoing.late(), self._aside)
                # A sentence that is late and bad is answered at the next event.
                await self._out(sent, time.perf_counter())
                self._late = self._late or sent.again

    async def _out(self, sent: Sent, began: float) -> None:
        """Send what may leave, and count what was found."""
        if sent.data and not self._passes:
            await self._put(sent.data)
        if sent.verdicts or sent.timings:
            self._watch.count(sent.verdicts, sent.timings)
            self._watch.metrics.time("mien_guard_release_seconds", time.perf_counter() - began)

    async def _whole(self, response: Reply) -> None:
        content = await response.whole()
        data = parsed(content)
        whole = Whole(self._watch, self._asked, self._seen, self._notice, self._aside)
        try:
            if data is None:
                raise ValueError("no JSON")
            if self._passes:
                await self._give(response, content, changed=False)
                await whole.listen(data)
            else:
                changed = await whole.judged(data)
                self._more += whole.told
                new = content if changed is None else dumped(changed).encode()
                await self._give(response, new, changed=changed is not None)
        except MISSHAPEN:
            self._watch.skipped("unreadable_answer")
            if self._watch.guard.on_failure == "closed" and not self._passes:
                raise Lost("unreadable", "an answer that the guard cannot read") from None
            await self._give(response, content, changed=False)
            return
        answer_id = self._asked.dialect.answer_id(data)
        await self._after(whole.heard, whole.sent, answer_id)

    async def _after(
        self, heard: Mapping[str, str], sent: Mapping[str, str], answer_id: str | None
    ) -> None:
        """Judge the whole reply: the first, if there are several to choose from."""
        self._close_aside()
        joined = {"heard": heard, "sent": sent}
        if not self._asked.dialect.free:
            joined = {name: {"": "".join(texts.values())} for name, texts in joined.items()}
        first = next(iter(joined["sent"]), None)
        if first is None:
            return
        with anyio.CancelScope(shield=True):
            try:
                await self._watch.after(
                    self._seen, joined["heard"].get(first, ""), joined["sent"][first], answer_id
                )
            except GuardFailed:
                return  # counted where it failed; the reply itself has left

    async def _give(self, response: Reply, content: bytes, *, changed: bool) -> None:
        await self._start(response, changed=changed, size=len(content))
        await self._put(content, more=False)

    async def _start(self, response: Reply, *, changed: bool, size: int | None = None) -> None:
        headers = [*returned(response.headers, changed=changed), *self._more]
        if changed and size is not None:
            headers.append((b"content-length", str(size).encode()))
        start: Message = {"type": "http.response.start", "status": response.status}
        await self._send({**start, "headers": headers})

    async def _put(self, content: bytes, *, more: bool = True) -> None:
        await self._send({"type": "http.response.body", "body": content, "more_body": more})
