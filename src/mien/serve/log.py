"""Decisions as lines of JSON, without a word of what was said."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TextIO

from mien.core.errors import ConfigError, StoreError
from mien.guard import Check


class Decisions:
    """A file that grows by one line a decision.

    Args:
        path: Where; it is added to.

    Raises:
        ConfigError: If it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file: TextIO = path.open("a", encoding="utf-8", buffering=1)
        except OSError as error:
            raise ConfigError(f"cannot write decisions to {path}: {error.strerror}") from error

    def write(self, check: Check, conversation: str, at: datetime) -> None:
        """Add a decision.

        Raises:
            StoreError: If that fails, as on a full disk.
        """
        row = {"at": at.isoformat(), "conversation": conversation, **without_words(check)}
        try:
            self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        except OSError as error:
            raise StoreError(f"cannot write decisions: {error.strerror}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def without_words(check: Check) -> dict[str, object]:
    """A check with nothing in it that anybody said, or that the assistant was told."""
    row = check.to_dict()
    for name in ("instruction", "notice"):
        row[name] = row[name] is not None
    row["reasons"] = [{k: v for k, v in one.items() if k != "quote"} for one in row["reasons"]]
    return row
