"""720p videos of moving faces with sound, and the same repeated into hours without encoding."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, FPS = 1280, 720, 30
SOUND_HZ = 48_000
CLIP_SECONDS = 64  # a whole number of pictures and of AAC frames (3,000), so that clips join
AAC_FRAME = 1_024

Picture = NDArray[np.uint8]


def write_clip(path: Path, portrait: Path, faces: int, speech: NDArray[np.float32]) -> None:
    """A clip of `CLIP_SECONDS` in H.264 and AAC, as a telephone would write it.

    Args:
        path: Of an mp4 or mkv.
        portrait: A picture of one face.
        faces: How often it is pasted in: 1 to 6.
        speech: The sound, mono at `SOUND_HZ`, repeated as often as it takes.
    """
    import av

    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.codec_context.thread_count = 1
        video.codec_context.gop_size = 2 * FPS
        sound = container.add_stream("aac", rate=SOUND_HZ, layout="mono")
        packets = [*_pictures(video, portrait, faces), *_sounds(sound, speech)]
        for packet in sorted(packets, key=lambda p: float(p.dts * p.time_base)):
            container.mux(packet)


def repeat_clip(clip: Path, path: Path, times: int) -> None:
    """The clip again and again in one file; packets are copied, nothing is encoded."""
    import av

    with av.open(str(path), "w") as container:
        with av.open(str(clip)) as first:
            made = {s.index: container.add_stream_from_template(s) for s in first.streams}
        for i in range(times):
            with av.open(str(clip)) as again:
                for packet in again.demux():
                    if _is_inside(packet):
                        _delay(packet, i * CLIP_SECONDS)
                        packet.stream = made[packet.stream_index]
                        container.mux(packet)


def _is_inside(packet: Any) -> bool:
    if packet.dts is None:  # an empty one marks the end
        return False
    # Encoders of sound add a frame before the beginning and one after the end.
    is_picture = packet.stream.type == "video"
    return is_picture or 0 <= float(packet.pts * packet.time_base) < CLIP_SECONDS


def _delay(packet: Any, seconds: float) -> None:
    ticks = round(seconds / packet.time_base)
    packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks


def _pictures(stream: Any, portrait: Path, faces: int) -> Iterator[Any]:
    import av

    for i, picture in enumerate(_drawn(portrait, faces)):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = i, Fraction(1, FPS)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _drawn(portrait: Path, faces: int) -> Iterator[Picture]:
    """Portraits on a room's wall, each swaying on its own by up to 40 pixels."""
    rows, columns = (1, faces) if faces <= 2 else (2, math.ceil(faces / 2))
    side = min(HEIGHT // rows, WIDTH // columns) - 96
    tiles = [_tile(portrait, side, is_mirrored=bool(i % 2)) for i in range(faces)]
    wall = _wall()
    for i in range(CLIP_SECONDS * FPS):
        picture = wall.copy()
        for number, tile in enumerate(tiles):
            row, column = divmod(number, columns)
            phase = 2 * math.pi * (i / FPS / 4 + number / 7)
            x = (2 * column + 1) * WIDTH / columns / 2 - side / 2 + 40 * math.sin(phase)
            y = (2 * row + 1) * HEIGHT / rows / 2 - side / 2 + 20 * math.cos(2 * phase)
            picture[round(y) : round(y) + side, round(x) : round(x) + side] = tile
        yield picture


def _tile(portrait: Path, side: int, *, is_mirrored: bool) -> Picture:
    from PIL import Image, ImageOps

    with Image.open(portrait) as image:
        tile = image.convert("RGB").resize((side, side))
    return np.asarray(ImageOps.mirror(tile) if is_mirrored else tile)


def _wall() -> Picture:
    shade = np.linspace(90, 190, WIDTH)[None, :] + np.linspace(-30, 30, HEIGHT)[:, None]
    grain = np.random.default_rng(0).normal(0, 6, (HEIGHT, WIDTH))
    grey = np.clip(shade + grain, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _sounds(stream: Any, speech: NDArray[np.float32]) -> Iterator[Any]:
    import av

    samples = np.resize(speech, CLIP_SECONDS * SOUND_HZ)
    for at in range(0, len(samples), AAC_FRAME):
        frame = av.AudioFrame.from_ndarray(samples[None, at : at + AAC_FRAME], "fltp", "mono")
        frame.sample_rate, frame.pts = SOUND_HZ, at
        yield from stream.encode(frame)
    yield from stream.encode(None)
