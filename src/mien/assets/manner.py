"""How a pull talks and where it works."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mien.assets.locking import to_stderr
from mien.assets.shelf import Shelf
from mien.core.config import Config, load_config


def _silent(_done: int, _total: int) -> None:
    """Show nothing."""


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a pull talks and where it works; each has a sensible default.

    Attributes:
        tell: Takes lines for people: what will be fetched, before it is.
        progress: Takes bytes done and bytes in all, over all files of a pull.
        free_bytes: Space left on the disk of a folder.
        wait: Sleeps for some seconds, where a publisher asks for it.
        config: Settings; by default those of `mien.toml` and the environment.
        shelf: Where assets lie.
    """

    tell: Callable[[str], None] = to_stderr
    progress: Callable[[int, int], None] = _silent
    free_bytes: Callable[[Path], int] = _free_bytes
    wait: Callable[[float], None] = time.sleep
    config: Config = field(default_factory=load_config)
    shelf: Shelf = field(default_factory=Shelf)
