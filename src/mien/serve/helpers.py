"""Processes that judge beside the server, so that no stream waits for another's sentence.

Some do what streams wait for: turns, and sentences at a glance. One more, the reader, gives way to
them and reads replies as a whole once they were sent.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import cast

from mien.core.errors import ConfigError, GuardFailed
from mien.guard import Observation
from mien.guard.helper import answered, asking, dropping
from mien.timeline import Turn

_LOG = logging.getLogger("mien.serve")

LOCAL = "mien.guard.local:LocalObserver"
"""What judges where nothing else is said."""

_PATIENCE_S, _STUCK_S = 5.0, 4.0
_READING_S, _READER_STUCK_S = 2.0, 30.0
"""Patience is what the next turn may wait for the reading of the last reply. A reader
may get little time, and is stuck much later."""

_NICENESS = 10
_AGAIN_S = 2.0
_MOST_WAITING = 16
_MOST_CHARS = 400_000
"""Of a conversation; what is longer takes longer to send than to judge."""


class _Line(asyncio.Protocol):
    """The line to one helper: answers come in the order of what was asked.

    Args:
        lost: Is set once it is no more.
        patience: Seconds that an answer is waited for.
        stuck: Seconds without an answer to anything after which it never will.
    """

    def __init__(self, lost: asyncio.Event, patience: float, stuck: float) -> None:
        self._patience, self._stuck = patience, stuck
        self._moved = 0.0
        self.name: str | None = None
        self.waiting: deque[asyncio.Future[Observation | None]] = deque()
        self._open, self._lost = b"", lost
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are of no such class.
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        *lines, self._open = (self._open + data).split(b"\n")
        self._moved = time.monotonic()
        for line in lines:
            if self.name is None:
                self.name = json.loads(line)
                continue
            self._tell(self.waiting.popleft(), answered(line))

    @staticmethod
    def _tell(asker: asyncio.Future[Observation | None], seen: Observation | None) -> None:
        if asker.done():  # it waits no more
            return
        if seen is None:
            asker.set_exception(GuardFailed("a helper could not judge a turn"))
        else:
            asker.set_result(seen)

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

    def takes_more(self) -> bool:
        """Whether it can take more; if not, who asks is faster by itself. If stuck, it ends."""
        quiet = time.monotonic() - self._moved if self.waiting else 0.0
        if quiet > self._stuck:
            self.close()
        return self.is_open and len(self.waiting) < _MOST_WAITING and quiet < self._patience

    def write(self, line: bytes) -> None:
        if self._transport is not None:
            self._transport.write(line)

    async def ask(self, line: bytes) -> Observation | None:
        """What it says; None if it does not in time, or is no more.

        Raises:
            GuardFailed: If its observer failed.
        """
        if self._transport is None:
            return None
        if not self.waiting:
            self._moved = time.monotonic()
        asker = asyncio.get_running_loop().create_future()
        self.waiting.append(asker)
        self._transport.write(line)
        try:
            async with asyncio.timeout(self._patience):
                found: Observation | None = await asker
        except TimeoutError:
            self.takes_more()
            return None
        return found

    def close(self) -> None:
        # At once: who does not read would keep a line open that has something to send.
        if self._transport is not None:
            self._transport.abort()
            self._transport = None


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
        if not self._line.takes_more():
            return None
        before = None if self._is_known else self._before
        self._is_known = True
        with suppress(GuardFailed):  # the server judges it again, where its failure counts
            return await self._line.ask(asking(turn, before, self._talk))
        return None

    def close(self) -> None:
        """Have it forgotten there."""
        if self._is_known:
            self._line.write(dropping(self._talk))
            self._is_known = False


class Helpers:
    """All of them.

    Args:
        n: How many streams wait for; the reader comes beside them.
        observer: What judges turns there, as `MODULE:CLASS`.

    Raises:
        ConfigError: If there are to be none, or this system cannot have any.
    """

    def __init__(self, n: int = 1, observer: str = LOCAL) -> None:
        if n < 1:
            raise ConfigError(f"helpers must be 1 or more, not {n}")
        if not can_help():
            raise ConfigError("helpers need a system with Unix sockets: judge in the server itself")
        self._n, self._observer, self._reader = n, observer, n
        self._lines: dict[int, _Line] = {}
        self._keeping: list[asyncio.Task[None]] = []
        self._numbers = itertools.count(1)
        self._name = ""

    def start(self, name: str, *, reads: bool = True) -> None:
        """Start them; they are asked as soon as each is ready.

        Args:
            name: The server's own observer's; what has another name is not asked.
            reads: Whether there is a reader.
        """
        self._name = name
        places = range(self._n + reads)
        self._keeping = [asyncio.create_task(self._keep(place)) for place in places]

    async def stop(self) -> None:
        """End them."""
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        self._keeping.clear()

    def __len__(self) -> int:
        """How many are ready, the reader included."""
        return len(self._ready([*self._lines]))

    async def observe(self, turns: Sequence[Turn]) -> Observation | None:
        """The signals of the last turn, a reply's at a glance; None if they cannot be had there."""
        line = self._idlest(turns, range(self._n))
        if line is None:
            return None
        with suppress(GuardFailed):  # the server judges it again, where its failure counts
            return await line.ask(asking(turns[-1], turns[:-1]))
        return None

    async def read(self, turns: Sequence[Turn]) -> Observation | None:
        """The signals of a whole reply, the last turn; None if the reader has no time for it.

        Raises:
            GuardFailed: If its observer failed.
        """
        line = self._idlest(turns, [self._reader])
        if line is None:
            return None
        return await line.ask(asking(turns[-1], turns[:-1], is_whole=True))

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
        ready = [one for one in self._ready(places) if one.takes_more()]
        return min(ready, key=lambda one: len(one.waiting), default=None)

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
        lost, is_reader = asyncio.Event(), place == self._reader
        waits = (_READING_S, _READER_STUCK_S) if is_reader else (_PATIENCE_S, _STUCK_S)
        line = self._lines[place] = _Line(lost, *waits)
        ours, theirs = socket.socketpair()
        with theirs:
            process = self._process(theirs, is_reader=is_reader)
        try:
            await asyncio.get_running_loop().create_connection(lambda: line, sock=ours)
            await lost.wait()
            return line.name is not None
        finally:
            line.close()
            process.kill()
            process.wait()

    def _process(self, theirs: socket.socket, *, is_reader: bool) -> subprocess.Popen[bytes]:
        niceness = [str(_NICENESS)] if is_reader else []
        # Its products are small: threads would only wait for each other.
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        return subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-m", "mien.guard.helper", self._observer, *niceness],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            env=threads | os.environ,
        )


def can_help() -> bool:
    """Whether this system can have helpers: a socket can be a process's input."""
    return os.name == "posix"
