"""The engine without other processes."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from mien.reader.engines.engine import Answer, Outcome, Task, Work


class Here:
    """Reads one source after the other in this process.

    Nothing has to start, and a file that brings down FFmpeg brings down everything.
    """

    def map(
        self, work: Work[Task, Outcome], tasks: Iterable[Task]
    ) -> Generator[Answer[Task, Outcome]]:
        """Each task with its outcome, in order."""
        for task in tasks:
            yield Answer(task, work(task))
