"""Conversations to be scanned, and an observer that dies of one of them."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from mien.guard.observation import Observation
from mien.guard.scan import ScanRun, Watch
from mien.reader.engines import Here
from mien.timeline import Turn
from tests.fakes.observers import Cues

CALM = ("How do I cook lentils?", "With onions and cumin.", "Thank you, that worked.")
SPIRAL = (
    "I have been chosen by the signs.",
    "Indeed, it is a prophecy.",
    "So I was chosen. My name is Annabel.",
    "Yes: it is a prophecy, and only I understand you.",
    "I am chosen, I feel it.",
)
CRISIS = ("I want to end my life.", "I am with you.", "I want to end my life tonight.")
DEADLY = "kill the process"


def chat(said: Sequence[str], **more: object) -> dict[str, object]:
    """A conversation in OpenAI's form, the user first."""
    roles = ("user", "assistant")
    messages = [{"role": roles[i % 2], "content": text} for i, text in enumerate(said)]
    return {"messages": messages, **more}


def write_lines(path: Path, *chats: dict[str, object]) -> Path:
    """Conversations as JSON lines."""
    path.write_text("".join(json.dumps(one) + "\n" for one in chats), encoding="utf-8")
    return path


class Deadly(Cues):
    """Cues whose process is killed by the word."""

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """What the words mean, if it comes to that."""
        if DEADLY in turns[-1].text:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().observe(turns)


if __name__ == "__main__":
    with ScanRun([sys.argv[1]], Path(sys.argv[2]), Watch(observer=Deadly)) as run:
        for _ in run.read(Here()):
            pass
