"""Recordings made of a short one, repeated; and silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 16


def samples_of(path: Path, rate_hz: int) -> NDArray[np.float32]:
    """The sound of a file as mono at that rate, shape (n,)."""
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate_hz)
    with av.open(str(path)) as container:
        frames = [made for frame in container.decode(audio=0) for made in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def write_sound(path: Path, samples: NDArray[np.float32], seconds: float, rate_hz: int) -> None:
    """Mono sound of that length, the samples repeated as often as it takes.

    The name's ending decides: 16-bit wav, flac, or AAC in m4a.
    """
    import av

    codec = {".wav": "pcm_s16le", ".flac": "flac", ".m4a": "aac"}[path.suffix]
    n = round(seconds * rate_hz)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate_hz, layout="mono")
        form = stream.codec_context.format.name
        resampler = av.AudioResampler(
            format=form, layout="mono", rate=rate_hz, frame_size=stream.codec_context.frame_size
        )
        for at in range(0, n, BLOCK):
            taken = np.arange(at, min(at + BLOCK, n)) % len(samples)
            frame = av.AudioFrame.from_ndarray(samples[None, taken], "flt", "mono")
            frame.sample_rate, frame.pts = rate_hz, at
            for made in resampler.resample(frame):
                container.mux(stream.encode(made))
        for made in resampler.resample(None):
            container.mux(stream.encode(made))
        container.mux(stream.encode(None))
