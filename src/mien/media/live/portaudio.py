"""Microphones by PortAudio, through sounddevice (extra `live`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mien.core.errors import MissingExtra, UnreadableSource
from mien.media.live.microphone import BLOCK_SECONDS, Hear, Input, Recording


class PortAudio:
    """The sound system of this machine, as `SoundSystem`."""

    def __init__(self) -> None:
        """Load PortAudio, which asks the machine for its devices.

        Raises:
            MissingExtra: If sounddevice is not installed.
            UnreadableSource: If PortAudio is not, or does not start.
        """
        try:
            import sounddevice
        except ImportError as error:
            raise MissingExtra("listening to a microphone", "live") from error
        except OSError as error:
            reason = "PortAudio is not installed (on Debian: apt install libportaudio2)"
            raise UnreadableSource("a microphone", reason) from error
        self._library: Any = sounddevice

    def inputs(self) -> Sequence[Input]:
        """All devices that sound can be had from.

        Raises:
            UnreadableSource: If PortAudio cannot say.
        """
        try:
            devices = list(self._library.query_devices())
            default = self._library.default.device[0]
        except self._library.PortAudioError as error:
            raise _fault("a microphone", error) from error
        return [
            Input(
                number,
                str(device["name"]),
                int(device["max_input_channels"]),
                round(device["default_samplerate"]),
                is_default=number == default,
            )
            for number, device in enumerate(devices)
            if device["max_input_channels"]
        ]

    def record(
        self, device: Input, channels: int, hear: Hear, end: Callable[[], None]
    ) -> Recording:
        """Open a device and start; see `SoundSystem`.

        Raises:
            UnreadableSource: If it cannot be opened.
        """

        def called(samples: Any, n: int, time: Any, status: Any) -> None:
            hear(samples, bool(status.input_overflow))

        try:
            stream = self._library.InputStream(
                device=device.number,
                channels=channels,
                samplerate=device.rate_hz,
                blocksize=round(device.rate_hz * BLOCK_SECONDS),
                dtype="float32",
                callback=called,
                finished_callback=end,
            )
            stream.start()
        except self._library.PortAudioError as error:
            raise _fault(device.name, error) from error
        return _Open(stream, self._library.PortAudioError)


class _Open:
    """A started stream."""

    def __init__(self, stream: Any, fault: type[Exception]) -> None:
        self._stream, self._fault = stream, fault

    def close(self) -> None:
        """Let go of the device; one that is gone cannot complain any more."""
        try:
            self._stream.close()
        except self._fault:
            return


def _fault(name: str, error: Exception) -> UnreadableSource:
    # The second argument is a code; the first says it in words.
    said = str(error.args[0]) if error.args else "no reason given"
    reason = f"{said} (is it in use, or is listening not allowed in the system's settings?)"
    return UnreadableSource(name, reason)
