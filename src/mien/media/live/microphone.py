"""What a microphone hears, whoever drives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import ConfigError, SourceNotFound
from mien.media.live.intake import Heard, Intake

PATIENCE = 5.0
"""Seconds without a block after which a device is taken to be gone: some drivers tell nobody."""

BLOCK_SECONDS = 0.1
"""Of sound that a device hands over at once."""

_BEHIND_SECONDS = 30.0
"""Sound that may wait to be read; what comes after that is lost, and counted."""

Hear = Callable[[NDArray[np.float32], bool], None]
"""Takes a block of shape (n, channels), and whether the driver lost some before it."""


@dataclass(frozen=True, slots=True)
class Input:
    """A device that sound can be had from.

    Attributes:
        number: By which the sound system knows it.
        name: In the sound system's words.
        channels: The most it gives.
        rate_hz: Its own rate.
        is_default: Whether it is taken if nobody names one.
    """

    number: int
    name: str
    channels: int
    rate_hz: int
    is_default: bool = False


class Recording(Protocol):
    """A device that is open."""

    def close(self) -> None:
        """Let go of it."""


class SoundSystem(Protocol):
    """What drives the devices of a machine."""

    def inputs(self) -> Sequence[Input]:
        """All devices that sound can be had from."""

    def record(
        self, device: Input, channels: int, hear: Hear, end: Callable[[], None]
    ) -> Recording:
        """Open a device; `hear` and `end` are called from a thread of the system's."""


class Microphone:
    """A device as a `Feed`: opened when it is iterated over, let go of at the end.

    Attributes:
        name: The device's.
        rate_hz: The device's own.
        channels: As asked for.
        form: How it hands over samples.
        fault: Why it ended, if nobody asked it to.
    """

    form = "float32"

    def __init__(
        self, system: SoundSystem, device: Input, channels: int = 1, *, patience: float = PATIENCE
    ) -> None:
        """Get ready.

        Args:
            system: What drives the device.
            device: One of its inputs.
            channels: How many are wanted.
            patience: Seconds without a block after which the device is taken to be gone.

        Raises:
            ConfigError: If the device has fewer channels.
        """
        if channels > device.channels:
            raise ConfigError(f"{device.name} has {device.channels} channels, not {channels}")
        self.name = device.name
        self.rate_hz = device.rate_hz
        self.channels = channels
        self.fault: str | None = None
        self._system, self._device = system, device
        self._intake = Intake(int(_BEHIND_SECONDS / BLOCK_SECONDS), patience)
        self._is_stopped = False

    def __iter__(self) -> Iterator[Heard]:
        """What it hears, until `stop` or until it is gone."""
        recording = self._system.record(self._device, self.channels, self._hear, self._intake.end)
        try:
            yield from self._intake
        finally:
            recording.close()
        if not self._is_stopped:
            self.fault = "the microphone is gone (unplugged, or taken by another program?)"

    def stop(self) -> None:
        """End with what was heard so far."""
        self._is_stopped = True
        self._intake.end()

    def _hear(self, samples: NDArray[np.float32], has_gap: bool) -> None:
        if has_gap:
            # Nobody says how much; a gap of one sample ends what was open and is counted.
            self._intake.lose(1)
        self._intake.offer(samples.copy())  # the system uses its buffer again


def choose_input(inputs: Sequence[Input], wanted: str | None = None) -> Input:
    """The device that is meant.

    Args:
        inputs: All there are.
        wanted: Its number, or a part of its name in any case; None for the default.

    Raises:
        SourceNotFound: If this machine has none, or none of that name.
        ConfigError: If several are meant.
    """
    if not inputs:
        raise SourceNotFound("a microphone", "this machine has none that its sound system shows")
    if wanted is None:
        return next((device for device in inputs if device.is_default), inputs[0])
    if wanted.isdecimal():
        found = [device for device in inputs if device.number == int(wanted)]
    else:
        found = [device for device in inputs if wanted.lower() in device.name.lower()]
        found = [device for device in found if device.name == wanted] or found
    if not found:
        raise SourceNotFound(wanted, "no such microphone (--list-devices shows all)")
    if len(found) > 1:
        names = ", ".join(f"{device.number} {device.name}" for device in found)
        raise ConfigError(f"--device {wanted!r} means several: say the number of {names}")
    return found[0]
