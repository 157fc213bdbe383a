"""Videos with known pictures and sound, written by PyAV."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.fakes.sounds import sound_packets, tone

TICKS = 1000


def quarters(width=64, height=48, shade=0):
    """A picture whose top left is red, top right green, bottom left blue, bottom right `shade`."""
    frame = np.zeros((height, width, 3), np.uint8)
    frame[: height // 2, : width // 2] = (255, 0, 0)
    frame[: height // 2, width // 2 :] = (0, 255, 0)
    frame[height // 2 :, : width // 2] = (0, 0, 255)
    frame[height // 2 :, width // 2 :] = shade
    return frame


def shade_of(frame):
    """The shade that `quarters` put into the bottom right, 0 to 255."""
    height, width = frame.shape[:2]
    return float(frame[height * 5 // 8 : height * 7 // 8, width * 5 // 8 : width * 7 // 8].mean())


def write_video(
    path: Path,
    times,
    *,
    size=(64, 48),
    codec="libx264",
    sounds=(),
    rotation=0,
    aspect=None,
    options=None,
    gop=12,
    rate=25,
):
    """A video with one picture at each of `times` (s), its shade the place in the list.

    Args:
        path: Its suffix decides the container.
        times: When each picture is shown.
        size: Width and height in pixels.
        codec: Of the pictures.
        sounds: Tuples of samples (n, channels), rate, codec, layout, language.
        rotation: Degrees that a player has to turn it by.
        aspect: Width of a pixel over its height.
        options: For the encoder.
        gop: Pictures between key frames.
        rate: What the header says.
    """
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=rate, options=options or {})
        video.width, video.height = size
        video.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        video.codec_context.time_base = Fraction(1, TICKS)
        video.codec_context.gop_size = gop
        video.codec_context.thread_count = 1  # else the same pictures give other bytes each time
        if aspect:
            video.codec_context.sample_aspect_ratio = aspect
        if rotation:
            video.set_display_rotation(rotation)
        tracks = []
        for samples, rate_hz, sound_codec, layout, language in sounds:
            stream = container.add_stream(sound_codec, rate=rate_hz, layout=layout)
            if language:
                stream.metadata["language"] = language
            tracks.append((stream, samples, rate_hz, layout))
        packets = list(_picture_packets(video, times, size))
        for stream, samples, rate_hz, layout in tracks:
            packets += list(sound_packets(stream, samples, rate_hz, layout))
        for packet in sorted(packets, key=lambda p: float(p.dts * p.time_base)):
            container.mux(packet)
    return path


def _picture_packets(video, times, size):
    for i, at in enumerate(times):
        picture = quarters(*size, shade=shade_at(i))
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = round(at * TICKS)
        frame.time_base = Fraction(1, TICKS)
        yield from video.encode(frame)
    yield from video.encode(None)


def shade_at(i):
    """The shade of the picture at place `i`; it comes round after 50."""
    return (i % 50) * 5


def steady(seconds, rate=25):
    """Times of a constant frame rate."""
    return [i / rate for i in range(round(seconds * rate))]


def talk(path: Path, seconds=2.0, **more):
    """A short video with a tone."""
    sound = (tone(seconds, 48_000), 48_000, "aac", "mono", "deu")
    return write_video(path, steady(seconds), sounds=(sound,), **more)
