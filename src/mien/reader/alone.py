"""One run at a time in a folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mien.core.errors import ConfigError

NAME = ".lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder; the system lets go of it even if this process is killed.

    Raises:
        ConfigError: If another process holds it, or nothing can be written there.
    """
    try:
        handle = (folder / NAME).open("wb")
    except OSError as error:
        raise ConfigError(f"cannot write in {folder}: {error.strerror}") from error
    with handle:
        try:
            _hold(handle)
        except OSError as error:
            reason = "wait for its end, or give another --out"
            raise ConfigError(f"another run works in {folder}: {reason}") from error
        yield


if sys.platform == "win32":
    import msvcrt

    def _hold(handle: IO[bytes]) -> None:
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _hold(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
