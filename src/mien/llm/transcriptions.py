"""The part of OpenAI's transcription protocol that Mien speaks: sound goes, words come."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from mien.core.errors import ModelServiceError
from mien.llm.client import Address, Manner, open_exchange
from mien.llm.exchange import Failure, Language, next_wait

_PLACE = "/audio/transcriptions"

_REFUSED = 400
"""What servers answer whose model knows no times."""


class Transcriber:
    """A model behind an address that writes down what is said; from one thread.

    What is heard reaches no log and no error.

    Args:
        address: Where it is: what servers call the base URL, or the place itself.
        manner: How it is asked; nothing is cached.

    Raises:
        ConfigError: If the address is none, or the key cannot be sent.
        MissingExtra: If `mien[models]` is not installed.
        NetworkRefused: If Mien is offline and the address is not on this machine.
    """

    def __init__(self, address: Address, manner: Manner | None = None) -> None:
        self._address, self._manner = address, manner or Manner()
        # Drawn once, so that the header of the kept connection holds for every body.
        self._boundary = secrets.token_hex(16)
        kind = f"multipart/form-data; boundary={self._boundary}"
        language = Language(kind, "transcript", read_transcript)
        self._exchange = open_exchange(address, _PLACE, self._manner, language)

    @property
    def name(self) -> str:
        """Model and host, as errors name them."""
        return f"{self._address.model} at {self._address.host}"

    def hear(self, wav: bytes, language: str | None = None) -> Mapping[str, Any]:
        """What is said in a sound file, as `verbose_json` has it.

        Args:
            wav: The file; most servers take 25 MB.
            language: ISO 639-1, if it is known.

        Raises:
            ModelServiceError: If it gives no transcript within the budget of retries.
        """
        sent = self._form(wav, language)
        clock, retries = self._manner.clock, self._manner.retries
        began, tried = clock.now(), 0
        while True:
            came = self._exchange.send(sent)
            tried += 1
            if not isinstance(came, Failure):
                return came
            if came.status == _REFUSED:
                reason = "choose a model that gives words with times, such as whisper-1"
                raise ModelServiceError(f"{self.name} {came.reason}: {reason}", came.status)
            clock.sleep(next_wait(self.name, came, tried, clock.now() - began, retries))

    def close(self) -> None:
        """Close the kept connection; the next question opens another."""
        self._exchange.close()

    def _form(self, wav: bytes, language: str | None) -> bytes:
        fields = [
            ("model", self._address.model),
            ("response_format", "verbose_json"),
            ("temperature", "0"),
            ("timestamp_granularities[]", "segment"),
            ("timestamp_granularities[]", "word"),
            *([("language", language)] if language else []),
        ]
        parts = [_part(self._boundary, f'name="{name}"', text.encode()) for name, text in fields]
        file = 'name="file"; filename="sound.wav"\r\nContent-Type: audio/wav'
        return b"".join([*parts, _part(self._boundary, file, wav), _end(self._boundary)])


def read_transcript(content: bytes) -> Mapping[str, Any]:
    """The object that a server answered.

    Raises:
        ValueError: If it is no transcript; the text says nothing of what it is.
    """
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON") from error
    is_one = isinstance(told, dict) and (
        isinstance(told.get("text"), str) or isinstance(told.get("segments"), list)
    )
    if not is_one:
        raise ValueError("not a transcript")
    found: Mapping[str, Any] = told
    return found


def _part(boundary: str, head: str, content: bytes) -> bytes:
    start = f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n"
    return start.encode() + content + b"\r\n"


def _end(boundary: str) -> bytes:
    return f"--{boundary}--\r\n".encode()
