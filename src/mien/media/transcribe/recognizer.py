"""What hears words, here or behind an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from mien.core.arrays import Samples
from mien.core.config import Config


class Recognizer(Protocol):
    """Hears words in sound."""

    @property
    def name(self) -> str:
        """Model and place, for notes."""

    @property
    def listener(self) -> str:
        """The host that gets the sound; empty if it stays on this machine."""

    def hear(self, samples: Samples, language: str | None) -> Mapping[str, Any]:
        """What is said, as Whisper's JSON with `segments`, times from the first sample.

        Args:
            samples: 16 kHz mono, shape (n,), at most 30 s.
            language: ISO 639-1, if it is known.

        Raises:
            DecoderError: If the model fails.
            ModelServiceError: If the service gives no transcript.
        """

    def close(self) -> None:
        """Let go of connections; hearing again opens others."""


def open_recognizer(config: Config) -> Recognizer:
    """The service of `transcribe_url`, or faster-whisper where none is set.

    Raises:
        ConfigError: If the address or the model is none.
        MissingExtra: If what it needs is not installed.
        MissingWeights: If the model is not on this machine.
        NetworkRefused: If Mien is offline and the address is not on this machine.
    """
    if config.transcribe_url:
        from mien.media.transcribe.service import Service

        return Service(config)
    from mien.media.transcribe.local import FasterWhisper

    return FasterWhisper(config)
