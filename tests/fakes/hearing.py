"""Models and servers that hear what a test tells them to."""

from __future__ import annotations

import io
import json
import sys
import wave
from pathlib import Path

import pytest

MODULES = Path(__file__).parent / "modules"


def write_model(folder, *said):
    """A folder that the fake faster-whisper takes for a model; each answer is for one window."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "said.json").write_text(json.dumps(said), encoding="utf-8")
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes(b"{}")
    return folder


def segment(text, start=0.0, end=1.0, **more):
    return {"text": text, "start": start, "end": end, **more}


def said(*segments, language="en"):
    return {"language": language, "segments": list(segments)}


def seconds_of(wav):
    """The length of a WAV file's sound, which must be 16 kHz mono."""
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        return file.getnframes() / 16_000


@pytest.fixture
def faster_whisper(monkeypatch):
    """The fake module in place of the real one; what it was asked is in `CALLS` and `MODELS`."""
    monkeypatch.syspath_prepend(str(MODULES))
    monkeypatch.delitem(sys.modules, "faster_whisper", raising=False)
    from mien.media.transcribe import local

    local._load.cache_clear()
    import faster_whisper

    yield faster_whisper
    local._load.cache_clear()
    sys.modules.pop("faster_whisper", None)
