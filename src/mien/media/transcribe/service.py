"""Any service that speaks OpenAI's transcription protocol, on this machine or elsewhere."""

from __future__ import annotations

import io
import os
import wave
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mien.core.arrays import RATE_HZ, Samples
from mien.core.config import Config
from mien.core.network import is_loopback
from mien.llm import Address, Manner, Retries, Transcriber
from mien.media.words.invention import as_time

KEY = "MIEN_TRANSCRIBE_KEY"
"""The variable with the key of a service; no other key is ever sent to one."""

DEFAULT = "whisper-1"

_SECONDS = 300.0
"""For one window: a large model on a CPU takes longer than the sound lasts."""


class Service:
    """Words from behind an address.

    Args:
        config: Says which address and model.

    Raises:
        ConfigError: If the address is none, or the key cannot be sent.
        MissingExtra: If `mien[models]` is not installed.
        NetworkRefused: If Mien is offline and the address is not on this machine.
    """

    def __init__(self, config: Config) -> None:
        key = os.environ.get(KEY, "")
        model = config.transcribe_model or DEFAULT
        address = Address(config.transcribe_url, model, key)
        manner = Manner(retries=Retries(seconds=2 * _SECONDS), seconds=_SECONDS, config=config)
        self._host = address.host
        self._transcriber = Transcriber(address, manner)

    @property
    def name(self) -> str:
        """Such as `whisper-1 at api.openai.com`."""
        return self._transcriber.name

    @property
    def listener(self) -> str:
        """The host that gets the sound; empty if it is this machine."""
        return "" if is_loopback(self._host) else self._host

    def hear(self, samples: Samples, language: str | None) -> Mapping[str, Any]:
        """What is said; see `Recognizer`."""
        told = self._transcriber.hear(wav_bytes(samples), language)
        return as_whisper(told, len(samples) / RATE_HZ)

    def close(self) -> None:
        """Close the kept connection."""
        self._transcriber.close()


def wav_bytes(samples: Samples) -> bytes:
    """A WAV file of 16-bit samples; 30 s are 960 kB.

    Args:
        samples: 16 kHz mono, shape (n,), -1 to 1; what is beyond is clipped.
    """
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        clipped = np.clip(np.nan_to_num(samples), -1.0, 1.0)
        out.writeframes(np.rint(clipped * 32767).astype("<i2").tobytes())
    return file.getvalue()


def as_whisper(told: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """A service's answer as Whisper's JSON: words in their segments, and at least one segment.

    Some services give words beside the segments, or the text alone.

    Args:
        told: The answer.
        seconds: Length of what was sent.
    """
    listed = told.get("segments")
    known = listed if isinstance(listed, list) else ()
    rows = [dict(row) for row in known if isinstance(row, dict)]
    text = told.get("text")
    if not rows and isinstance(text, str) and text.strip():
        rows = [{"text": text, "start": 0.0, "end": seconds}]
    words = told.get("words")
    if isinstance(words, list) and rows and not any(row.get("words") for row in rows):
        _place(words, rows)
    return {"language": told.get("language"), "segments": rows}


def _place(words: Sequence[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Put each word into the last segment that has begun by its middle, which then ends with it."""
    starts = [as_time(row.get("start")) for row in rows]
    known = [start for start in starts if start is not None]
    if len(known) < len(rows) or known != sorted(known):
        return
    for word in words:
        start, end = (as_time(word.get(k)) if isinstance(word, dict) else None for k in _TIMES)
        if start is not None and end is not None:
            at = max(0, bisect_right(known, (start + end) / 2) - 1)
            rows[at].setdefault("words", []).append(word)
    for row in rows:
        if said := row.get("words"):
            # Segments of some services begin where the last one ended, pauses and all.
            row["start"] = min(word["start"] for word in said)
            row["end"] = max(word["end"] for word in said)


_TIMES = ("start", "end")
