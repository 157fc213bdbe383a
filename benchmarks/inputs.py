"""What is read: made once, from the bundled examples, into a folder that git ignores."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.measure import ROOT, Work
from benchmarks.messages import messages, write_chat
from benchmarks.sounds import samples_of, write_sound
from benchmarks.videos import CLIP_SECONDS, SOUND_HZ, repeat_clip, write_clip

SCENE = ROOT / "examples" / "scene.ogg"
PORTRAIT = ROOT / "examples" / "portrait.jpg"
TELEPHONE_HZ = 16_000


def speech(path: str, seconds: float) -> Work:
    """Two voices in turn: a wav at 16 kHz, or an m4a at 48 kHz."""
    rate_hz = TELEPHONE_HZ if path.endswith(".wav") else SOUND_HZ
    return _once(path, lambda at: write_sound(at, samples_of(SCENE, rate_hz), seconds, rate_hz))


def silence(path: str, seconds: float) -> Work:
    """Nothing to hear."""
    nothing = np.zeros(SOUND_HZ, dtype=np.float32)
    return _once(path, lambda at: write_sound(at, nothing, seconds, SOUND_HZ))


def chat(path: str, n: int, seed: int, texts: str | None = None) -> Work:
    """A chat of `n` messages: made up, or lines of the file `texts`, another part a seed."""
    return _once(path, lambda at: write_chat(_texts(n, seed, texts), at))


def clip(path: str, faces: int) -> Work:
    """A 720p clip with sound in which so many faces move."""
    return _once(path, lambda at: write_clip(at, PORTRAIT, faces, samples_of(SCENE, SOUND_HZ)))


def long_video(path: str, of: str, seconds: float) -> Work:
    """The clip `of`, repeated to that length."""
    times = max(1, round(seconds / CLIP_SECONDS))
    return _once(path, lambda at: repeat_clip(Path(of), at, times))


def _texts(n: int, seed: int, texts: str | None) -> list[str]:
    if texts is None:
        return messages(n, seed)
    lines = [line for line in Path(texts).read_text(encoding="utf-8").splitlines() if line.strip()]
    return [lines[(seed * n + i) % len(lines)] for i in range(n)]


def _once(path: str, write: Callable[[Path], None]) -> Work:
    return Work([partial(_make, Path(path), write)], 1.0)


def _make(path: Path, write: Callable[[Path], None]) -> None:
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # The ending stays, since it decides the container; a file half-written is never found.
    unfinished = path.with_stem(f"unfinished-{path.stem}")
    write(unfinished)
    unfinished.replace(path)
