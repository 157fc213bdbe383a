"""One writer at a time in an asset's folder, and faults of the disk in our words."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mien.core.errors import AssetError, MissingExtra
from mien.core.network import Purpose
from mien.core.redact import printable

LOCK = ".lock"
"""The file by which a folder is held."""

_LEFT = "lock.json.*.part"
"""What a killed process may leave beside an asset's lock file."""


def to_stderr(line: str) -> None:
    """Show a line to a person without mixing it into results."""
    sys.stderr.write(printable(line) + "\n")


@contextmanager
def locked(place: Path, tell: Callable[[str], None], *, is_needed: bool = True) -> Iterator[None]:
    """Hold a folder alone; it is made if it is not there.

    Args:
        place: The folder.
        tell: Takes a line for people if another one holds it, which is waited for.
        is_needed: If not, a missing `mien[models]` is no fault, and nothing is locked.

    Raises:
        AssetError: If the folder cannot be made or written to.
        MissingExtra: If a lock is needed and `mien[models]` is not installed.
    """
    try:
        import filelock
    except ImportError as error:
        if is_needed:
            raise MissingExtra(Purpose.FETCH_WEIGHTS, "models") from error
        _make(place)
        yield
        return

    _make(place)
    lock: Any = filelock.FileLock(place / LOCK)
    with named_faults(f"write in {place}"):
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            tell(f"another pull or import works in {place}: waiting for it")
            lock.acquire()
        # Of a process that was killed: nobody else writes here now.
        for left in place.glob(_LEFT):
            left.unlink(missing_ok=True)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def named_faults(action: str, room: int = 0) -> Iterator[None]:
    """Turn what the system says of a disk into `AssetError`.

    Args:
        action: What is done, such as `write /models/net.onnx`.
        room: Bytes it takes, about, to be told where there are too few.
    """
    try:
        yield
    except OSError as error:
        reason = (os.strerror(error.errno) if error.errno else str(error)).lower()
        if room and error.errno in (errno.ENOSPC, errno.EDQUOT):
            reason += f": make room for about {room / 1e6:,.1f} MB and run it again"
        raise AssetError(f"cannot {action}: {reason}") from error


def _make(place: Path) -> None:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AssetError(f"cannot make {place}: set MIEN_HOME to a folder of yours") from error
