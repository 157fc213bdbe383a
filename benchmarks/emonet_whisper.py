"""What Whisper's integers cost in accuracy, and how fast other engines are on the same weights.

`python -m benchmarks.emonet_whisper accuracy ENCODER SPEECH` and `... engines ENCODER`: ENCODER is
a folder with a converted encoder and `published` in it, SPEECH a ZIP of recordings. With
MIEN_PRECISION=half the first looks at half floats in place of integers.
"""

from __future__ import annotations

import io
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mien.core.config import Config, load_config
from mien.decoders.emonet.whisper.log_mel import log_mel

RATE_HZ = 16_000
HEADS = 3
HIDDEN = (64, 64, 32, 16, 1)
"""Of a published Small head, behind its 1,152,000 inputs."""


def accuracy(encoder: Path, speech: Path, n: int = 12) -> dict[str, float]:
    """How far hidden states and final scores are off, with random heads of the true shape.

    Scores are off in parts of their own standard deviation over the clips. The float side is
    the same graph in single precision, which equals transformers to 2e-5.
    """
    from mien.decoders.emonet.whisper import Encoder

    clips = list(recordings(speech, n))
    config = replace(load_config(), device="cpu", threads=2)
    found = Encoder.open(encoder, config).embed(clips)
    single = _single(encoder)
    wanted = np.stack([single(clip) for clip in clips])
    off = np.linalg.norm(found - wanted, axis=2) / np.linalg.norm(wanted, axis=2)
    moved = np.linalg.norm(wanted - wanted.mean(axis=0)) / np.linalg.norm(wanted)
    ratios = [_score_error(found, wanted, seed) for seed in range(HEADS)]
    return {
        "clips": len(clips),
        "hidden states, mean relative error": float(off.mean()),
        "hidden states, largest relative error of a moment": float(off.max()),
        "part of the hidden states that differs between clips": float(moved),
        "scores, error in parts of their deviation": float(np.mean(ratios)),
        "scores, worst head": float(np.max(ratios)),
    }


def engines(encoder: Path, n: int = 4, threads: int = 2) -> dict[str, float]:
    """Seconds a window from log-mel to hidden states, engine by engine, the best of two."""
    import torch

    torch.set_num_threads(threads)
    rng = np.random.default_rng(0)
    windows = [rng.normal(0, 0.1, 8 * RATE_HZ).astype(np.float32) for _ in range(n)]
    return {
        name: min(_timed(run, windows) for _ in range(2)) / n
        for name, run in (
            ("torch, float32", _torch(encoder / "published")),
            ("CTranslate2, int8", _ctranslate2(encoder / "published", threads)),
            ("onnxruntime, int8, ours", _ours(encoder, threads, "int8")),
            ("onnxruntime, half, ours", _ours(encoder, threads, "half")),
        )
    }


def recordings(speech: Path, n: int) -> Iterator[Any]:
    """Evenly chosen clips as mono float32 at 16 kHz."""
    import soundfile  # type: ignore[import-untyped]

    with zipfile.ZipFile(speech) as archive:
        names = sorted(name for name in archive.namelist() if not name.endswith("/"))
        for name in names[:: max(1, len(names) // n)][:n]:
            samples, rate_hz = soundfile.read(io.BytesIO(archive.read(name)), dtype="float32")
            if rate_hz != RATE_HZ:
                raise SystemExit(f"{name} of {speech} has {rate_hz} Hz, not {RATE_HZ}")
            yield samples[: 30 * RATE_HZ]


def _score_error(found: Any, wanted: Any, seed: int) -> float:
    ours, theirs = (_head(hidden, seed) for hidden in (found, wanted))
    return float(np.sqrt(np.mean((ours - theirs) ** 2)) / theirs.std())


def _head(hidden: Any, seed: int) -> Any:
    """A FullEmbeddingMLP with torch's default weights, applied to (n, frames, width)."""
    rng = np.random.default_rng(seed)
    x = hidden.reshape(len(hidden), -1)
    for i, size in enumerate(HIDDEN):
        bound = x.shape[1] ** -0.5
        weight = (rng.random((size, x.shape[1]), dtype=np.float32) * 2 - 1) * np.float32(bound)
        x = x @ weight.T + rng.uniform(-bound, bound, size)
        x = np.maximum(x, 0.0) if i < len(HIDDEN) - 1 else x
    return x[:, 0]


def _single(encoder: Path) -> Callable[[Any], Any]:
    from mien.decoders.emonet.whisper.convert import write_encoder
    from mien.decoders.emonet.whisper.float import Float
    from mien.decoders.session import open_session

    path = encoder / "encoder-float32.onnx"
    if not path.is_file():
        published = encoder / "published"
        weights = published / "model.safetensors"
        write_encoder(weights, published / "config.json", path, Float(np.float32))
    session = open_session(path, 2)
    return lambda clip: session.run(None, {"mel": log_mel(clip)})[0]


def _torch(published: Path) -> Callable[[Sequence[Any]], Any]:
    import torch
    from transformers import WhisperModel

    model = WhisperModel.from_pretrained(published, dtype=torch.float32).get_encoder().eval()

    def run(windows: Sequence[Any]) -> Any:
        mels = torch.from_numpy(np.stack([log_mel(window) for window in windows]))
        with torch.inference_mode():
            return model(mels).last_hidden_state

    return run


def _ctranslate2(published: Path, threads: int) -> Callable[[Sequence[Any]], Any]:
    import ctranslate2

    from mien.decoders.emonet.whisper.captions_convert import MODEL, write_captioner

    if not (published / MODEL / "model.bin").is_file():
        write_captioner(published / "model.safetensors", published, "int8")
    model = ctranslate2.models.Whisper(
        str(published / MODEL), "cpu", compute_type="int8", intra_threads=threads
    )

    def run(windows: Sequence[Any]) -> Any:
        mels = np.stack([log_mel(window) for window in windows])
        return np.array(model.encode(ctranslate2.StorageView.from_array(mels)))

    return run


def _ours(encoder: Path, threads: int, precision: str) -> Callable[[Sequence[Any]], Any]:
    from mien.decoders.emonet.whisper import Encoder

    config = Config(device="cpu", threads=threads, precision=precision)
    return Encoder.open(encoder, config).embed


def _timed(run: Callable[[Sequence[Any]], Any], windows: Sequence[Any]) -> float:
    begun = time.perf_counter()
    run(windows)
    return time.perf_counter() - begun


def main(what: str, *paths: str) -> None:
    """Print what was asked for."""
    places = [Path(path) for path in paths]
    for name, figure in (accuracy(*places) if what == "accuracy" else engines(*places)).items():
        print(f"{name:55} {figure:.4g}")


if __name__ == "__main__":
    main(*sys.argv[1:])
