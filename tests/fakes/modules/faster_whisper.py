"""A stand-in for faster-whisper 1.2: the same API, and words from a script.

The model's folder holds `said.json`: a list of answers, one a call, the last one for ever. Each is
`{"language": ..., "segments": [...]}` with the fields of faster-whisper's segments; what is left
out has the value of a segment that was heard well.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass
class Word:
    start: float
    end: float
    word: str
    probability: float


@dataclass
class Segment:
    id: int
    seek: int
    start: float
    end: float
    text: str
    tokens: list
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float
    words: list | None
    temperature: float | None


@dataclass
class TranscriptionInfo:
    language: str
    language_probability: float
    duration: float


CALLS = []
"""What each call was given: length in seconds, and the options."""

MODELS = []
"""What each model was made with."""


class WhisperModel:
    def __init__(self, model_size_or_path, device="auto", **options):
        folder = Path(model_size_or_path)
        assert folder.is_dir(), "the real one would download a model now"
        assert (folder / "tokenizer.json").is_file(), "the real one would download a tokenizer now"
        MODELS.append({"folder": folder, "device": device, **options})
        if (folder / "model.bin").read_bytes() == b"damaged":
            raise RuntimeError("File model.bin is incomplete: failed to read a buffer of size 4")
        self._said = json.loads((folder / "said.json").read_text(encoding="utf-8"))
        self._calls = 0

    def transcribe(self, audio, language=None, word_timestamps=False, **options):
        assert isinstance(audio, np.ndarray)
        assert audio.dtype == np.float32
        assert audio.ndim == 1
        assert word_timestamps
        CALLS.append({"seconds": len(audio) / 16_000, "language": language, **options})
        said = self._said[min(self._calls, len(self._said) - 1)]
        self._calls += 1
        info = TranscriptionInfo(language or said.get("language", "en"), 0.9, len(audio) / 16_000)
        return (self._segment(i, row) for i, row in enumerate(said["segments"])), info

    @staticmethod
    def _segment(i, row):
        if "fails" in row:
            raise RuntimeError(row["fails"])
        words = row.get("words")
        return Segment(
            id=i,
            seek=0,
            start=row["start"],
            end=row["end"],
            text=row["text"],
            tokens=[],
            avg_logprob=row.get("avg_logprob", -0.2),
            compression_ratio=row.get("compression_ratio", 1.1),
            no_speech_prob=row.get("no_speech_prob", 0.01),
            words=None if words is None else [Word(*word) for word in words],
            temperature=0.0,
        )
