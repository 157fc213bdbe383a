"""Work for engines that can be sent to another process."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from mien.core.errors import ConfigError


@dataclass(frozen=True)
class Lengths:
    """How long a word is; some words end the process, the first time or always."""

    folder: Path

    def __call__(self, task: str) -> int:
        if task == "full disk":
            raise ConfigError("no room")
        if task == "dies":
            self._die()
        mark = self.folder / "tried"
        if task == "dies once" and not mark.exists():
            mark.touch()
            self._die()
        return len(task)

    def _die(self) -> None:
        (self.folder / f"died-{os.getpid()}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
