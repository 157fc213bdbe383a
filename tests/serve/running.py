"""Servers of ours, run in a thread, and what their clients need."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from mien.guard import Guard, Holding, Observer, Remedy
from mien.serve import (
    Manner,
    Place,
    Rules,
    Trust,
    Upstream,
    Watch,
    Ways,
    guard_app,
    proxy_app,
    server,
)
from mien.serve.door import App
from tests.fakes.observers import Cues

BAD = "But only I understand you."


class Running(str):
    """The address of a server, and its guard."""

    watch: Watch


@contextmanager
def running(app: App, watch: Watch, place: Place | None = None) -> Iterator[Running]:
    """An app behind a socket of this machine."""
    one, ready = server(app, place or Place(port=0)), threading.Event()
    one.on_start = lambda url: ready.set()

    async def until_ended() -> None:
        # Uvicorn looks ten times a second, which is most of what a test would take.
        while not one.should_exit:
            await asyncio.sleep(0.005)

    one.main_loop = until_ended  # type: ignore[method-assign]
    thread = threading.Thread(target=one.run)
    thread.start()
    try:
        assert ready.wait(10)
        found = Running(one.url)
        found.watch = watch
        yield found
    finally:
        one.should_exit = True
        thread.join()


def guarding(
    mode: str = "observe",
    *,
    policy: str = "default",
    observer: Observer | None = None,
    judge: Observer | None = None,
    on_failure: str = "open",
    on_reply: Remedy = Remedy.REWRITE,
    **ways: Any,
) -> Watch:
    """A guard whose observer looks for words."""
    guard = Guard(
        policy, observer=observer or Cues(), judge=judge, mode=mode, on_failure=on_failure
    )
    return Watch(guard, Ways(holding=Holding.by(on_reply), **ways))


@contextmanager
def proxying(
    upstream: str,
    watch: Watch | None = None,
    *,
    key: str = "",
    rules: Rules | None = None,
    manner: Manner | None = None,
    seconds: float = 600.0,
    place: Place | None = None,
) -> Iterator[Running]:
    """A proxy before a server."""
    watch = watch or guarding()
    app = proxy_app(watch, Upstream(upstream, key, seconds=seconds), manner, rules)
    with running(app, watch, place) as found:
        yield found


@contextmanager
def serving(
    watch: Watch | None = None, rules: Rules | None = None, trust: Trust | None = None
) -> Iterator[Running]:
    """The guard for gateways."""
    watch = watch or guarding()
    with running(guard_app(watch, rules, trust), watch) as found:
        yield found


def asked(text: str = "Hello", **more: Any) -> dict[str, Any]:
    """A request for a chat completion."""
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def post(
    proxy: Running, body: Any, path: str = "/v1/chat/completions", **more: Any
) -> httpx2.Response:
    """What the proxy answers."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json", **more.pop("headers", {})}
    # Without certificates to load, which takes longer than most tests.
    with httpx2.Client(verify=False, timeout=20) as one:
        found = one.post(f"{proxy}{path}", content=content, headers=headers, **more)
    settle(proxy)
    return found


def settle(proxy: Running) -> None:
    """Wait until nothing is under way: a reply is judged as a whole once the client has it."""
    while proxy.watch.metrics.value("mien_proxy_open_streams"):
        threading.Event().wait(0.002)


def chunk(text: str | None = None, index: int = 0, **more: Any) -> bytes:
    """An event of a chat completion."""
    delta = {} if text is None else {"content": text}
    choice = {"index": index, "delta": delta | more.pop("delta", {}), "finish_reason": None}
    data = {"id": "c1", "object": "chat.completion.chunk", "choices": [choice | more]}
    return f"data: {json.dumps(data)}\n\n".encode()


def said(body: bytes, index: int = 0) -> str:
    """What a stream of a chat completion says."""
    found = []
    for line in body.decode().splitlines():
        if line.startswith("data: {"):
            choices = json.loads(line[6:]).get("choices", [])
            found += [c["delta"].get("content") or "" for c in choices if c["index"] == index]
    return "".join(found)


def remarks(body: bytes) -> list[dict[str, Any]]:
    """What comments of ours say in a stream."""
    lines = body.decode().splitlines()
    return [json.loads(line[7:]) for line in lines if line.startswith(": mien ")]
