"""Processes that judge beside the server, so that no stream waits for another's sentence."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from typing import cast

from mien.core.errors import ConfigError
from mien.guard import Observation
from mien.guard.helper import PATIENT, answered, asking, dropping
from mien.timeline import Turn

_LOG = logging.getLogger("mien.serve")

LOCAL = "mien.guard.local:LocalObserver"
"""What judges where nothing else is said."""

_PATIENCE_S = 5.0
_AGAIN_S = 2.0
_MOST_WAITING = 16
_MOST_CHARS = 400_000
"""Of a conversation; what is longer takes longer to send than to judge."""


class _Line(asyncio.Protocol):
    """The line to one helper: answers come in the order of what was asked."""

    def __init__(self, lost: asyncio.Event) -> None:
        self.name: str | None = None
        self.waiting: deque[asyncio.Future[Observation | None]] = deque()
        self._open, self._lost = b"", lost
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are of no such class.
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        *lines, self._open = (self._open + data).split(b"\n")
        for line in lines:
            if self.name is None:
                self.name = json.loads(line)
                continue
            asker = self.waiting.popleft()
            if not asker.done():
                asker.set_result(answered(line))

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for asker in self.waiting:
            if not asker.done():
                asker.set_result(None)
        self.waiting.clear()
        self._lost.set()

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    @property
    def is_idle(self) -> bool:
        """Whether it can take more; if not, who asks is faster by itself."""
        return self.is_open and len(self.waiting) < _MOST_WAITING

    def write(self, line: bytes) -> None:
        if self._transport is not None:
            self._transport.write(line)

    async def ask(self, line: bytes) -> Observation | None:
        """What it says; None if it does not in time, or is no more."""
        if self._transport is None:
            return None
        asker = asyncio.get_running_loop().create_future()
        self.waiting.append(asker)
        self._transport.write(line)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                found: Observation | None = await asker
        except TimeoutError:
            self.close()
            return None
        return found

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Aside:
    """What was said before a reply, at the helper that judges its sentences.

    Args:
        line: To the helper.
        talk: A number of its own.
        before: What was said.
    """

    def __init__(self, line: _Line, talk: int, before: Sequence[Turn]) -> None:
        self._line, self._talk, self._before = line, talk, before
        self._is_known = False

    async def observe(self, turn: Turn) -> Observation | None:
        """The signals of the turn that comes next; None if they cannot be had there."""
        if not self._line.is_idle:
            return None
        before = None if self._is_known else self._before
        self._is_known = True
        return await self._line.ask(asking(turn, before, self._talk))

    def close(self) -> None:
        """Have it forgotten there."""
        if self._is_known:
            self._line.write(dropping(self._talk))


class Helpers:
    """All of them: those that streams wait for, and a patient one that reads whole replies.

    Args:
        n: How many streams wait for.
        observer: What judges turns there, as `MODULE:CLASS`.

    Raises:
        ConfigError: If there are to be none, or this system cannot have any.
    """

    def __init__(self, n: int = 1, observer: str = LOCAL) -> None:
        if n < 1:
            raise ConfigError(f"helpers must be 1 or more, not {n}")
        if not can_help():
            raise ConfigError("helpers need a system with Unix sockets: judge in the server itself")
        self._n, self._observer = n, observer
        self._lines: dict[int, _Line] = {}
        self._keeping: list[asyncio.Task[None]] = []
        self._numbers = itertools.count(1)
        self._name = ""

    def start(self, name: str) -> None:
        """Start them; they are asked as soon as each is ready.

        Args:
            name: The server's own observer's; what has another name is not asked.
        """
        self._name = name
        self._keeping = [asyncio.create_task(self._keep(place)) for place in range(self._n + 1)]

    async def stop(self) -> None:
        """End them."""
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        self._keeping.clear()

    def __len__(self) -> int:
        """How many are ready, the patient one included."""
        return len(self._ready([*self._lines]))

    async def observe(self, turns: Sequence[Turn]) -> Observation | None:
        """The signals of the last turn; None if they cannot be had there."""
        is_reply = turns[-1].role == "assistant"
        line = self._idlest(turns, [self._n] if is_reply else range(self._n))
        if line is None or not line.is_idle:
            return None
        return await line.ask(asking(turns[-1], turns[:-1]))

    def aside(self, before: Sequence[Turn]) -> Aside | None:
        """For the sentences of one reply; None if no helper is ready."""
        line = self._idlest(before, range(self._n))
        return None if line is None else Aside(line, next(self._numbers), before)

    def _ready(self, places: Iterable[int]) -> list[_Line]:
        lines = [self._lines[place] for place in places if place in self._lines]
        return [one for one in lines if one.is_open and one.name == self._name]

    def _idlest(self, turns: Sequence[Turn], places: Iterable[int]) -> _Line | None:
        if sum(len(turn.text) for turn in turns) > _MOST_CHARS:
            return None
        return min(self._ready(places), key=lambda one: len(one.waiting), default=None)

    async def _keep(self, place: int) -> None:
        """Have a helper at a place, and another one if it ends; less eagerly if none gets ready."""
        wait = _AGAIN_S
        while True:
            is_good = await self._one(place)
            _LOG.warning("a helper ended: its work is done in the server until another is there")
            wait = _AGAIN_S if is_good else min(2 * wait, 60)
            await asyncio.sleep(wait)

    async def _one(self, place: int) -> bool:
        """Have a helper at a place until it ends; says whether it ever was ready."""
        lost = asyncio.Event()
        line = self._lines[place] = _Line(lost)
        ours, theirs = socket.socketpair()
        with theirs:
            process = self._process(theirs, [PATIENT] if place == self._n else [])
        try:
            await asyncio.get_running_loop().create_connection(lambda: line, sock=ours)
            await lost.wait()
            return line.name is not None
        finally:
            line.close()
            process.kill()
            process.wait()

    def _process(self, theirs: socket.socket, more: list[str]) -> subprocess.Popen[bytes]:
        # Its products are small: threads would only wait for each other.
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        return subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-m", "mien.guard.helper", self._observer, *more],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            env=threads | os.environ,
        )


def can_help() -> bool:
    """Whether this system can have helpers: a socket can be a process's input."""
    return os.name == "posix"
