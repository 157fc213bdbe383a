"""Many conversations at once: a model's server that streams, and clients that time what arrives.

Both are in one process, so that they share a clock: the server writes down when it sent the last
character of a sentence, the client when it had it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

SENTENCES = (
    "That sounds like a long and heavy week, and it makes sense that you are tired.",
    " You have carried a lot of this alone.",
    " What would help you most tonight?",
    " Some people write one line about the day and leave the rest for tomorrow.",
    " Others call a friend, even if it is only for five minutes.",
    " Neither has to solve anything!",
    " You might also look at how you slept, since little sleep makes all of it louder.",
    " If the meeting on Friday worries you, we can go through it step by step.",
    " Is there somebody at work whom you trust?",
    " It is fine to ask them for an hour of their time.",
    " And if it stays this hard for weeks, a doctor or a counselor can help.",
    " I can help you find the words for that call.",
)
USERS = (
    "It was a long week and I could not sleep again. Work is too much right now.",
    "Maybe I should talk to my sister about it. She is good at these things.",
    "I wrote it down as you said and it helped a little. What should I do about Friday?",
    "My boss wants the report by noon. I do not know where to begin.",
    "Thanks. I will try that and go for a walk before dinner.",
)
TURNS = 5
_GOLDEN = 0.618034
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
KEY = "sk-bench-long-enough-0123456789"
"""LiteLLM starts with no shorter one."""


@dataclass(slots=True)
class Load:
    """What was asked for, and what came of it.

    Attributes:
        streams: Conversations at once.
        rate: Tokens a second in each.
        delays: Seconds from the sending of a sentence's last character to its arrival.
        chunks: Tokens that the server sent.
        replies: Replies that arrived whole.
        failures: Replies that did not, by what happened.
    """

    streams: int
    rate: float
    delays: list[float] = field(default_factory=list)
    chunks: int = 0
    replies: int = 0
    failures: list[str] = field(default_factory=list)
    sent: dict[int, dict[int, float]] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=itertools.count)


def reply(number: int) -> list[str]:
    """The tokens of a reply; each begins with its space, as most models' do."""
    first = number % len(SENTENCES)
    said = "".join((*SENTENCES[first:], *SENTENCES[:first])).strip()
    words = said.split(" ")
    return [word if at == 0 else f" {word}" for at, word in enumerate(words)]


def ends(tokens: list[str]) -> set[int]:
    """Characters of a reply at which a sentence ends."""
    lengths = itertools.accumulate(map(len, tokens))
    return {n for n, token in zip(lengths, tokens, strict=True) if token[-1] in ".!?"}


@asynccontextmanager
async def model(load: Load) -> AsyncIterator[str]:
    """A model's server on a port of its own."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await _answer(load, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


async def _answer(load: Load, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [row for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")]
    body = await reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b"{}"
    rows = json.loads(body).get("messages") or [{"content": "zero"}]
    users = [row["content"] for row in rows if row.get("role") == "user"]
    number = _number(users[-1]) if users else 0
    writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    began, said, sent = time.monotonic(), 0, load.sent.setdefault(number, {})
    for at, token in enumerate(reply(number)):
        await asyncio.sleep(began + at / load.rate - time.monotonic())
        said += len(token)
        load.chunks += 1
        sent[said] = time.monotonic()
        _write(writer, _event(number, {"content": token}, None))
    _write(writer, _event(number, {}, "stop"))
    _write(writer, b"data: [DONE]\n\n")
    writer.write(b"0\r\n\r\n")


def _event(number: int, delta: dict[str, str], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    data = {"id": f"chatcmpl-{number}", "object": "chat.completion.chunk", "created": 1_700_000_000}
    data |= {"model": "scripted", "choices": [choice]}
    return f"data: {json.dumps(data)}\n\n".encode()


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))


async def talk(load: Load, url: str, seconds: float) -> None:
    """Keep all conversations going for some seconds."""
    end = time.monotonic() + seconds
    await asyncio.gather(*(_client(load, url, end, one) for one in range(load.streams)))


async def _client(load: Load, url: str, end: float, one: int) -> None:
    # Never in step: equal distances would fall together with those of the tokens, so that many
    # streams spoke in the same millisecond.
    await asyncio.sleep(one * _GOLDEN % 1 * len(reply(0)) / load.rate)
    while time.monotonic() < end:
        rows: list[dict[str, str]] = []
        for turn in range(TURNS):
            if time.monotonic() >= end:
                return
            number = next(load.numbers)
            rows.append({"role": "user", "content": _message(one + turn, number)})
            try:
                said = await asyncio.wait_for(_ask(load, url, rows, number), 60)
            except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
                load.failures.append(type(error).__name__)
                return
            finally:
                load.sent.pop(number, None)
            rows.append({"role": "assistant", "content": said})
            load.replies += 1


def _message(kind: int, number: int) -> str:
    """A message that no other is like, in words that all are made of, as people's are."""
    return f"{USERS[kind % len(USERS)]} # {' '.join(_DIGITS[int(one)] for one in str(number))}"


def _number(message: str) -> int:
    return int("".join(str(_DIGITS.index(one)) for one in message.rpartition("# ")[2].split()))


async def _ask(load: Load, url: str, rows: list[dict[str, str]], number: int) -> str:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=1 << 20)
    body = json.dumps({"model": "scripted", "messages": rows, "stream": True}).encode()
    writer.write(
        f"POST {place.path}/chat/completions HTTP/1.1\r\nhost: {place.netloc}\r\n"
        f"content-type: application/json\r\nauthorization: Bearer {KEY}\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
        + body
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0]:
        writer.close()
        raise ValueError(head.split(b"\r\n")[0])
    said, open_, left = "", b"", ends(reply(number))
    async for piece in _pieces(reader):
        now = time.monotonic()
        *lines, open_ = (open_ + piece).split(b"\n")
        for line in lines:
            if line.startswith(b"data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    said += choice["delta"].get("content") or ""
        for place_ in [n for n in left if n <= len(said)]:
            left.discard(place_)
            load.delays.append(now - load.sent[number][place_])
    writer.close()
    if left:
        raise ValueError("sentences are missing")
    return said


async def _pieces(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield (await reader.readexactly(size + 2))[:-2]
