"""How far long work is, and how to stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

Report = Callable[[float], None]
"""Takes how much is done, in the unit of the total (seconds of a source, bytes of a file)."""

AFTER = 2.0
"""Seconds before a bar shows: short work is not worth one."""


class Cancelled(BaseException):
    """Somebody asked for the work to stop; not an error, so no handler of errors eats it."""


class CancelToken:
    """Asks work in another thread to stop at its next step."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask for the stop."""
        self._event.set()

    def check(self) -> None:
        """Raise `Cancelled` if a stop was asked for."""
        if self._event.is_set():
            raise Cancelled


def ignore(done: float) -> None:
    """A report that shows nothing."""


@contextmanager
def bar(title: str, total: float | None, stream: TextIO) -> Iterator[Report]:
    """A progress bar with the time left, on terminals alone and only after `AFTER` seconds.

    Args:
        title: What is being done.
        total: The size of the work; None if nobody knows.
        stream: Where to draw; nothing is drawn unless it is a terminal.
    """
    if not stream.isatty():
        yield ignore
        return
    import time

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    shown = Progress(*columns, console=Console(file=stream), transient=True)
    task = shown.add_task(title, total=total)

    def report(done: float) -> None:
        if not shown.live.is_started and time.monotonic() - began > AFTER:
            shown.start()
        shown.update(task, completed=done)

    try:
        yield report
    finally:
        if shown.live.is_started:
            shown.stop()
