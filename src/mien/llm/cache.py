"""Answers that were given before, by the hash of what was asked."""

from __future__ import annotations

import os
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Protocol

from mien.core.errors import ConfigError
from mien.llm.protocol import Reply


class Cache(Protocol):
    """Keeps replies; used from several threads."""

    def get(self, key: str) -> Reply | None:
        """What was kept under a key."""

    def put(self, key: str, reply: Reply) -> None:
        """Keep a reply."""


class MemoryCache:
    """Keeps the replies that were used last, as long as the process lives.

    Args:
        most: How many.
    """

    def __init__(self, most: int = 1024) -> None:
        self._most = most
        self._kept: OrderedDict[str, Reply] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Reply | None:
        """What was kept under a key."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, reply: Reply) -> None:
        """Keep a reply, and forget the one that was unused for longest if there are too many."""
        with self._lock:
            self._kept[key] = reply
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)


class FolderCache:
    """Keeps replies as files that only their owner can read; they hold what a model said.

    Args:
        folder: Made if it is not there. Nothing in it expires.

    Raises:
        ConfigError: If the folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"cannot keep answers in {folder}: {error.strerror}") from error

    def get(self, key: str) -> Reply | None:
        """What was kept under a key; a damaged file counts as none."""
        try:
            return Reply.from_json((self._folder / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def put(self, key: str, reply: Reply) -> None:
        """Keep a reply; whoever reads at the same time sees a whole file or none.

        Raises:
            ConfigError: If it cannot be written.
        """
        try:
            # Such files are readable for their owner alone from the start.
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            part = Path(name)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(reply.to_json())
                part.replace(self._folder / f"{key}.json")
            except OSError:
                part.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise ConfigError(f"cannot keep answers in {self._folder}: {error.strerror}") from error
