"""The engine of one machine: processes that each read a file at a time.

A pool of the standard library loses every pending task when one process dies, and cannot say
whose file it was. Here each process has a pipe of its own, so a death names its file.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from multiprocessing import connection
from typing import Any, Generic

from mien.core.errors import ConfigError, MienError
from mien.reader.engines.engine import Answer, Outcome, Task, Work

TRIES = 2
"""A process may die of something else than its file, such as another's hunger for memory."""


class Local:
    """Reads with `jobs` processes; one that dies costs its file alone, after a second try.

    Processes are spawned, so a script that uses this must keep its own work under
    `if __name__ == "__main__":`. Each loads its decoders once.
    """

    def __init__(self, jobs: int) -> None:
        """Nothing is started yet.

        Raises:
            ConfigError: If `jobs` is below 1.
        """
        if jobs < 1:
            raise ConfigError(f"jobs must be at least 1, not {jobs}")
        self._jobs = jobs

    def map(
        self, work: Work[Task, Outcome], tasks: Iterable[Task]
    ) -> Generator[Answer[Task, Outcome]]:
        """Each task with its outcome, in the order in which they are done."""
        yield from _Crew(work, self._jobs).through(iter(tasks))


_READY = "ready"
"""What a process says first; one that dies without a word did not die of a file."""


class _Crew(Generic[Task, Outcome]):
    """The processes of one run, and what each of them is at."""

    def __init__(self, work: Work[Task, Outcome], jobs: int) -> None:
        self._work = work
        self._jobs = jobs
        self._idle: list[_Worker] = []
        self._busy: dict[_Worker, tuple[Task, int]] = {}
        self._again: deque[tuple[Task, int]] = deque()
        self._has_begun = False

    def through(self, tasks: Iterator[Task]) -> Iterator[Answer[Task, Outcome]]:
        """Keep all busy until nothing is left."""
        try:
            self._fill(tasks)
            while self._busy:
                for worker in self._ready():
                    yield from self._end(worker)
                self._fill(tasks)
        finally:
            for worker in (*self._idle, *self._busy):
                worker.stop()

    def _fill(self, tasks: Iterator[Task]) -> None:
        # One task a process in flight: a million of them are never held at once.
        while len(self._busy) < self._jobs:
            task, tries = self._again.popleft() if self._again else (next(tasks, None), 1)
            if task is None:
                return
            worker = self._idle.pop() if self._idle else _Worker(self._work)
            self._busy[worker] = (task, tries)
            worker.give(task)

    def _ready(self) -> list[_Worker]:
        ready = set(connection.wait([worker.pipe for worker in self._busy]))
        return [worker for worker in self._busy if worker.pipe in ready]

    def _end(self, worker: _Worker) -> Iterator[Answer[Task, Outcome]]:
        try:
            answer = worker.take()
        except (EOFError, OSError):
            yield from self._bury(worker)
            return
        if answer == _READY:
            self._has_begun = True
            return
        task, _ = self._busy.pop(worker)
        self._idle.append(worker)
        outcome, fault = answer
        if fault is not None:
            raise MienError(fault)
        yield Answer(task, outcome)

    def _bury(self, worker: _Worker) -> Iterator[Answer[Task, Outcome]]:
        task, tries = self._busy.pop(worker)
        worker.stop()
        if not self._has_begun:
            raise MienError(
                "no process that reads could start: is memory short? A script keeps its own work "
                'under `if __name__ == "__main__":`, since each process imports it'
            )
        if tries < TRIES:
            self._again.append((task, tries + 1))
        else:
            yield Answer(task, None)


class _Worker:
    def __init__(self, work: Work[Any, Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(work, theirs), daemon=True)
        self._process.start()
        # Else the pipe would stay open when the process dies, and nobody would hear of it.
        theirs.close()

    def give(self, task: object) -> None:
        try:
            self.pipe.send(task)
        except OSError:
            # It died between two files: what waits for its answer finds out.
            return

    def take(self) -> Any:
        return self.pipe.recv()

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _serve(work: Work[Any, Any], pipe: connection.Connection) -> None:
    """What a process does: work until nobody asks any more."""
    # Ctrl-C reaches every process of a terminal; the one that the user started decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pipe.send(_READY)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        pipe.send(_answer(work, task))


def _answer(work: Work[Any, Any], task: object) -> tuple[Any, str | None]:
    try:
        return work(task), None
    except MienError as error:
        return None, str(error)


def _end_with_parent() -> None:
    # A parent that was killed cannot tell anyone, and a long recording would be read for nobody.
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
