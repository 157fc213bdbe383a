"""A stand-in for the library of that name, whose microphone plays a file: no sound card needed.

Put its folder on the path. `MIEN_TEST_SOUND` names the WAV (mono, 16 kHz, 16 bits); afterwards
the microphone is silent, or gone if `MIEN_TEST_VANISHES` is set.
"""

import os
import threading
import wave
from types import SimpleNamespace

import numpy as np


class PortAudioError(Exception):
    """As the library's: words, then a code."""


default = SimpleNamespace(device=[1, 0])
_DEVICES = [
    {"name": "Loudspeaker", "max_input_channels": 0, "default_samplerate": 48000.0},
    {"name": "Built-in Microphone", "max_input_channels": 1, "default_samplerate": 16000.0},
    {"name": "Headset", "max_input_channels": 2, "default_samplerate": 48000.0},
]


def query_devices():
    return _DEVICES


class InputStream:
    def __init__(
        self, *, device, channels, samplerate, blocksize, dtype, callback, finished_callback
    ):
        if device != 1 or samplerate != 16_000 or channels != 1 or dtype != "float32":
            raise PortAudioError("Device unavailable [PaErrorCode -9985]", -9985)
        self._blocksize = blocksize
        self._heard, self._finished = callback, finished_callback
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._play, daemon=True)

    def start(self):
        self._thread.start()

    def close(self):
        self._closed.set()

    def _play(self):
        with wave.open(os.environ["MIEN_TEST_SOUND"]) as file:
            stored = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        sound = (stored / 32768).astype(np.float32)[:, None]
        status = SimpleNamespace(input_overflow=False)
        for at in range(0, len(sound), self._blocksize):
            block = sound[at : at + self._blocksize]
            self._heard(block, len(block), None, status)
        if "MIEN_TEST_VANISHES" not in os.environ:
            self._closed.wait()
        self._finished()
