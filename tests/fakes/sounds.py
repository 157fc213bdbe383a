"""Sound files of any codec, written by PyAV."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np


def tone(seconds=1.0, rate_hz=16_000, hz=440.0, level=0.3):
    """A sine, shape (n, 1)."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * hz * time)).astype(np.float32)[:, None]


def noise(seconds=1.0, rate_hz=16_000, level=0.1, seed=0):
    """White noise, shape (n, 1)."""
    made = np.random.default_rng(seed).normal(0, level, round(seconds * rate_hz))
    return made.astype(np.float32)[:, None]


def bursts(seconds, rate_hz=16_000, every=2.0, phase=0.0, seed=0):
    """Noise that comes and goes like someone who talks in turns, shape (n, 1)."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    speaks = ((time / every + phase) % 1.0) < 0.5
    return noise(seconds, rate_hz, seed=seed) * speaks[:, None].astype(np.float32)


def write_sound(path: Path, samples, rate_hz=16_000, codec="pcm_s16le", layout=None, form=None):
    """A file with one sound track; the container follows from the file's name, or `form`."""
    channels = samples.shape[1]
    layout = layout or {1: "mono", 2: "stereo", 6: "5.1"}[channels]
    with av.open(str(path), "w", format=form) as container:
        add_sound(container, samples, rate_hz, codec, layout)
    return path


def add_sound(container, samples, rate_hz, codec, layout, language=None, start=0.0):
    stream = container.add_stream(codec, rate=rate_hz, layout=layout)
    if language:
        stream.metadata["language"] = language
    for packet in sound_packets(stream, samples, rate_hz, layout, start):
        container.mux(packet)
    return stream


def sound_packets(stream, samples, rate_hz, layout, start=0.0):
    form = stream.codec_context.format.name if stream.codec_context.format else "fltp"
    resampler = av.AudioResampler(format=form, layout=layout, rate=rate_hz)
    hop = stream.codec_context.frame_size or 1024
    for at in range(0, len(samples), hop):
        piece = np.ascontiguousarray(samples[at : at + hop]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(piece, format="flt", layout=layout)
        frame.sample_rate = rate_hz
        frame.pts = at + round(start * rate_hz)
        for made in resampler.resample(frame):
            yield from stream.encode(made)
    yield from stream.encode(None)


def wav_header(path: Path, n_bytes=0, rate_hz=16_000, channels=1, code=1, bits=16, body=b""):
    """A RIFF header that claims `n_bytes` of samples, and whatever really follows."""
    align = channels * bits // 8
    head = struct.pack("<IHHIIHH", 16, code, channels, rate_hz, rate_hz * align, align, bits)
    riff = b"RIFF" + struct.pack("<I", min(36 + n_bytes, 2**32 - 1)) + b"WAVEfmt " + head
    path.write_bytes(riff + b"data" + struct.pack("<I", n_bytes) + body)
    return path


def float_wav(path: Path, samples, rate_hz=16_000):
    """A wav of 32-bit floats, which may hold NaN."""
    body = samples.astype("<f4").tobytes()
    return wav_header(path, len(body), rate_hz, samples.shape[1], code=3, bits=32, body=body)
