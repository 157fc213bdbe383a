"""From sound and photos to EmoNet's scores, beside torch and transformers on the same weights.

Encoders have their true size and random weights. Each function is the work of a child process.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import emonet_heads
from benchmarks.measure import Work
from mien.assets import AssetFile
from mien.core.config import Config
from mien.decoders.emonet.heads.basis import basis_of
from mien.decoders.emonet.heads.calibration_speech import windows

RATE_HZ = 16_000
SECONDS = 8.0
"""Of each clip; the encoder hears 30 s whatever the length."""


# --- making ----------------------------------------------------------------------------------


def make_whisper(folder: str) -> Work:
    """A random Whisper small as published, and its converted encoder."""

    def made() -> None:
        from mien.decoders.emonet.whisper import convert_encoder
        from tests.fakes.whisper import SMALL, publish

        where = Path(folder)
        published = publish(where / "published", SMALL, outliers=8.0)
        _convert_all(convert_encoder, published.folder, where)

    return Work([made], 1)


def make_siglip(folder: str) -> Work:
    """A random SigLIP 2 so400m tower as published, and its converted form."""

    def made() -> None:
        from benchmarks.emonet_siglip import make
        from mien.decoders.emonet.siglip import convert_tower

        where = Path(folder)
        make(where / "published")
        _convert_all(convert_tower, where / "published", where)

    return Work([made], 1)


def make_faces(folder: str) -> Work:
    """All 44 Large face heads, published and converted."""

    def made() -> None:
        from mien.decoders.emonet.heads.face import convert_head
        from tests.fakes.emonet import write_face_set

        where = Path(folder)
        where.mkdir(parents=True, exist_ok=True)
        for path in write_face_set(where / "published", "large"):
            convert_head(AssetFile(name=path.name, bytes=1), path, where)

    return Work([made], 1)


def make_basis(folder: str, speech: str | None) -> Work:
    """The basis of a converted encoder, and what it makes of other speech.

    Args:
        folder: The encoder's; `fresh.npy` is written there too.
        speech: A folder with recordings of people; without it the example scene, varied anew.
    """

    def made() -> None:
        from mien.decoders.emonet.whisper import Encoder

        where, config = Path(folder), Config(threads=2)
        basis_of(where, config)
        encoder = Encoder.open(where, config)
        fresh = _recordings(Path(speech)) if speech else list(windows(32, seed=1))
        parts = [encoder.embed(fresh[i : i + 4]) for i in range(0, len(fresh), 4)]
        np.save(where / "fresh.npy", np.concatenate(parts).astype(np.float16))

    return Work([made], 1)


# --- sound -----------------------------------------------------------------------------------


def hear(encoder: str, heads: str | None, n: int, threads: int, runs: int) -> Work:
    """Clips of 8 s to embeddings, or to 55 scores if there are heads, in turns with torch."""
    from mien.decoders.emonet.whisper import Encoder

    clips = _clips(n)
    ours = Encoder.open(Path(encoder), Config(threads=threads))
    theirs = _whisper(Path(encoder) / "published", threads)
    if heads is None:
        return _turns(ours.embed, theirs, clips, runs)
    score, reference = emonet_heads.opened(heads, threads).score, emonet_heads.reference(threads)
    return _turns(
        lambda some: score(ours.embed(some)),
        lambda some: reference(np.concatenate([theirs([clip]) for clip in some])),
        clips,
        runs,
    )


def begin_hearing(encoder: str, heads: str, threads: int) -> Work:
    """Opening encoder and heads, in a process that did nothing yet."""

    def opened() -> object:
        from mien.decoders.emonet.whisper import Encoder

        config = Config(threads=threads)
        return Encoder.open(Path(encoder), config), emonet_heads.opened(heads, threads)

    return Work([opened], 1)


def _whisper(folder: Path, threads: int) -> Callable[[Sequence[Any]], Any]:
    import torch
    from transformers import WhisperFeatureExtractor, WhisperModel

    torch.set_num_threads(threads)
    extractor = WhisperFeatureExtractor.from_pretrained(folder)
    encoder = WhisperModel.from_pretrained(folder, dtype=torch.float32).get_encoder().eval()

    def embed(clips: Sequence[Any]) -> Any:
        given = extractor(list(clips), sampling_rate=RATE_HZ, return_tensors="pt")
        with torch.inference_mode():
            return encoder(given.input_features).last_hidden_state.numpy()

    return embed


def _clips(n: int) -> list[Any]:
    size = int(SECONDS * RATE_HZ)
    return [np.resize(window, size) for window in windows(n, seed=2)]


def _recordings(folder: Path) -> list[Any]:
    from mien.media import open_source

    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file())[:32]:
        with open_source(path) as source:
            found.append(np.concatenate([block.samples for block in source.sound()]))
    return found


# --- photos ----------------------------------------------------------------------------------


def see(tower: str, heads: str | None, n: int, threads: int, runs: int) -> Work:
    """Crops of faces to embeddings, or to 44 scores if there are heads, in turns with torch."""
    from benchmarks.emonet_siglip import reference
    from mien.decoders.emonet.siglip import Tower

    crops = [np.random.default_rng(i).integers(0, 256, (256, 224, 3), np.uint8) for i in range(n)]
    ours = Tower.open(Path(tower), Config(threads=threads))
    theirs = reference(Path(tower) / "published", threads)
    if heads is None:
        return _turns(ours.embed, theirs, crops, runs)
    score, one_by_one = _faces(Path(heads), threads)
    return _turns(
        lambda some: score(ours.embed(some)),
        lambda some: [one_by_one(theirs([crop])) for crop in some],
        crops,
        runs,
    )


def _faces(folder: Path, threads: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    import torch

    from benchmarks.emonet_face import _network
    from mien.decoders.emonet.heads.face import FaceHeads
    from mien.decoders.emonet.install import Installed
    from mien.decoders.emonet.suites import suites

    suite = suites()["emonet-face-large"]
    ours = FaceHeads.open(Installed(folder, suite.heads), Config(threads=threads))
    nets = [_network(folder / "published" / head.file) for head in suite.heads]

    def one_by_one(embedding: Any) -> list[float]:
        with torch.inference_mode():
            return [net(torch.from_numpy(embedding)).item() for net in nets]

    return ours.score, one_by_one


# --- both ------------------------------------------------------------------------------------


def _turns(
    ours: Callable[..., object], theirs: Callable[..., object], given: Sequence[Any], runs: int
) -> Work:
    """Ours and theirs in turns, after one piece through both."""
    pair = [partial(ours, given), partial(theirs, given)]
    return Work([lambda: [ours(given[:1]), theirs(given[:1])], *pair * runs], len(given))


def _convert_all(convert: Callable[..., object], published: Path, folder: Path) -> None:
    """A repository's settings, kept as they are, and then its weights."""
    for path in published.glob("*.json"):
        shutil.copyfile(path, folder / path.name)
    weights = published / "model.safetensors"
    convert(AssetFile(name=weights.name, bytes=1), weights, folder)
