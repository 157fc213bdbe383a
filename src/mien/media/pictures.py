"""The pictures of a video, sampled by time, upright and of bearable size."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.core.arrays import Frame
from mien.media import limits
from mien.media.container import Clock, decoded, open_container, seek
from mien.media.grid import SLACK, Grid
from mien.media.pieces import Image
from mien.media.tally import Tally

if TYPE_CHECKING:
    from mien.media.contents import PictureTrack


def images(
    path: Path, track: PictureTrack, clock: Clock, fps: float, tally: Tally, threads: int = 1
) -> Iterator[Image]:
    """One picture for each tick of `fps` a second, or every frame if the video has fewer."""
    grid = Grid(fps, clock.start)
    with open_container(path) as container:
        stream = container.streams[track.index]
        _prepare(stream, threads)
        skips = track.rate is not None and fps < track.rate / 2
        if skips:
            stream.codec_context.skip_frame = "NONREF"
        seek(container, stream, clock.start + clock.zero)
        for frame, at in _timed(decoded(container, stream, tally, clock.zero), track, clock, tally):
            if at >= clock.end - SLACK:
                break
            if skips and at - grid.last_seen > 1.5 / fps:
                # Too few frames are references here: decode them all from now on.
                stream.codec_context.skip_frame = "DEFAULT"
                skips = False
            until = grid.take(at)
            if until is None:
                continue
            if frame.width * frame.height > limits.VIDEO_PIXELS:
                tally.add("pictures that are too large", at)
                continue
            yield Image(to_frame(frame, stream), at, _until(at, until, clock))


def _until(at: float, due: float, clock: Clock) -> float:
    """When the next picture is due, but not after the end."""
    length = clock.seconds or math.inf
    return min(due, clock.end, length if length > at else math.inf)


def upright_size(frame: Any, stream: Any) -> tuple[int, int]:
    """Width and height of a decoded frame once it stands upright and has square pixels."""
    width, height = round(frame.width * _stretch(stream)), frame.height
    return (height, width) if frame.rotation % 180 == 90 else (width, height)


def to_frame(frame: Any, stream: Any) -> Frame:
    """A decoded frame as upright RGB with square pixels, long side at most 1280 px."""
    width, height = frame.width * _stretch(stream), float(frame.height)
    scale = min(1.0, limits.VIDEO_LONG_PX / max(width, height))
    flat = frame.reformat(
        width=max(1, round(width * scale)), height=max(1, round(height * scale)), format="rgb24"
    ).to_ndarray()
    turned: Frame = np.ascontiguousarray(np.rot90(flat, k=round(frame.rotation / 90) % 4))
    return turned


def _stretch(stream: Any) -> float:
    aspect = stream.sample_aspect_ratio
    ratio = float(aspect) if aspect else 1.0
    return ratio if 0.1 < ratio < 10.0 else 1.0


def _prepare(stream: Any, threads: int) -> None:
    stream.codec_context.thread_count = threads
    if threads > 1:
        stream.thread_type = "AUTO"


def _timed(
    frames: Iterator[Any], track: PictureTrack, clock: Clock, tally: Tally
) -> Iterator[tuple[Any, float]]:
    """Frames with times that only grow; raw streams without times are counted instead."""
    last = -math.inf
    step = 1.0 / (track.rate or 25.0)
    for frame in frames:
        at = max(last, 0.0) + step if math.isfinite(last) else 0.0
        if frame.pts is not None:
            at = float(frame.time) - clock.zero
        if frame.is_corrupt:
            tally.add("damaged pictures", at)
            continue
        if not clock.is_sane(at):
            tally.add("pictures with a senseless time")
            continue
        if at > last:
            last = at
            yield frame, at
